import Logging
import Metrics
import Storage

/// Doing one task.
extension TaskWorkers {
    /// How a run ended.
    private enum Ending: Sendable {
        case outcome(TaskOutcome)
        case threw(String)
        case timedOut
        case stopped(StopReason)
        /// A companion of the handler was cancelled.
        case nothing
    }

    /// Runs a handler and writes down how it ended.
    func perform(_ run: RunBoard.Run, _ handler: any TaskHandler) async {
        let begun = time.now()
        let ending = await ending(of: run, handler)
        Timer(label: "tasks_run_seconds", dimensions: [("kind", run.task.kind)])
            .recordMicroseconds(time.now() - begun)
        await settle(run.task, ending)
        board.remove(run.task)
        bell.ring()
    }

    /// Releases a task that was leased and not begun.
    func giveBack(_ run: RunBoard.Run) async {
        await settle(run.task, .stopped(.shutdown))
        board.remove(run.task)
        bell.ring()
    }

    /// Lets the handler race against the clock and the stop switch, and waits until it has ended in any case.
    ///
    /// A handler that still returns an outcome after it was told to stop has done its work: the outcome counts.
    private func ending(of run: RunBoard.Run, _ handler: any TaskHandler) async -> Ending {
        await withTaskGroup(of: Ending.self) { group in
            group.addTask {
                do {
                    return .outcome(try await handler.run(run.task))
                } catch {
                    return .threw("\(error)")
                }
            }
            group.addTask { await run.stopSwitch.wait().map(Ending.stopped) ?? .nothing }
            group.addTask { [time] in
                do {
                    try await time.sleep(.seconds(run.task.timeoutSeconds))
                    return .timedOut
                } catch {
                    return .nothing
                }
            }
            var cause: Ending?
            for await ending in group {
                switch ending {
                case .outcome:
                    group.cancelAll()
                    return ending
                case .threw:
                    group.cancelAll()
                    return cause ?? (Task.isCancelled ? .stopped(.shutdown) : ending)
                case .timedOut, .stopped:
                    cause = cause ?? ending
                    group.cancelAll()
                case .nothing:
                    continue
                }
            }
            return cause ?? .nothing
        }
    }

    private func settle(_ task: LeasedTask, _ ending: Ending) async {
        let verdict: Settlement.Verdict
        switch ending {
        case .outcome(let outcome): verdict = .outcome(outcome)
        case .threw(let reason): verdict = .failed(reason: reason)
        case .timedOut: verdict = .failed(reason: "timed out after \(task.timeoutSeconds) s")
        case .stopped(.shutdown), .stopped(.cancelled), .nothing: verdict = .released
        case .stopped(.leaseLost): return tellLost(task)
        }
        let pause = settings.retry.pause(afterAttempt: task.attempt, random: settings.random())
        let store = store
        for attempt in 1...5 {
            do {
                let settlement = try await database.transaction {
                    try store.settle(task, verdict, pause: pause, on: $0)
                }
                return settlement.map { tell(task, verdict, $0) } ?? tellLost(task)
            } catch {
                logger.warning(
                    "cannot write down the end of a task",
                    metadata: ["task.id": "\(task.id)", "attempt": "\(attempt)", "error": "\(error)"]
                )
                try? await time.sleep(.seconds(1))
            }
        }
        // Nobody extends the lease after this: when it runs out, the task is rescued.
    }

    private func tell(_ task: LeasedTask, _ verdict: Settlement.Verdict, _ settlement: Settlement) {
        let result: String
        switch verdict {
        case .outcome(.done): result = "done"
        case .outcome(.again): result = "again"
        case .outcome(.retry), .outcome(.dead), .failed: result = "failed"
        case .released: result = "released"
        }
        Counter(label: "tasks_finished_total", dimensions: [("kind", task.kind), ("result", result)]).increment()
        let metadata: [String: String] = ["task.id": "\(task.id)", "task.kind": task.kind, "task.key": task.key ?? ""]
        switch settlement {
        case .die(let error):
            Counter(label: "tasks_dead_total", dimensions: [("kind", task.kind)]).increment()
            logger.error(
                "a task failed for good",
                metadata: metadata.merging(["error": error], uniquingKeysWith: { $1 }).mapValues { "\($0)" }
            )
        case .wait(_, _, let error?):
            logger.info(
                "a task failed and will be tried again",
                metadata: metadata.merging(["error": error], uniquingKeysWith: { $1 }).mapValues { "\($0)" }
            )
        case .wait(_, _, nil), .remove:
            return
        }
    }

    private func tellLost(_ task: LeasedTask) {
        Counter(label: "tasks_lease_lost_total", dimensions: [("kind", task.kind)]).increment()
        logger.warning(
            "the lease of a task was lost",
            metadata: ["task.id": "\(task.id)", "task.kind": "\(task.kind)"]
        )
    }
}
