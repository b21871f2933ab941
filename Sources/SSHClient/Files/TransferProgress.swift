import Synchronization

/// How far a transfer has come.
package struct TransferProgress: Sendable, Hashable {
    /// Bytes that have arrived, without those that were there before.
    package var bytes: UInt64
    /// Bytes that will have arrived at the end; nil when nobody knows.
    package var total: UInt64?
    /// Bytes per second just now.
    package var rate: Double
    /// The time left at this rate; nil when nobody knows.
    package var remaining: Duration? {
        guard let total, rate > 0 else { return nil }
        return .seconds(Double(total - min(bytes, total)) / rate)
    }
}

/// Counts what arrives, and tells about it not too often.
final class TransferMeter: Sendable {
    private struct State {
        var bytes: UInt64 = 0
        var told: (bytes: UInt64, at: ContinuousClock.Instant)
        var rate = 0.0
    }

    /// Between two reports.
    static let interval = Duration.milliseconds(100)

    private let total: UInt64?
    private let tell: (@Sendable (TransferProgress) -> Void)?
    private let state = Mutex(State(told: (0, .now)))

    init(total: UInt64?, _ tell: (@Sendable (TransferProgress) -> Void)?) {
        self.total = total
        self.tell = tell
    }

    /// So many bytes more have arrived.
    func add(_ count: Int) {
        guard let tell else { return }
        let report = state.withLock { state in
            state.bytes += UInt64(count)
            let now = ContinuousClock.now
            guard now - state.told.at >= Self.interval else { return nil as TransferProgress? }
            return Self.report(&state, now, total)
        }
        if let report { tell(report) }
    }

    /// The last report, with everything.
    func finish() {
        guard let tell else { return }
        tell(state.withLock { Self.report(&$0, .now, total) })
    }

    private static func report(
        _ state: inout State,
        _ now: ContinuousClock.Instant,
        _ total: UInt64?
    ) -> TransferProgress {
        let seconds = max((now - state.told.at) / .seconds(1), 1e-6)
        let latest = Double(state.bytes - state.told.bytes) / seconds
        // Smoothed over about a second.
        state.rate = state.rate == 0 ? latest : state.rate + (latest - state.rate) * min(1, seconds)
        state.told = (state.bytes, now)
        return TransferProgress(bytes: state.bytes, total: total, rate: state.rate)
    }
}
