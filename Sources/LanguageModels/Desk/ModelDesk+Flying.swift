internal import Documents
internal import Synchronization

extension ModelDesk {
    /// Carries a question to its end, and tells those who wait.
    func fly(_ flight: Int) async {
        guard let entry = state.withLock({ $0.flights[flight] }) else { return }
        guard let end = await walk(flight, entry.order) else {
            // Cut short: the desk closes, or the caller that carried it is gone.
            let closing = ModelFailure(.processingError(.cancelled), "the gateway is stopping")
            return state.withLock { $0.settle(flight, entry.isCarried ? .failure(closing) : .abandoned) }
        }
        state.withLock { $0.settle(flight, end) }
    }

    /// Goes from try to try until there is an answer, or the ladder says that there will be none.
    ///
    /// - Returns: nil when it was cut short, or nobody waits any more.
    private func walk(_ flight: Int, _ order: Order) async -> FlightEnd? {
        let start = clock.now
        var ladder = Ladder(models: models.count, limits: limits, random: random)
        var request = order.request(to: models[ladder.model].endpoint)
        var isRepair = false
        var worst: ModelFailure?
        while true {
            let attempt = await attempt(flight, model: ladder.model, request)
            guard let attempt else { return nil }
            let failure: ModelFailure
            switch attempt.result {
            case .success(let value):
                let answer = answer(value, attempt, of: ladder.model, isRepair: isRepair, since: start)
                keep(answer, order, of: ladder.model)
                return .answer(answer)
            case .failure(let found): failure = found
            }
            if worst == nil || failure.kind != .providerUnavailable(.breakerOpen) { worst = failure }
            let patience = state.withLock { $0.patience(flight, at: clock.now) }
            let step = ladder.step(after: failure, remaining: patience)
            switch step {
            case .giveUp: return .failure(worst ?? failure)
            case .again: break
            case .moreTokens: request.maximumTokens *= 2
            case .repair:
                isRepair = true
                let faults = failure.validationErrors
                request = order.repair(request, answer: attempt.text, faults: faults, bytes: limits.repairBytes)
            case .wait(let time):
                guard await pause(flight, time) else { return nil }
            case .next, .nextRound:
                if case .nextRound(let time) = step { guard await pause(flight, time) else { return nil } }
                state.withLock { $0.rest(flight) }
                request = order.request(to: models[ladder.model].endpoint)
                isRepair = false
            }
        }
    }

    /// Waits between two tries; no model works on the question meanwhile.
    private func pause(_ flight: Int, _ time: Duration) async -> Bool {
        state.withLock { $0.rest(flight) }
        try? await clock.sleep(until: clock.now + time)
        return !Task.isCancelled
    }

    private func answer(
        _ value: JSONValue,
        _ attempt: Attempt,
        of model: Int,
        isRepair: Bool,
        since start: Duration
    ) -> ModelAnswer {
        ModelAnswer(
            value: value,
            source: isRepair ? .repaired : .model,
            endpoint: models[model].endpoint.name,
            model: models[model].endpoint.model,
            digest: state.withLock { $0.models[model].digest },
            promptTokens: attempt.finish?.promptTokens,
            answerTokens: attempt.finish?.answerTokens,
            took: clock.now - start
        )
    }

    private func keep(_ answer: ModelAnswer, _ order: Order, of model: Int) {
        guard order.isKept else { return }
        let key = order.key(models[model].endpoint, digest: answer.digest)
        state.withLock { $0.cache.keep(answer, for: key, at: clock.now) }
    }
}
