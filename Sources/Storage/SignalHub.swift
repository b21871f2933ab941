import Synchronization

/// Hands signals to the listeners of this process.
final class SignalHub: Sendable {
    private struct State {
        var listeners: [String: [Int: AsyncStream<String>.Continuation]] = [:]
        var nextNumber = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Adds a listener, whose first payload is `greeting` if there is one; it leaves when its stream ends.
    func subscribe(_ channel: String, greeting: String? = nil) -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(1024))
        let number = state.withLock { state -> Int? in
            guard !state.isFinished else { return nil }
            state.nextNumber += 1
            state.listeners[channel, default: [:]][state.nextNumber] = continuation
            return state.nextNumber
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        if let greeting { continuation.yield(greeting) }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[channel]?[number] = nil }
        }
        return stream
    }

    /// Hands a payload to the listeners of one channel; one that is too slow gets an empty payload as its newest.
    func publish(_ channel: String, _ payload: String) {
        let listeners = state.withLock { Array($0.listeners[channel, default: [:]].values) }
        for listener in listeners {
            if case .dropped = listener.yield(payload) { listener.yield("") }
        }
    }

    /// Ends all streams, and those that are asked for later.
    func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [:] }
            return state.listeners.values.flatMap(\.values)
        }
        for listener in listeners { listener.finish() }
    }
}
