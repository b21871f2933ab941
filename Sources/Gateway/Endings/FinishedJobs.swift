internal import Slurm
package import Storage

/// Reads jobs that have ended.
package struct FinishedJobs: Sendable {
    let store: JobStore
    let holdings: JobHoldings

    /// The text of a template that some job was made from, by its digest.
    package func template(_ digest: String, on connection: any StorageConnection) throws -> String? {
        try TemplateTextStore.find(digest, on: connection)
    }

    /// A job that has ended.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - connection: a connection.
    /// - Returns: nil when there is none of that name, or it has not ended.
    /// - Throws: storage errors.
    package func find(_ id: JobID, on connection: any StorageConnection) throws -> FinishedJob? {
        guard var job = try store.find(id, on: connection), job.state.isFinal else { return nil }
        if job.arrayCount != nil { job.tasks = try store.arrayTasks(of: id, on: connection) }
        var finished = FinishedJob(
            job: job,
            manifest: job.manifest,
            templateText: try TemplateTextStore.find(job.templateDigest, on: connection),
            node: try NodeRecordStore.find(id, on: connection),
            inputs: try JobInputStore.list(of: id, manifest: job.manifest, on: connection),
            outputs: try OutputStore.list(.output, of: id, on: connection),
            logs: try OutputStore.list(.log, of: id, on: connection),
            keptUntil: holdings.expiry(of: job, from: job.finishedAt ?? job.updatedAt),
            account: holdings.account(of: job),
            recipe: try job.cache?.key.flatMap { try ResultStore.recipe($0, on: connection) }
        )
        if let approval = try ApprovalStore.latest(of: id, on: connection), approval.state == .approved {
            finished.approvals = try ApprovalStore.decisions(on: approval.id, on: connection)
                .filter { $0.choice == .approved }
        }
        return finished
    }
}
