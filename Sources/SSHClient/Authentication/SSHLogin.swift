import CSSH2
import Glibc
import Synchronization

/// A login by hand: carries a server's questions to a person and the answers back.
package final class SSHLogin: SSHResponder {
    /// Where it stands.
    package enum Step: Sendable, Hashable {
        /// The server asks.
        case question(SSHQuestion)
        /// The connection stands and is in use.
        case connected
        /// It came to nothing.
        case failed(SSHError)
    }

    private struct State {
        var step: Step?
        var answer: String?
        var isAbandoned = false
        var waiters: [CheckedContinuation<Step, Never>] = []
    }

    private let state = Mutex(State())
    private let stored: StoredAnswers?
    private let bell: Int32

    /// A login that has not begun.
    ///
    /// - Parameter stored: answers what it can, so that a person types only the rest.
    package init(stored: StoredAnswers? = nil) {
        self.stored = stored
        bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    }

    deinit { close(bell) }

    // MARK: - The person's side

    /// The question that is open, or the end; waits for either.
    package func nextStep() async -> Step {
        await withCheckedContinuation { continuation in
            let step = state.withLock { state in
                if state.step == nil { state.waiters.append(continuation) }
                return state.step
            }
            if let step { continuation.resume(returning: step) }
        }
    }

    /// Answers the open question; nothing happens when there is none.
    ///
    /// - Parameter text: one line.
    package func answer(_ text: String) {
        state.withLock { state in
            guard case .question = state.step else { return }
            state.step = nil
            state.answer = text
        }
        _ = eventfd_write(bell, 1)
    }

    /// Gives it up.
    package func abandon() {
        state.withLock { $0.isAbandoned = true }
        _ = eventfd_write(bell, 1)
    }

    // MARK: - The connection's side

    package func answer(
        _ question: SSHQuestion,
        timesAsked: Int,
        until deadline: ContinuousClock.Instant
    ) throws(SSHNoAnswer) -> String {
        if let stored, timesAsked == 0, stored.hasPassword, QuestionKind.of(question.text) == .password {
            return try stored.answer(question, timesAsked: timesAsked, until: deadline)
        }
        publish(.question(question))
        while ContinuousClock.now < deadline {
            let (answer, isAbandoned) = state.withLock { state in
                defer { state.answer = nil }
                return (state.answer, state.isAbandoned)
            }
            if let answer { return answer }
            if isAbandoned { throw SSHNoAnswer(reason: "the login was given up") }
            var polled = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
            // Short, because the deadline counts too.
            _ = unsafe poll(&polled, 1, 500)
            var count: eventfd_t = 0
            _ = unsafe eventfd_read(bell, &count)
        }
        throw SSHNoAnswer(reason: "nobody answered '\(question.text)' in time")
    }

    /// Tells the end.
    func finish(_ error: SSHError?) { publish(error.map { .failed($0) } ?? .connected) }

    private func publish(_ step: Step) {
        let waiters = state.withLock { state in
            state.step = step
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: step) }
    }
}
