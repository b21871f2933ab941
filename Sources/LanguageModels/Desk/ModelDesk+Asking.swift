internal import Synchronization

extension ModelDesk {
    /// Finds the answer in the cache, or waits for it for as long as the budget lasts.
    func answer(_ question: StructuredQuestion, within budget: Duration) async -> Result<ModelAnswer, ModelFailure> {
        guard hasModels else {
            return .failure(ModelFailure(.providerUnavailable(.notConfigured), "no language model is configured"))
        }
        let start = clock.now
        let order: Order
        do throws(ModelFailure) {
            order = try Order(question)
        } catch {
            return .failure(error)
        }
        while true {
            switch join(order, until: start + budget) {
            case .hit(let answer): return .success(answer.fromCache(took: clock.now - start))
            case .refused(let failure): return .failure(failure)
            case .seat(let seat):
                if let result = await wait(seat, until: start + budget) { return result }
            }
        }
    }

    private func join(_ order: Order, until end: Duration) -> DeskState.Joining {
        let digests = state.withLock { $0.models.map(\.digest) }
        let keys = zip(models, digests).map { order.key($0.endpoint, digest: $1) }
        return state.withLock { $0.join(order, keys: keys, since: clock.now, until: end) }
    }

    /// Waits at a question.
    ///
    /// - Returns: nil when it must be joined anew.
    private func wait(_ seat: Seat, until end: Duration) async -> Result<ModelAnswer, ModelFailure>? {
        let ending = await ending(seat, until: end)
        state.withLock { $0.leave(seat) }
        let isLeft = Task.isCancelled
        switch ending {
        case .answer(let answer): return .success(answer)
        case .failure(let failure): return .failure(failure)
        case _ where isLeft: return .failure(ModelFailure(.processingError(.cancelled), "the caller went away"))
        case .abandoned where clock.now < end: return nil
        case .abandoned, .left, .over:
            return .failure(ModelFailure(.providerUnavailable(.timeout), "no answer came in time"))
        }
    }

    private func ending(_ seat: Seat, until end: Duration) async -> FlightEnd {
        await withTaskGroup(of: FlightEnd?.self) { group in
            group.addTask { await seat.end.take(ifCancelled: .left) }
            group.addTask {
                try? await self.clock.sleep(until: end)
                return .over
            }
            if seat.performs {
                group.addTask {
                    await self.fly(seat.flight)
                    return nil
                }
            }
            var first = FlightEnd.left
            for await ending in group {
                guard let ending else { continue }
                first = ending
                break
            }
            group.cancelAll()
            return first
        }
    }
}

extension ModelAnswer {
    /// The answer, given once more.
    fileprivate func fromCache(took: Duration) -> ModelAnswer {
        ModelAnswer(
            value: value,
            source: .cache,
            endpoint: endpoint,
            model: model,
            digest: digest,
            promptTokens: promptTokens,
            answerTokens: answerTokens,
            took: took
        )
    }
}
