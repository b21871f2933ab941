import Synchronization

/// Things on their way between a task, which may wait, and a session's thread, which must not: in order, and never too
/// many at once.
///
/// Each direction has its own pair of functions; a handover is used in one direction only.
final class Handover<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var weight = 0
        /// Whether the session has begun.
        var isOpen = false
        /// Nothing more comes.
        var isEnded = false
        /// Nobody takes any more.
        var isAbandoned = false
        /// The task that waits.
        var waiting: CheckedContinuation<Void, Never>?
        /// Whether the session looked in vain, and how it is told.
        var isAwaited = false
        var wake: (@Sendable () -> Void)?
    }

    private let limit: Int
    private let state = Mutex(State())

    /// A handover that is full with so many bytes.
    init(limit: Int) { self.limit = limit }

    /// Says how to wake the session.
    func onChange(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }

    // MARK: - The task's side

    /// Waits until the session has begun.
    ///
    /// - Returns: whether it has; false when it will not, and then nothing may be prepared for it.
    func whenOpen() async -> Bool {
        await wait { $0.isOpen || $0.isAbandoned }
        return state.withLock { $0.isOpen && !$0.isAbandoned }
    }

    /// Hands over; waits while it is full.
    ///
    /// - Returns: whether anybody still takes.
    func put(_ element: Element, weight: Int) async -> Bool {
        await wait { $0.weight < self.limit || $0.isAbandoned }
        return change { state in
            guard !state.isAbandoned else { return false }
            state.elements.append(element)
            state.weight += weight
            return true
        }
    }

    /// Everything that is there, waiting for something to be; nil at the end.
    func next() async -> [Element]? {
        await wait { !$0.elements.isEmpty || $0.isEnded || $0.isAbandoned }
        return change { state in
            guard !state.elements.isEmpty, !state.isAbandoned else { return nil }
            state.weight = 0
            defer { state.elements = [] }
            return state.elements
        }
    }

    // MARK: - The session's side

    /// Says that what is put here will be taken.
    func open() {
        change { $0.isOpen = true }
        resume()
    }

    /// Whether there is room; when not, the session is woken as soon as there is.
    var hasRoom: Bool {
        state.withLock { state in
            if state.weight >= limit { state.isAwaited = true }
            return state.weight < limit
        }
    }

    /// Hands over, also when it is full: what was asked for before has to go somewhere.
    func offer(_ element: Element, weight: Int) {
        let waiting = state.withLock { state in
            state.elements.append(element)
            state.weight += weight
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Everything that is there, without waiting; nil at the end.
    ///
    /// When there is nothing, the session is woken as soon as there is.
    func poll() -> [Element]? {
        let (elements, waiting) = state.withLock { state in
            guard !state.elements.isEmpty else {
                state.isAwaited = true
                let nothing: [Element]? = state.isEnded ? nil : []
                return (nothing, nil as CheckedContinuation<Void, Never>?)
            }
            state.weight = 0
            defer { (state.elements, state.waiting) = ([], nil) }
            return (state.elements, state.waiting)
        }
        waiting?.resume()
        return elements
    }

    // MARK: - Both

    /// Whether somebody has left before the end.
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    /// Says that nothing more comes.
    func end() {
        change { $0.isEnded = true }
        resume()
    }

    /// Says that nobody takes any more.
    func abandon() {
        let wake = state.withLock { state in
            state.isAbandoned = true
            return state.wake
        }
        wake?()
        resume()
    }

    private func resume() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    @discardableResult
    private func change<Value: Sendable>(_ body: (inout sending State) -> sending Value) -> Value {
        let (value, wake) = state.withLock { state in
            let value = body(&state)
            defer { state.isAwaited = false }
            return (value, state.isAwaited ? state.wake : nil)
        }
        wake?()
        return value
    }

    /// Waits until a condition holds, or the task is cancelled.
    private func wait(until isMet: @escaping @Sendable (borrowing State) -> Bool) async {
        // Again after every change: it may have been another one.
        while !Task.isCancelled, !state.withLock({ isMet($0) }) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isNow = state.withLock { state in
                        if Task.isCancelled || isMet(state) { return true }
                        state.waiting = continuation
                        return false
                    }
                    if isNow { continuation.resume() }
                }
            } onCancel: {
                resume()
            }
        }
    }
}
