internal import Attestation
internal import Gateway
internal import Storage

/// The table `replays`: which job ran which analysis again.
enum ReplayStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "replays", number: 1, name: "replays") { _ in
            [
                """
                CREATE TABLE replays (
                    job_id TEXT PRIMARY KEY REFERENCES jobs (id),
                    record TEXT NOT NULL,
                    statement_digest TEXT NOT NULL,
                    report TEXT NOT NULL,
                    verdict TEXT,
                    created_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX replays_record ON replays (record)",
            ]
        }
    ]

    /// The statement of the analysis that a job ran again; nil when it did not.
    static func parent(of job: JobID, on connection: any StorageConnection) throws -> SHA256Digest? {
        try connection.first("SELECT statement_digest FROM replays WHERE job_id = $1", [.text(job.text)]).flatMap {
            SHA256Digest(try $0.text("statement_digest"))
        }
    }
}
