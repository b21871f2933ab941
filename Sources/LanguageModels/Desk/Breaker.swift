/// Keeps a model that does not answer from being asked, for one endpoint and model.
///
/// It opens when two requests in a row found nobody (refused, or no answer until the deadline), or when at least half
/// of at least twenty within 30 s failed. It stays open for 5 s, then one request is let through; if that fails, it
/// stays open twice as long, up to 60 s.
struct Breaker: Sendable {
    /// What became of a request.
    enum Outcome: Hashable {
        /// It was answered, well or not.
        case answered
        /// Nobody was there, or it hung.
        case silence
        /// It failed at the server.
        case failed
        /// Says nothing of the server's health, but that it lives: busy, no such model.
        case alive
        /// Says nothing at all: the caller went away.
        case abandoned
    }

    /// Whether a request may be sent.
    enum Admission: Hashable {
        case go
        /// It is the one that finds out whether the server is back.
        case probe
        case refused
    }

    private enum State: Hashable {
        case closed
        case open(until: Duration)
        case probing
    }

    private static let (shortest, longest) = (Duration.seconds(5), Duration.seconds(60))
    private static let window = Duration.seconds(30)
    private static let (silences, sample) = (2, 20)

    private var state = State.closed
    private var wait = shortest
    private var silent = 0
    private var recent: [(at: Duration, failed: Bool)] = []

    /// Its state, for people.
    var phase: ModelHealth.Breaker {
        switch state {
        case .closed: .closed
        case .open: .open
        case .probing: .halfOpen
        }
    }

    /// Whether a request would be let through now.
    func admits(at now: Duration) -> Bool {
        switch state {
        case .closed: true
        case .open(let end): now >= end
        case .probing: false
        }
    }

    /// Lets a request through, or not; one let through must be recorded.
    mutating func admit(at now: Duration) -> Admission {
        guard admits(at: now) else { return .refused }
        if state == .closed { return .go }
        state = .probing
        return .probe
    }

    /// Takes note of what became of a request.
    mutating func record(_ outcome: Outcome, of admission: Admission, at now: Duration) {
        if admission == .probe { return settle(outcome, at: now) }
        guard state == .closed, outcome != .abandoned else { return }
        silent = outcome == .silence ? silent + 1 : 0
        if outcome != .alive { recent.append((now, outcome != .answered)) }
        recent.removeAll { $0.at < now - Self.window }
        let failures = recent.count { $0.failed }
        if silent >= Self.silences || (recent.count >= Self.sample && failures * 2 >= recent.count) {
            state = .open(until: now + wait)
        }
    }

    private mutating func settle(_ outcome: Outcome, at now: Duration) {
        switch outcome {
        case .answered, .alive: self = Breaker()
        case .abandoned: state = .open(until: now)
        case .silence, .failed:
            wait = min(wait * 2, Self.longest)
            state = .open(until: now + wait)
        }
    }
}

extension Breaker.Outcome {
    /// What a failure says of the server.
    init(_ failure: ModelFailure) {
        switch failure.kind {
        case .providerUnavailable(let why):
            switch why {
            case .refused, .timeout: self = .silence
            case .serverError: self = .failed
            case .busy, .rateLimited, .modelMissing, .rejected: self = .alive
            case .notConfigured, .breakerOpen, .overloaded: self = .abandoned
            }
        case .malformedResponse(let why):
            switch why {
            case .noTerminal, .midStreamError, .tooLarge, .protocolViolation: self = .failed
            case .notJSON, .schema, .truncated, .toolArguments: self = .answered
            }
        case .processingError: self = .abandoned
        }
    }
}
