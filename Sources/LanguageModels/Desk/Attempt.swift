internal import Documents
internal import Metrics
internal import Synchronization

/// One request to one model, and what came of it.
struct Attempt: Sendable {
    let result: Result<JSONValue, ModelFailure>
    /// What the model said, as far as it came.
    var text = ""
    var finish: ModelFinish?
}

extension ModelDesk {
    /// Asks a model once, when there is a slot and the breaker lets the request through.
    ///
    /// - Returns: nil when nobody wants the answer any more, or the task is cancelled.
    func attempt(_ flight: Int, model: Int, _ request: ModelRequest) async -> Attempt? {
        guard await takeSlot(flight, model) else { return nil }
        defer { state.withLock { $0.freeSlot(model) } }
        let admission = state.withLock { $0.models[model].breaker.admit(at: clock.now) }
        guard admission != .refused else {
            let failure = ModelFailure(.providerUnavailable(.breakerOpen), "it did not answer lately")
            return Attempt(result: .failure(failure))
        }
        var attempt: Attempt?
        if let failure = await look(before: admission, model) {
            attempt = Attempt(result: .failure(failure))
        } else if !Task.isCancelled, state.withLock({ $0.begin(flight, at: clock.now) }) {
            attempt = await generate(flight, model, request)
        }
        let outcome = attempt.map { breakerOutcome(of: $0, flight) } ?? .abandoned
        state.withLock { state in
            state.models[model].breaker.record(outcome, of: admission, at: clock.now)
            if let attempt { state.models[model].note(attempt) }
        }
        return Task.isCancelled ? nil : attempt
    }

    private static let cancelled = ModelFailure(.processingError(.cancelled), "the caller went away")

    private func takeSlot(_ flight: Int, _ model: Int) async -> Bool {
        let (isWanted, turn) = state.withLock { state -> (Bool, Handover<SlotLine.Turn>?) in
            guard state.isWanted(flight, at: clock.now) else { return (false, nil) }
            return (true, state.models[model].line.enter(flight))
        }
        guard isWanted, let turn else { return isWanted }
        if case .come = await turn.take(ifCancelled: .leave) { return true }
        state.withLock { $0.models[model].line.drop(flight) }
        return false
    }

    /// Finds out whether a server that was down is back; else learns the model's digest, if that is quick.
    ///
    /// - Returns: why there is no use in asking.
    private func look(before admission: Breaker.Admission, _ model: Int) async -> ModelFailure? {
        let isProbe = admission == .probe
        let isDue = state.withLock { $0.models[model].wantsLook(at: clock.now, age: limits.digestAge) }
        guard isProbe || isDue else { return nil }
        let result = await look(
            model,
            patience: isProbe ? limits.lookPatience : limits.digestPatience,
            isQuick: !isProbe
        )
        guard isProbe, case .failure(let failure) = result else { return nil }
        return failure
    }

    /// One generation up to its deadline, counted.
    private func generate(_ flight: Int, _ model: Int, _ request: ModelRequest) async -> Attempt {
        let start = clock.now
        let endpoint = models[model].endpoint
        var request = request
        request.deadline = deadline(flight, model)
        let sent = request
        state.withLock { $0.figures.requests += 1 }
        let collected = await clock.within(request.deadline) { await self.collect(sent, from: model) }
        let attempt =
            collected
            ?? Attempt(
                result: .failure(
                    Task.isCancelled
                        ? Self.cancelled
                        : ModelFailure(.providerUnavailable(.timeout), "no answer within \(sent.deadline)")
                )
            )
        var outcome = "ok"
        if case .failure(let failure) = attempt.result { outcome = failure.code }
        let label = ("endpoint", endpoint.name)
        Counter(label: "farfield_model_requests_total", dimensions: [label, ("outcome", outcome)]).increment()
        let took = clock.now - start
        Timer(label: "farfield_model_seconds", dimensions: [label]).recordNanoseconds(Int64(took / .nanoseconds(1)))
        return attempt
    }

    /// A model that is not loaded may take as long as loading takes; only a caller's own work ends with its budget.
    private func deadline(_ flight: Int, _ model: Int) -> Duration {
        state.withLock { state in
            let record = state.models[model]
            let most = record.isWarm ? limits.generation : max(limits.generation, record.endpoint.loadDeadline)
            guard state.flights[flight]?.isCarried == false else { return most }
            return min(most, state.patience(flight, at: clock.now))
        }
    }

    /// Reads a generation to its end.
    private func collect(_ request: ModelRequest, from model: Int) async -> Attempt {
        var (text, finish) = ("", ModelFinish?.none)
        do {
            for try await event in models[model].generate(request) {
                switch event {
                case .text(let piece): text += piece
                case .finish(let end): finish = end
                case .thinking, .toolCall: break
                }
                if text.utf8.count > AnswerText.bytes {
                    return Attempt(
                        result: .failure(ModelFailure(.malformedResponse(.tooLarge), "the answer does not end"))
                    )
                }
            }
        } catch {
            return Attempt(result: .failure(Self.failure(error)), text: text, finish: finish)
        }
        guard let finish else {
            let failure = ModelFailure(.malformedResponse(.noTerminal), "the answer stopped without an end")
            return Attempt(result: .failure(Task.isCancelled ? Self.cancelled : failure), text: text)
        }
        do throws(ModelFailure) {
            let value = try AnswerReading.value(text, schema: request.schema ?? true, reason: finish.reason)
            return Attempt(result: .success(value), text: text, finish: finish)
        } catch {
            return Attempt(result: .failure(error), text: text, finish: finish)
        }
    }

    private static func failure(_ error: any Error) -> ModelFailure {
        if let failure = error as? ModelFailure { return failure }
        if error is CancellationError { return cancelled }
        return ModelFailure(.processingError(.internalFault), "\(error)")
    }

    /// What a request says of its server; one that its caller's budget cut short has failed, too.
    private func breakerOutcome(of attempt: Attempt, _ flight: Int) -> Breaker.Outcome {
        guard case .failure(let failure) = attempt.result else { return .answered }
        let outcome = Breaker.Outcome(failure)
        let isOwn = state.withLock { $0.flights[flight].map { !$0.isCarried } ?? false }
        guard isOwn, outcome == .abandoned || failure.kind == .providerUnavailable(.timeout) else { return outcome }
        return state.withLock { $0.patience(flight, at: clock.now) } == .zero ? .failed : outcome
    }
}

extension ModelRecord {
    /// Takes note of what a request came to.
    fileprivate mutating func note(_ attempt: Attempt) {
        switch attempt.result {
        case .success:
            noteAnswer()
            line.speedUp()
        case .failure(let failure) where failure.kind == .providerUnavailable(.busy): line.slowDown()
        case .failure(let failure):
            if case .malformedResponse = failure.kind, attempt.finish != nil { noteAnswer() }
        }
    }
}
