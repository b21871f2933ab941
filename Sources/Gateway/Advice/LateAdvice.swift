internal import Documents
internal import LanguageModels
internal import Logging
internal import Storage
internal import TaskQueue

/// Brings a model's opinion to a job on which the heuristic had to advise; key: the job, payload: what is shown to the
/// model.
struct LateAdvice: TaskHandler {
    /// An opinion that does not come is no misfortune: nobody needs to look after it.
    static let tries = 3

    let kind = TaskKind.adviseLate
    let concurrency = 2

    let desk: AdviceDesk
    let store: JobStore
    let logger: Logger

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let id = task.key.flatMap(JobID.init), let facts = try? JSONValue(json: task.payload.utf8) else {
            return .dead(reason: "the task names no job, or no question")
        }
        guard desk.hasModels, try await isWanted(id) else { return .done }
        let opinion: Opinion
        do throws(ModelFailure) {
            let answer = try await desk.ask(AdviceQuestion.question(facts), desk.policy.latePatience)
            opinion = try AdviceDesk.opinion(answer, at: desk.keeper.now())
        } catch {
            if task.attempt < Self.tries { return .retry(reason: error.code) }
            logger.info("no late advice", metadata: ["job.id": "\(id)", "reason": "\(error)"])
            return .done
        }
        try await desk.database.transaction { connection in
            try attach(opinion, to: id, on: connection)
            try desk.queue.requireLease(task, on: connection)
        }
        return .done
    }

    /// A job that has ended needs no advice, and one that has it needs no second.
    private func isWanted(_ id: JobID) async throws -> Bool {
        try await desk.database.read { connection in
            guard let job = try store.find(id, on: connection), !job.state.isFinal else { return false }
            return try AdviceStore.find(id, on: connection)?.late == nil
        }
    }

    private func attach(_ opinion: Opinion, to id: JobID, on connection: any StorageConnection) throws {
        guard let job = try store.lock(id, on: connection), !job.state.isFinal,
            try AdviceStore.insert(late: opinion, of: id, on: connection)
        else { return }
        _ = try store.tell(Self.fact(opinion, of: id), of: id, on: connection)
    }

    private static func fact(_ opinion: Opinion, of id: JobID) -> JobEvents.Fact {
        .init(
            kind: .advice,
            data: [
                "jobId": .string(id.text), "isValid": .boolean(opinion.isValid),
                "feedback": .string(opinion.feedback), "confidence": .integer(opinion.confidence),
                "estimatedMinutes": opinion.estimatedMinutes.map { .integer($0) } ?? .null,
                "reasoning": .string(opinion.reasoning), "source": .string(opinion.source.rawValue),
                "model": opinion.model.map { .string($0) } ?? .null,
            ]
        )
    }
}
