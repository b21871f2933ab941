internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Synchronization

/// Lets in as many requests and streams at once as the gateway can bear, and turns the others away at once.
///
/// Turning away costs next to nothing; letting everybody in would make everybody wait, and the memory grow.
final class Turnstile: Sendable {
    private struct Inside {
        var requests = 0
        var streams = 0
    }

    private let limits: Limits
    private let inside = Mutex(Inside())

    init(limits: Limits) { self.limits = limits }

    /// A place inside, given back when nobody holds it any more.
    final class Pass: Sendable {
        private let leave: @Sendable () -> Void

        init(leave: @escaping @Sendable () -> Void) { self.leave = leave }

        deinit { leave() }
    }

    /// Takes a place for a request.
    ///
    /// - Throws: the problem `overloaded`.
    func enter(_ style: Route.Style) throws(Problem) -> Pass {
        let isFull = inside.withLock { inside in
            switch style {
            case .bounded:
                if inside.requests >= limits.requestsAtOnce { return true }
                inside.requests += 1
            case .stream:
                if inside.streams >= limits.streamsAtOnce { return true }
                inside.streams += 1
            }
            return false
        }
        if isFull { throw Self.refusal(style) }
        return Pass { [self] in
            inside.withLock { inside in
                switch style {
                case .bounded: inside.requests -= 1
                case .stream: inside.streams -= 1
                }
            }
        }
    }

    private static func refusal(_ style: Route.Style) -> Problem {
        switch style {
        case .bounded:
            Problem(
                kind: .overloaded,
                detail: "The gateway answers as many requests as it can bear. Nothing was done; try again.",
                headers: [.retryAfter: "1"]
            )
        case .stream:
            Problem(
                kind: .overloaded,
                detail:
                    "The gateway has as many open streams as it can bear. Ask for the job itself from time to time.",
                headers: [.retryAfter: "10"]
            )
        }
    }
}

extension Response {
    /// The same response, whose body keeps the pass until it is written or given up.
    func holding(_ pass: Turnstile.Pass) -> Response {
        let inner = body
        var response = self
        response.body = ResponseBody(contentLength: inner.contentLength) { writer in
            try await inner.write(writer)
            withExtendedLifetime(pass) {}
        }
        return response
    }
}
