/// Growing pauses: the first is `initial`, each next one twice as long, up to `limit`.
struct Backoff: Sendable, Hashable {
    private(set) var next: Duration
    let limit: Duration

    init(initial: Duration, limit: Duration) {
        next = min(initial, limit)
        self.limit = limit
    }

    /// The pause to make now.
    mutating func advance() -> Duration {
        defer { next = min(next * 2, limit) }
        return next
    }
}

/// Remembers a failure so that, for a while, everybody gets it at once instead of trying again.
struct Circuit: Sendable {
    /// What failed last, since when it has been failing, and until when nobody tries.
    struct Failure: Sendable {
        var error: SSHError
        var since: ContinuousClock.Instant
        var until: ContinuousClock.Instant
    }

    private(set) var failure: Failure?
    private var backoff: Backoff
    private let fresh: Backoff
    private static let forEver = Duration.seconds(100 * 365 * 86400)

    init(_ backoff: Backoff) {
        self.backoff = backoff
        fresh = backoff
    }

    /// The error to answer with at once, or nil when an attempt may be made.
    func refusal(at now: ContinuousClock.Instant) -> SSHError? {
        failure.flatMap { now < $0.until ? $0.error : nil }
    }

    /// Notes a failure; when it is final, only a person may try again.
    mutating func recordFailure(_ error: SSHError, isFinal: Bool = false, at now: ContinuousClock.Instant) {
        let pause = isFinal ? Self.forEver : backoff.advance()
        failure = Failure(error: error, since: failure?.since ?? now, until: now + pause)
    }

    mutating func recordSuccess() {
        failure = nil
        backoff = fresh
    }
}
