internal import Documents
internal import LanguageModels
internal import Logging
internal import Metrics
internal import Storage
internal import TaskQueue

/// Advises on jobs: a model within the time somebody waits, or the heuristic.
///
/// Rules stay code: what ``Admission`` refuses is refused before, and no opinion lifts what a rule objects to.
struct AdviceDesk: Sendable {
    /// Asks models, and waits no longer than it is told.
    typealias Ask = @Sendable (StructuredQuestion, Duration) async throws(ModelFailure) -> ModelAnswer

    let policy: AdvicePolicy
    /// Whether any model is configured.
    let hasModels: Bool
    let ask: Ask
    /// How each model does, as it was last seen; never waits.
    let health: @Sendable () -> [ModelHealth]
    let database: any Database
    let queue: TaskStore
    /// Whether jobs of this gateway may have advice at all; nothing is looked up for those that cannot.
    let isKept: Bool
    let keeper: TimeKeeper

    /// Advice on a job that is not yet written.
    struct Counsel: Sendable {
        let advice: JobAdvice
        /// Why the job is refused unless its researcher insists; nil where it is not.
        let refusal: GatewayError?
        /// What the model was shown, where its opinion is still wanted.
        let openQuestion: JSONValue?
    }

    /// A desk over the models of the configuration.
    static func over(
        _ models: ModelDesk,
        _ configuration: GatewayConfiguration,
        _ database: any Database,
        _ queue: TaskStore,
        _ keeper: TimeKeeper
    ) async throws -> AdviceDesk {
        let isUsed = models.hasModels || configuration.sites.contains { $0.kind == .simulator }
        let isKept: Bool
        if isUsed { isKept = true } else { isKept = try await database.read { try AdviceStore.hasAny(on: $0) } }
        return AdviceDesk(
            policy: configuration.advice,
            hasModels: models.hasModels,
            ask: { question, budget async throws(ModelFailure) in try await models.ask(question, within: budget) },
            health: { models.health },
            database: database,
            queue: queue,
            isKept: isKept,
            keeper: keeper
        )
    }

    /// Whether anything is said of jobs at a site: without models only of simulated ones.
    func isAsked(about site: SiteConfiguration) -> Bool { hasModels || site.kind == .simulator }

    /// Advises on a job; nil where nobody is asked.
    ///
    /// - Parameters:
    ///   - manifest: the admitted job.
    ///   - site: where it is to run.
    ///   - owner: who submits it.
    ///   - begun: since when somebody waits; what was done since then is taken off the budget.
    /// - Returns: what is said, and whether it refuses the job.
    /// - Throws: ``GatewayError`` of kind `adviceUnavailable` where no model answers and the heuristic is off.
    func consider(
        _ manifest: JobManifest,
        at site: any Site,
        by owner: String,
        since begun: ContinuousClock.Instant = .now
    ) async throws -> Counsel? {
        let place = site.configuration
        guard isAsked(about: place) else { return nil }
        let past = try await database.read { connection in
            try AdviceStore.past(
                template: manifest.effectiveTemplate,
                site: place.name,
                owner: owner,
                on: connection
            )
        }
        let formula = site.estimatedMinutes(of: manifest)
        let now = keeper.now()
        let heuristic =
            policy.usesHeuristic
            ? AdviceHeuristic.opinion(on: manifest, formula: formula, past: past, at: now) : nil
        // What a rule objects to needs no model, and no model could allow it.
        if let heuristic, !heuristic.isValid {
            return counsel(JobAdvice(opinion: heuristic, failure: nil, past: past), place)
        }
        guard hasModels else {
            return counsel(JobAdvice(opinion: try heuristic ?? unavailable(nil), failure: nil, past: past), place)
        }
        let facts = AdviceQuestion.facts(manifest, at: place, formula: formula, past: past)
        do throws(ModelFailure) {
            let answer = try await ask(AdviceQuestion.question(facts), remaining(since: begun))
            let opinion = try Self.opinion(answer, at: keeper.now())
            return counsel(JobAdvice(opinion: opinion, failure: nil, past: past), place)
        } catch {
            let opinion = try heuristic ?? unavailable(error)
            let advice = JobAdvice(opinion: opinion, failure: error.code, past: past)
            return error.mayPass ? counsel(advice, place, open: facts) : counsel(advice, place)
        }
    }

