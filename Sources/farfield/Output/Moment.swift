import FoundationEssentials

/// Points in time and spans of it, as the API writes them and as a person reads them.
enum Moment {
    /// Reads ISO 8601 in UTC, with or without a fraction of a second.
    static func read(_ text: String) -> Date? {
        let exact = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? exact.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text))
    }

    /// `2026-11-20T12:03:11Z`.
    static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle())
    }

    /// `1:02:03`, and `2d 3:04:05` beyond a day; a negative span counts as none.
    static func elapsed(_ seconds: Int) -> String {
        let total = max(0, seconds)
        let (days, hours, minutes) = (total / 86_400, total / 3600 % 24, total / 60 % 60)
        return (days > 0 ? "\(days)d " : "") + "\(hours):\(pad(minutes)):\(pad(total % 60))"
    }

    /// `1:02:03` from one time to another.
    static func elapsed(from start: Date, to end: Date) -> String {
        elapsed(Int(end.timeIntervalSince(start)))
    }

    private static func pad(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
