import Synchronization

/// Wakes one waiting task; rung while nobody waits, it wakes the next one at once.
final class Bell: Sendable {
    private enum State {
        case silent
        case rung
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    /// Wakes the one that waits, or the next that will.
    func ring() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            switch state {
            case .silent, .rung:
                state = .rung
                return nil
            case .awaited(let continuation):
                state = .silent
                return continuation
            }
        }
        waiter?.resume()
    }

    /// Waits until the bell rings or the surrounding task is cancelled; for one task at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRung = state.withLock { state in
                    if case .silent = state, !Task.isCancelled {
                        state = .awaited(continuation)
                        return false
                    }
                    state = .silent
                    return true
                }
                if isRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }
}
