internal import Attestation
internal import Gateway
internal import Storage

/// The table `manifest_editions`: every manifest that was signed, with the bytes that were signed.
enum EditionStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "manifests", number: 1, name: "manifests") { _ in
            [
                """
                CREATE TABLE manifest_editions (
                    record TEXT NOT NULL,
                    edition BIGINT NOT NULL CHECK (edition >= 0),
                    job_id TEXT NOT NULL REFERENCES jobs (id),
                    statement_digest TEXT NOT NULL UNIQUE,
                    crate TEXT NOT NULL,
                    envelope TEXT NOT NULL,
                    origin TEXT NOT NULL,
                    position BIGINT NOT NULL,
                    created_at BIGINT NOT NULL,
                    PRIMARY KEY (record, edition)
                )
                """,
                "CREATE UNIQUE INDEX manifest_editions_job ON manifest_editions (job_id) WHERE edition = 0",
            ]
        }
    ]

    static func insert(_ edition: Edition, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO manifest_editions (record, edition, job_id, statement_digest, crate, envelope, origin, position,
                created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .text(edition.record.text), .integer(Int64(edition.number)), .text(edition.job.text),
                .text(edition.statement.description), .text(edition.crate), .text(edition.envelope),
                .text(edition.origin), .integer(Int64(edition.position)), .integer(edition.createdAt.microseconds),
            ]
        )
    }

    /// The manifest of a job's end; nil before it is certified.
    static func first(of job: JobID, on connection: any StorageConnection) throws -> Edition? {
        try connection.first(
            "SELECT * FROM manifest_editions WHERE job_id = $1 AND edition = 0",
            [.text(job.text)]
        ).map(edition)
    }

    static func find(_ record: RecordID, _ number: Int, on connection: any StorageConnection) throws -> Edition? {
        try connection.first(
            "SELECT * FROM manifest_editions WHERE record = $1 AND edition = $2",
            [.text(record.text), .integer(Int64(number))]
        ).map(edition)
    }

    /// Jobs that have ended and have no manifest, the oldest first.
    static func uncertified(limit: Int, on connection: any StorageConnection) throws -> [JobID] {
        try connection.query(
            """
            SELECT id FROM jobs WHERE finished_at IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM manifest_editions WHERE job_id = jobs.id AND edition = 0)
            ORDER BY id LIMIT $1
            """,
            [.integer(Int64(limit))]
        ).compactMap { JobID(try $0.text("id")) }
    }

    private static func edition(_ row: Row) throws -> Edition {
        guard let record = RecordID(try row.text("record")), let job = JobID(try row.text("job_id")),
            let statement = SHA256Digest(try row.text("statement_digest"))
        else { throw LogFault.damaged("a row of manifest_editions cannot be read") }
        return Edition(
            record: record,
            number: Int(try row.integer("edition")),
            job: job,
            statement: statement,
            crate: try row.text("crate"),
            envelope: try row.text("envelope"),
            origin: try row.text("origin"),
            position: Int(try row.integer("position")),
            createdAt: Timestamp(microseconds: try row.integer("created_at"))
        )
    }
}
