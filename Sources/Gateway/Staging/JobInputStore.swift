internal import Attestation
internal import Storage

/// The table `job_inputs`: what each job's inputs were found to be.
enum JobInputStore {
    static func write(_ inputs: [StagedInput], of job: JobID, on connection: any StorageConnection) throws {
        for input in inputs {
            try connection.execute(
                """
                INSERT INTO job_inputs (job_id, position, path, source, kind, digest, size, place, seen)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                ON CONFLICT (job_id, position, path) DO UPDATE SET source = excluded.source, kind = excluded.kind,
                    digest = excluded.digest, size = excluded.size, place = excluded.place, seen = excluded.seen
                """,
                [
                    .text(job.text), .integer(Int64(input.position)), .text(input.path), .text(input.source),
                    .text(input.kind.rawValue), .text(input.digest.description), .integer(input.size),
                    JobRow.optional(input.place), JobRow.optional(input.seen),
                ]
            )
        }
    }

    /// The jobs that read a file, the oldest first.
    static func readers(of digest: SHA256Digest, on connection: any StorageConnection) throws -> [JobID] {
        try connection.query(
            "SELECT DISTINCT job_id FROM job_inputs WHERE digest = $1 ORDER BY job_id",
            [.text(digest.description)]
        ).compactMap { JobID(try $0.text("job_id")) }
    }

    /// The inputs of a job, in the manifest's order; empty before they are known.
    ///
    /// - Parameters:
    ///   - job: whose inputs.
    ///   - manifest: tells what the table does not: which are executable or writable.
    ///   - connection: a connection.
    /// - Returns: the inputs.
    /// - Throws: storage errors.
    static func list(of job: JobID, manifest: JobManifest?, on connection: any StorageConnection) throws
        -> [StagedInput]
    {
        try connection.query(
            "SELECT * FROM job_inputs WHERE job_id = $1 ORDER BY position, path",
            [.text(job.text)]
        ).map { row in
            guard let digest = SHA256Digest(try row.text("digest")),
                let kind = StagedInput.Kind(rawValue: try row.text("kind"))
            else { throw StoredValueError(table: "job_inputs", id: job.text) }
            let position = Int(try row.integer("position"))
            let declared = manifest.flatMap { $0.inputs.indices.contains(position) ? $0.inputs[position] : nil }
            return StagedInput(
                position: position,
                path: try row.text("path"),
                source: try row.text("source"),
                kind: kind,
                digest: digest,
                size: try row.integer("size"),
                place: try row.optionalText("place"),
                seen: try row.optionalText("seen"),
                isWritable: declared?.isWritable ?? false,
                isExecutable: declared?.isExecutable ?? false
            )
        }
    }
}
