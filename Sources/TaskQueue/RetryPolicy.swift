/// How long to wait after a failed attempt: exponential with full jitter, up to a cap.
package struct RetryPolicy: Sendable, Hashable {
    /// The longest pause after the first failure.
    package var base: Duration
    /// The longest pause of all.
    package var cap: Duration

    /// Describes the pauses; the usual are up to 2 s, 4 s, 8 s… 5 min.
    package init(base: Duration = .seconds(2), cap: Duration = .seconds(300)) {
        self.base = base
        self.cap = cap
    }

    /// The pause after the attempt with this number.
    /// - Parameters:
    ///   - attempt: The attempt that failed, from 1.
    ///   - random: A number from 0 up to 1; the pause is this part of the longest one.
    /// - Returns: The pause in microseconds.
    package func pause(afterAttempt attempt: Int, random: Double) -> Int64 {
        let doublings = min(max(attempt - 1, 0), 30)
        let longest = min(Double(base.microseconds) * Double(1 << doublings), Double(cap.microseconds))
        return Int64(longest * min(max(random, 0), 1))
    }

    /// The pause after a worker vanished in the middle of an attempt: none the first time, since the fault was most
    /// likely the worker's; then as after failures, since the task may be what kills them.
    /// - Parameters:
    ///   - attempt: The attempt that was cut off, from 1.
    ///   - random: A number from 0 up to 1.
    /// - Returns: The pause in microseconds.
    package func pause(afterLossInAttempt attempt: Int, random: Double) -> Int64 {
        attempt <= 1 ? 0 : pause(afterAttempt: attempt - 1, random: random)
    }
}

extension Duration {
    /// The length in whole microseconds.
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
