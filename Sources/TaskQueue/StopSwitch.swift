import Synchronization

/// Why a run is to end before its handler is through.
enum StopReason: Sendable, Hashable {
    /// The lease passed to somebody else, or may have.
    case leaseLost
    /// The task was cancelled.
    case cancelled
    /// The worker stops.
    case shutdown
}

/// Tells one run to stop, once.
final class StopSwitch: Sendable {
    private let bell = Bell()
    private let reason = Mutex<StopReason?>(nil)

    /// Stops the run; the first reason holds.
    func stop(_ newReason: StopReason) {
        reason.withLock { $0 = $0 ?? newReason }
        bell.ring()
    }

    /// Waits for the reason; nil if the waiting task was cancelled first.
    func wait() async -> StopReason? {
        await bell.wait()
        return reason.withLock { $0 }
    }
}
