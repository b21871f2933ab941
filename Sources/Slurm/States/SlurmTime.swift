/// Slurm's ways to write walltimes, elapsed times and moments.
package enum SlurmTime {
    /// A limit or an elapsed time as Slurm prints it.
    package enum Span: Sendable, Hashable {
        case seconds(Int)
        case unlimited
    }

    /// A walltime for `--time`, `D-HH:MM:SS`, rounded up to whole minutes as Slurm itself does; at least one minute.
    package static func format(seconds: Int) -> String {
        let minutes = max(1, (max(0, seconds) + 59) / 60)
        return "\(minutes / 1440)-\(twoDigits(minutes / 60 % 24)):\(twoDigits(minutes % 60)):00"
    }

    /// Reads `D-HH:MM:SS`, `D-HH:MM`, `D-HH`, `HH:MM:SS`, `MM:SS`, `MM` or `UNLIMITED`; nil for anything else.
    package static func parse(_ text: some StringProtocol) -> Span? {
        if text == "UNLIMITED" || text == "INFINITE" { return .unlimited }
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let clock = parts.last, let numbers = numbers(clock) else { return nil }
        guard parts.count == 2 else {
            switch numbers.count {
            case 1: return .seconds(numbers[0] * 60)
            case 2: return .seconds(numbers[0] * 60 + numbers[1])
            case 3: return .seconds(numbers[0] * 3600 + numbers[1] * 60 + numbers[2])
            default: return nil
            }
        }
        guard let days = Self.numbers(parts[0])?.first, (1...3).contains(numbers.count) else { return nil }
        let padded = numbers + [0, 0]
        return .seconds(days * 86_400 + padded[0] * 3600 + padded[1] * 60 + padded[2])
    }

    /// Reads a moment printed with `TZ=UTC0`, `2026-11-20T19:36:05`, as seconds since 1970; nil for `Unknown`, `None`,
    /// `N/A` and the like.
    package static func parseMoment(_ text: some StringProtocol) -> Int? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2, let clock = numbers(halves[1]), clock.count == 3 else { return nil }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard date.count == 3, (1...12).contains(date[1]), (1...31).contains(date[2]), (1970...9999).contains(date[0])
        else { return nil }
        let moment =
            days(year: date[0], month: date[1], day: date[2]) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
        return moment > 0 ? moment : nil
    }

    /// Writes a moment for `--starttime` under `TZ=UTC0`.
    static func formatMoment(_ secondsSince1970: Int) -> String {
        let moment = max(0, secondsSince1970)
        let (year, month, day) = date(days: moment / 86_400)
        let clock = [moment / 3600 % 24, moment / 60 % 60, moment % 60].map(twoDigits).joined(separator: ":")
        return "\(year)-\(twoDigits(month))-\(twoDigits(day))T\(clock)"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Numbers between colons, each of at most 9 digits; a fraction of the last one is dropped.
    private static func numbers(_ text: some StringProtocol) -> [Int]? {
        let whole = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let parts = whole.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part -> Int? in
            part.utf8.count <= 9 && part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        return numbers.count == parts.count && !numbers.isEmpty ? numbers : nil
    }

    /// Days since 1970-01-01 of a Gregorian date (years counted from March, in eras of 400).
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The inverse of `days`.
    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = ((5 * dayOfYear + 2) / 153 + 2) % 12 + 1
        let day = dayOfYear - (153 * ((month + 9) % 12) + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
