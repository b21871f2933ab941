internal import FoundationEssentials

/// A moment, in microseconds since 1970-01-01T00:00:00Z, as the database keeps it.
package struct Timestamp: Sendable, Hashable, Comparable, Codable {
    /// Microseconds since the epoch, UTC.
    package let microseconds: Int64

    /// A moment.
    ///
    /// - Parameter microseconds: since the epoch, UTC.
    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// A moment given in whole seconds, as Slurm tells it.
    ///
    /// - Parameter seconds: since the epoch, UTC.
    package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

    /// Whole seconds since the epoch, UTC.
    package var seconds: Int64 { microseconds / 1_000_000 }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    /// A later (or earlier) moment.
    package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: moment.microseconds + duration.microseconds)
    }

    /// The time between two moments.
    package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }

    /// ISO 8601 with milliseconds and `Z`, such as `2026-11-20T19:36:05.123Z`.
    package var iso8601: String {
        let milliseconds = (microseconds - (microseconds % 1000)) / 1000
        // The style cuts off what follows the milliseconds: a little more, so that 0.123 is not 0.1229999.
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000 + 0.0002)
        return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

extension Duration {
    /// The whole microseconds of a duration.
    package var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}

/// Where the time comes from, so that tests own it.
package struct TimeKeeper: Sendable {
    /// The present moment.
    package let now: @Sendable () -> Timestamp

    /// A source of time.
    ///
    /// - Parameter now: tells the present moment.
    package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    /// The computer's clock.
    package static let system = TimeKeeper {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}
