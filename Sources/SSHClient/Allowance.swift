import Synchronization

/// What a caller grants an operation: until when, and whether it is still wanted.
struct Allowance: Sendable {
    /// For the error: timed out while so doing.
    let what: String
    let deadline: ContinuousClock.Instant
    /// How long the far side may stand still; nil when all of it has to be done by the deadline.
    let stall: Duration?
    let cancellation: CancellationMark
    /// Whether it is done only where there is a place for it at once.
    let isExtra: Bool

    init(
        _ what: String,
        _ time: Duration,
        _ cancellation: CancellationMark = CancellationMark(),
        mayGoOn: Bool = false,
        isExtra: Bool = false
    ) {
        self.what = what
        self.deadline = .now + time
        self.stall = mayGoOn ? time : nil
        self.cancellation = cancellation
        self.isExtra = isExtra
    }

    func check() throws(SSHError) { try check(until: deadline) }

    /// There is no place just now: who is extra goes.
    func checkMayWait() throws(SSHError) {
        if isExtra { throw .timedOut(what: what, commandMayHaveRun: false) }
    }

    /// The same with a deadline that has moved.
    func check(until deadline: ContinuousClock.Instant) throws(SSHError) {
        if cancellation.isCancelled { throw .cancelled(commandMayHaveRun: false) }
        if ContinuousClock.now >= deadline { throw .timedOut(what: what, commandMayHaveRun: false) }
    }
}

/// Carries a cancellation to whoever is waiting for the network just now.
final class CancellationMark: Sendable {
    private struct State {
        var isCancelled = false
        var wake: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Says how to wake the waiting side from now on.
    func onCancel(_ wake: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.wake = wake
            return state.isCancelled
        }
        if isLate { wake() }
    }

    func cancel() {
        let wake = state.withLock { state in
            state.isCancelled = true
            return state.wake
        }
        wake?()
    }
}
