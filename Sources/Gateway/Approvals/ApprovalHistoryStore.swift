internal import Storage

/// What whoever decides wants to know of the person who asks.
package struct ApplicantHistory: Sendable, Hashable {
    /// How many of their jobs stand in each state.
    package let counts: [JobState: Int]
    /// Their last jobs that ended, the newest first; at most five, without scripts and manifests.
    package let latest: [Job]
    /// Of the walltime asked, the part that was used: the median over their last runs of the same template; nil
    /// without any.
    package let usedOfWalltime: Double?
}

/// Reads what people did before, from the table `jobs`.
enum ApprovalHistoryStore {
    /// Whether none of a person's jobs has run to a good end; what was answered by a known result did not run.
    static func isFirstJob(of owner: String, on connection: any StorageConnection) throws -> Bool {
        try connection.first(
            """
            SELECT id FROM jobs WHERE owner = $1 AND state = 'completed'
                AND (cache_status IS NULL OR cache_status <> 'hit') LIMIT 1
            """,
            [.text(owner)]
        ) == nil
    }

    static func history(of job: Job, on connection: any StorageConnection) throws -> ApplicantHistory {
        var counts: [JobState: Int] = [:]
        let rows = try connection.query(
            "SELECT state, COUNT(*) AS number FROM jobs WHERE owner = $1 GROUP BY state",
            [.text(job.owner)]
        )
        for row in rows {
            if let state = JobState(rawValue: try row.text("state")) { counts[state] = try row.integer("number") }
        }
        let latest = try connection.query(
            """
            SELECT \(JobStore.slimColumns) FROM jobs WHERE owner = $1 AND finished_at IS NOT NULL
            ORDER BY finished_at DESC LIMIT 5
            """,
            [.text(job.owner)]
        ).map(JobRow.job)
        return ApplicantHistory(counts: counts, latest: latest, usedOfWalltime: try used(job, on: connection))
    }

    /// The last job of the same person and template that people approved, before this one.
    static func lastApproved(before job: Job, on connection: any StorageConnection) throws -> Job? {
        try connection.first(
            """
            SELECT \(JobStore.columns) FROM jobs WHERE owner = $1 AND template = $2 AND id <> $3 AND id IN (
                SELECT job_id FROM approvals WHERE owner = $1 AND state = 'approved')
            ORDER BY id DESC LIMIT 1
            """,
            [.text(job.owner), .text(job.template), .text(job.id.text)]
        ).map(JobRow.job)
    }

    private static func used(_ job: Job, on connection: any StorageConnection) throws -> Double? {
        let runs = try connection.query(
            """
            SELECT \(JobStore.columns) FROM jobs WHERE owner = $1 AND state = 'completed' AND template = $2
            ORDER BY id DESC LIMIT 20
            """,
            [.text(job.owner), .text(job.template)]
        ).map(JobRow.job)
        let parts = runs.compactMap { run -> Double? in
            guard let asked = run.manifest?.resources.walltime, asked > 0, let used = run.slurm?.elapsedSeconds else {
                return nil
            }
            return Double(used) / Double(asked)
        }
        return median(parts)
    }

    /// The value in the middle; of two in the middle their mean.
    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
