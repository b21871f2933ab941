internal import Storage

/// Jobs of a lane that wait for a way to their site.
enum LaneJobStore {
    /// Those that are being staged or brought home, or are to be cancelled: each has a task of its own that may rest.
    static func waiting(_ lane: Lane, on connection: any StorageConnection) throws -> [Job] {
        try connection.query(
            """
            SELECT \(JobStore.slimColumns) FROM jobs
            WHERE lane = $1 AND finished_at IS NULL
                AND (state = 'retrieving' OR (state IN ('queued', 'staging') AND submission = 'none')
                    OR (state IN ('pending', 'running') AND cancel_requested_at IS NOT NULL))
            """,
            [.text(lane.text)]
        ).map(JobRow.job)
    }
}
