internal import Logging
internal import Synchronization

extension ModelDesk {
    /// Looks at a model again and again, and has it loaded.
    func watch(_ model: Int) async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                await look(model, patience: limits.lookPatience)
                let loads = state.withLock { $0.models[model].beginLoading(at: clock.now, every: limits.loadEvery) }
                if loads { group.addTask { await self.load(model) } }
                try? await clock.sleep(until: clock.now + limits.lookEvery)
            }
        }
    }

    /// Looks at a model once, and notes what is seen; a quick look does not take silence for trouble.
    @discardableResult
    func look(_ model: Int, patience: Duration, isQuick: Bool = false) async -> Result<ModelStatus, ModelFailure> {
        let before = state.withLock { $0.models[model].health }
        let seen = await clock.within(patience) { await self.status(of: model) }
        if Task.isCancelled { return .failure(ModelFailure(.processingError(.cancelled), "the caller went away")) }
        let result = seen ?? .failure(ModelFailure(.providerUnavailable(.timeout), "its server did not tell its state"))
        let after = state.withLock { state in
            state.models[model].note(result, isTrouble: !isQuick, at: clock.now)
            return state.models[model].health
        }
        if before.state != after.state {
            let reason = after.reason.map { ": \($0)" } ?? ""
            logger.notice("language model \(after.endpoint) (\(after.model)) is \(after.state.rawValue)\(reason)")
        }
        return result
    }

    private func status(of model: Int) async -> Result<ModelStatus, ModelFailure> {
        do throws(ModelFailure) {
            return .success(try await models[model].status())
        } catch {
            return .failure(error)
        }
    }

    /// Has a model loaded, however long that takes.
    private func load(_ model: Int) async {
        var trouble: ModelFailure?
        do throws(ModelFailure) {
            try await models[model].load()
        } catch {
            trouble = error
        }
        let failure = trouble
        state.withLock { $0.models[model].endLoading(failure) }
        guard let failure, !Task.isCancelled else { return }
        let endpoint = models[model].endpoint
        logger.warning("language model \(endpoint.name) (\(endpoint.model)) was not loaded: \(failure)")
    }
}
