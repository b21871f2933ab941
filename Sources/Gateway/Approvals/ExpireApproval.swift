internal import Storage
internal import TaskQueue

/// Ends held jobs that nobody decided on in time; key: the approval.
struct ExpireApproval: TaskHandler {
    let kind = TaskKind.expireApproval
    let concurrency = 1

    let database: any Database
    let desk: ApprovalDesk

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let id = task.key.flatMap(ApprovalID.init) else { return .dead(reason: "the key is no approval") }
        let next = try await database.transaction { connection in
            let next = try desk.expire(id, on: connection)
            try desk.queue.requireLease(task, on: connection)
            return next
        }
        return next.map { .again(after: max($0 - desk.keeper.now(), .seconds(1))) } ?? .done
    }
}
