package import Logging
internal import Metrics
internal import ServiceLifecycle
internal import Synchronization

/// Asks models structured questions: the one owner of retries, repairs, breakers, slots and the cache.
///
/// A question is carried by ``run()`` while that runs, so that it goes on when its callers no longer wait: a client
/// that leaves makes Ollama break off the loading of a model. While ``run()`` does not run, a caller carries its
/// question itself, and only as long as its budget lasts.
package final class ModelDesk: Service, CustomStringConvertible {
    let models: [any LanguageModel]
    let logger: Logger
    let clock: any DeskClock
    let limits: DeskLimits
    let random: @Sendable () -> Double
    let state: Mutex<DeskState>

    /// A desk.
    ///
    /// - Parameters:
    ///   - models: in the order they are asked; the next one where the one before cannot be.
    ///   - logger: where an operator reads.
    ///   - clock: what budgets, waits and ages are measured by.
    ///   - limits: the numbers it works by.
    ///   - random: 0 to 1 without 1, for the waits between tries.
    package init(
        models: [any LanguageModel],
        logger: Logger,
        clock: any DeskClock = MachineClock(),
        limits: DeskLimits = DeskLimits(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.models = models
        self.logger = logger
        self.clock = clock
        self.limits = limits
        self.random = random
        state = Mutex(DeskState(endpoints: models.map(\.endpoint), limits: limits))
    }

    /// For the log of starting and stopping.
    package var description: String { "ModelDesk" }

    /// Whether any model is configured.
    package var hasModels: Bool { !models.isEmpty }

    /// How each model does, in the order they are asked; never waits.
    package var health: [ModelHealth] { state.withLock { $0.models.map(\.health) } }

    /// What the desk has done, and holds.
    package var figures: DeskFigures {
        state.withLock { state in
            var figures = state.figures
            figures.flights = state.flights.count
            figures.waiting = state.flights.values.count { !$0.hasBegun }
            figures.cached = state.cache.count
            return figures
        }
    }

    /// Asks.
    ///
    /// - Parameters:
    ///   - question: what is asked.
    ///   - budget: how long the caller waits. The question itself goes on behind it, up to the model's own deadline:
    ///     the answer is then in the cache for whoever asks the same again, or waits for it.
    /// - Returns: the answer.
    /// - Throws: ``ModelFailure``; `timeout` when the budget is over.
    package func ask(
        _ question: StructuredQuestion,
        within budget: Duration
    ) async throws(ModelFailure) -> ModelAnswer {
        let result = await answer(question, within: budget)
        state.withLock { state in
            state.figures.asked += 1
            switch result {
            case .success(let answer) where answer.source == .model: state.figures.answered += 1
            case .success(let answer) where answer.source == .repaired: state.figures.repaired += 1
            case .success: break
            case .failure: state.figures.failed += 1
            }
        }
        let answer = try result.get()
        count(question.name, answer.source)
        return answer
    }

    /// Counts an answer that a rule in code gave in a model's place.
    ///
    /// - Parameter question: the question's name.
    package func countHeuristic(question: String) { count(question, .heuristic) }

    private func count(_ question: String, _ source: AnswerSource) {
        let labels = [("question", question), ("source", source.rawValue)]
        Counter(label: "farfield_model_answers_total", dimensions: labels).increment()
    }

    /// Carries what goes on behind callers that did not wait, and looks after the models.
    package func run() async throws { await cancelWhenGracefulShutdown { await self.carry() } }

    /// What ``run()`` does, until the task is cancelled.
    package func carry() async {
        let (flights, carrier) = AsyncStream.makeStream(of: Int.self)
        state.withLock { $0.carrier = carrier }
        await withDiscardingTaskGroup { group in
            for model in models.indices { group.addTask { await self.watch(model) } }
            for await flight in flights { group.addTask { await self.fly(flight) } }
            close()
            group.cancelAll()
        }
    }

    private func close() {
        state.withLock { $0.close(ModelFailure(.processingError(.cancelled), "the gateway is stopping")) }
    }
}
