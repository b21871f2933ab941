/// A moment of a record, in whole microseconds since 1970-01-01T00:00:00Z.
///
/// It prints by arithmetic alone, so that a document is the same bytes on every machine and under every locale.
package struct Moment: Sendable, Hashable, Comparable {
    /// Microseconds since the epoch, UTC.
    package let microseconds: Int64

    /// A moment.
    ///
    /// - Parameter microseconds: since the epoch, UTC; kept between the years 1 and 9999.
    package init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, -62_135_596_800_000_000), 253_402_300_799_999_999)
    }

    /// Reads what ``utc`` writes, and nothing else.
    ///
    /// - Parameter text: RFC 3339 with `Z`, of whole seconds or milliseconds.
    package init?(utc text: String) {
        let form = /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?Z/.asciiOnlyDigits()
        guard let match = text.wholeMatch(of: form), let year = Int64(match.1), let month = Int64(match.2),
            let day = Int64(match.3), let hour = Int64(match.4), let minute = Int64(match.5),
            let second = Int64(match.6)
        else { return nil }
        let seconds = Self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        let milliseconds = match.7.flatMap { Int64($0) } ?? 0
        self.init(microseconds: (seconds * 1000 + milliseconds) * 1000)
        // A day or an hour that does not exist prints as another one.
        guard utc == text else { return nil }
    }

    package static func < (left: Moment, right: Moment) -> Bool { left.microseconds < right.microseconds }

    /// RFC 3339 with `Z`, such as `2026-11-20T19:36:05Z`; with milliseconds when there are any.
    package var utc: String { text(zone: "Z") }
    /// RFC 3339 with `+00:00`, which the profiles of Workflow Run Crate 0.5 demand in place of `Z`.
    package var offset: String { text(zone: "+00:00") }
    /// The day alone, such as `2026-11-20`.
    package var day: String { String(utc.prefix(10)) }
    /// The year alone, such as `2026`.
    package var year: String { String(utc.prefix(4)) }

    private func text(zone: String) -> String {
        let milliseconds = Self.floored(microseconds, 1000)
        let seconds = Self.floored(milliseconds, 1000)
        let days = Self.floored(seconds, 86_400)
        let (year, month, day) = Self.date(days: days)
        let clock = seconds - days * 86_400
        let fraction = milliseconds - seconds * 1000
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let time = [clock / 3600, clock / 60 % 60, clock % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(date)T\(time)" + (fraction == 0 ? "" : "." + Self.padded(fraction, 3)) + zone
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01, by eras of 400 years that begin on 1 March.
    private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floored(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// The reverse of ``date(days:)``.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = floored(yearFromMarch, 400)
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func floored(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = "\(value)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