    /// What is left of the budget; a known answer has its time in any case.
    private func remaining(since begun: ContinuousClock.Instant) -> Duration {
        max(policy.budget - begun.duration(to: .now), min(policy.budget, .milliseconds(100)))
    }

    /// Writes the advice of a new job, and asks for the model's opinion where that is still wanted.
    func keep(_ counsel: Counsel, of job: Job, on connection: any StorageConnection) throws {
        try AdviceStore.insert(counsel.advice, of: job.id, on: connection)
        guard let facts = counsel.openQuestion else { return }
        let request = TaskRequest(
            kind: TaskKind.adviseLate,
            key: job.id.text,
            payload: facts.jsonText,
            priority: 5,
            runAt: job.createdAt.microseconds,
            maximumAttempts: LateAdvice.tries,
            timeoutSeconds: Int(policy.latePatience.components.seconds) + 60
        )
        try queue.enqueue(request, on: connection)
    }

    /// What a model said.
    static func opinion(_ answer: ModelAnswer, at now: Timestamp) throws(ModelFailure) -> Opinion {
        if let opinion = AdviceQuestion.opinion(answer, at: now) { return opinion }
        throw ModelFailure(.malformedResponse(.schema), "the answer does not have the members that were asked for")
    }

    private func counsel(_ advice: JobAdvice, _ site: SiteConfiguration, open facts: JSONValue? = nil) -> Counsel {
        Counter(label: "farfield_advice_total", dimensions: [("source", advice.opinion.source.rawValue)]).increment()
        return Counsel(
            advice: advice,
            refusal: policy.refuses(advice.opinion, at: site.kind) ? Self.refusal(advice.opinion) : nil,
            openQuestion: facts
        )
    }

    private func unavailable(_ failure: ModelFailure?) throws -> Opinion {
        let why = failure.map { "no language model answered in time (\($0.code))" } ?? "no language model is configured"
        throw GatewayError(
            .adviceUnavailable,
            "Jobs are checked before they are accepted here, and \(why). Nothing was written; try again later."
        )
    }

    private static func refusal(_ opinion: Opinion) -> GatewayError {
        let what = opinion.feedback.isEmpty ? opinion.reasoning : opinion.feedback
        return GatewayError(
            .advisedAgainst,
            "\(opinion.author.prefix(1).uppercased() + opinion.author.dropFirst()) advises against this job: \(what)"
                + " Change the manifest, or submit it as it is with advice=insist (farfield submit --insist).",
            faults: [
                Fault(
                    path: "",
                    message: what.isEmpty ? "the job does not make sense as it is" : what,
                    expected: "a job that can work, or advice=insist"
                )
            ]
        )
    }
}

extension AdvicePolicy {
    /// Whether an opinion refuses a job at a site of a kind; a pure decision.
    ///
    /// - Parameters:
    ///   - opinion: what is said of it.
    ///   - kind: of the site.
    /// - Returns: true where the job is refused unless its researcher insists.
    package func refuses(_ opinion: Opinion, at kind: SiteKind) -> Bool {
        guard !opinion.isValid, opinion.source == .heuristic || opinion.confidence >= confidence else { return false }
        return switch rejects {
        case .always: true
        case .never: false
        case .simulator: kind == .simulator
        }
    }
}

extension ModelFailure {
    /// Whether the same question may be answered later: the model was slow, or away.
    fileprivate var mayPass: Bool {
        guard case .providerUnavailable(let why) = kind else { return false }
        return switch why {
        case .timeout, .busy, .refused, .rateLimited, .serverError, .breakerOpen, .overloaded: true
        case .notConfigured, .modelMissing, .rejected: false
        }
    }
}
