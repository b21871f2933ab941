/// What is done after each failure of one question: the whole table of retries, without any effect.
struct Ladder {
    /// What comes next.
    enum Step: Hashable {
        /// The same request to the same model.
        case again
        /// The same request to the same model, after a while.
        case wait(Duration)
        /// The model at ``Ladder/model``, from the beginning.
        case next
        /// The models from the first on, after a while.
        case nextRound(Duration)
        /// The bad answer is shown to the model.
        case repair
        /// The same request with twice as many tokens.
        case moreTokens
        /// The failure is the caller's.
        case giveUp
    }

    /// The model that is asked now, by its place in the order.
    private(set) var model: Int
    private let models: Int
    private let limits: DeskLimits
    private let random: @Sendable () -> Double
    /// Models that are not asked again for this question.
    private var out: Set<Int> = []
    private var refusing: Set<Int> = []
    private var round = 0
    private var waits = 0
    private var tries: [Int: Int] = [:]
    private var hasRepeated: Set<Int> = []
    private var hasRepaired = false
    private var hasDoubled = false

    /// A ladder for one question; `random` gives 0 to 1, without 1.
    init(models: Int, limits: DeskLimits, random: @escaping @Sendable () -> Double) {
        model = 0
        self.models = models
        self.limits = limits
        self.random = random
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - failure: what the model at ``model`` came to.
    ///   - remaining: how long the most patient caller still waits; no wait is longer.
    /// - Returns: what to do.
    mutating func step(after failure: ModelFailure, remaining: Duration) -> Step {
        switch failure.kind {
        case .providerUnavailable(let why): step(after: why, failure, remaining)
        case .malformedResponse(let why): step(after: why, remaining)
        case .processingError: .giveUp
        }
    }

    private mutating func step(
        after why: ModelFailure.Unavailable,
        _ failure: ModelFailure,
        _ remaining: Duration
    ) -> Step {
        switch why {
        case .refused:
            refusing.insert(model)
            return advance(remaining)
        case .breakerOpen: return advance(remaining)
        case .busy: return tryAgain(limits.tries, atLeast: .zero, remaining)
        case .rateLimited: return tryAgain(limits.tries, atLeast: failure.retryAfter ?? .zero, remaining)
        case .serverError: return tryAgain(2, atLeast: .zero, remaining)
        case .timeout, .modelMissing, .rejected: return leave(remaining)
        case .notConfigured, .overloaded: return .giveUp
        }
    }

    private mutating func step(after why: ModelFailure.Malformed, _ remaining: Duration) -> Step {
        switch why {
        case .noTerminal:
            return hasRepeated.insert(model).inserted ? .again : leave(remaining)
        case .midStreamError: return tryAgain(2, atLeast: .zero, remaining)
        case .tooLarge, .protocolViolation: return leave(remaining)
        case .truncated:
            defer { hasDoubled = true }
            return hasDoubled ? .giveUp : .moreTokens
        case .notJSON, .schema, .toolArguments:
            defer { hasRepaired = true }
            return hasRepaired ? .giveUp : .repair
        }
    }

    /// The same model once more, while it has tries and callers have time; else the next one.
    private mutating func tryAgain(_ most: Int, atLeast: Duration, _ remaining: Duration) -> Step {
        tries[model, default: 0] += 1
        guard tries[model, default: 0] < most else { return leave(remaining) }
        let wait = max(atLeast, backOff())
        return wait < remaining ? .wait(wait) : leave(remaining)
    }

    /// The next model; this one is not asked again.
    private mutating func leave(_ remaining: Duration) -> Step {
        out.insert(model)
        return advance(remaining)
    }

    /// The next model, or after a while the first of those that refused.
    private mutating func advance(_ remaining: Duration) -> Step {
        if let next = (model + 1..<max(models, model + 1)).first(where: { !out.contains($0) }) {
            model = next
            return .next
        }
        guard let first = refusing.subtracting(out).min(), round + 1 < limits.tries else { return .giveUp }
        let wait = backOff()
        guard wait < remaining else { return .giveUp }
        round += 1
        refusing = []
        model = first
        return .nextRound(wait)
    }

    /// Full jitter: any time up to a bound that doubles (Brooker, "Exponential Backoff and Jitter", 2015).
    private mutating func backOff() -> Duration {
        var bound = limits.firstBackOff
        for _ in 0..<waits where bound < limits.longestBackOff { bound *= 2 }
        waits += 1
        return min(bound, limits.longestBackOff) * random()
    }
}
