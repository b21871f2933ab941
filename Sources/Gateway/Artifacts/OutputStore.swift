package import Attestation
internal import Storage

/// A file of a job that was brought home.
package struct JobOutput: Sendable, Hashable {
    /// Path below the job's folder.
    package let path: String
    /// Bytes.
    package let size: Int64
    /// The artifact it is.
    package let digest: SHA256Digest
    /// Its media type, guessed from its name.
    package let mediaType: String
}

/// The table `job_outputs`.
package enum OutputStore {
    /// Whether a file is a result or a log.
    package enum Role: String, Sendable {
        /// A file the manifest's globs name.
        case output
        /// Standard output or standard error.
        case log
    }

    static func record(
        _ output: JobOutput,
        as role: Role,
        of job: JobID,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO job_outputs (job_id, role, path, size, digest, media_type) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (job_id, role, path) DO UPDATE
            SET size = excluded.size, digest = excluded.digest, media_type = excluded.media_type
            """,
            [
                .text(job.text), .text(role.rawValue), .text(output.path), .integer(output.size),
                .text(output.digest.description), .text(output.mediaType),
            ]
        )
    }

    static func list(_ role: Role, of job: JobID, on connection: any StorageConnection) throws -> [JobOutput] {
        try connection.query(
            "SELECT * FROM job_outputs WHERE job_id = $1 AND role = $2 ORDER BY path",
            [.text(job.text), .text(role.rawValue)]
        ).map(output)
    }

    /// The jobs that made a file, the oldest first.
    static func makers(of digest: SHA256Digest, on connection: any StorageConnection) throws -> [JobID] {
        try connection.query(
            "SELECT DISTINCT job_id FROM job_outputs WHERE digest = $1 AND role = 'output' ORDER BY job_id",
            [.text(digest.description)]
        ).compactMap { JobID(try $0.text("job_id")) }
    }

    /// Every artifact that some job's file is.
    static func digests(on connection: any StorageConnection) throws -> Set<String> {
        Set(try connection.query("SELECT DISTINCT digest FROM job_outputs").map { try $0.text("digest") })
    }

    static func find(
        _ path: String,
        as role: Role,
        of job: JobID,
        on connection: any StorageConnection
    ) throws -> JobOutput? {
        try connection.query(
            "SELECT * FROM job_outputs WHERE job_id = $1 AND role = $2 AND path = $3",
            [.text(job.text), .text(role.rawValue), .text(path)]
        ).first.map(output)
    }

    private static func output(_ row: Row) throws -> JobOutput {
        guard let digest = SHA256Digest(try row.text("digest")) else {
            throw StoredValueError(table: "job_outputs", id: try row.text("job_id"))
        }
        return JobOutput(
            path: try row.text("path"),
            size: try row.integer("size"),
            digest: digest,
            mediaType: try row.text("media_type")
        )
    }
}
