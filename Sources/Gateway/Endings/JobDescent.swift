package import Attestation
package import Storage

/// Which jobs came from which files.
package enum JobDescent {
    /// The jobs that read a file.
    ///
    /// - Parameters:
    ///   - digest: the file.
    ///   - connection: a connection.
    /// - Returns: the jobs, the oldest first.
    /// - Throws: storage errors.
    package static func readers(of digest: SHA256Digest, on connection: any StorageConnection) throws -> [JobID] {
        try JobInputStore.readers(of: digest, on: connection)
    }

    /// The jobs that made a file.
    package static func makers(of digest: SHA256Digest, on connection: any StorageConnection) throws -> [JobID] {
        try OutputStore.makers(of: digest, on: connection)
    }

    /// The jobs that were answered by the result of a job: nothing ran for them.
    package static func answered(by job: JobID, on connection: any StorageConnection) throws -> [JobID] {
        try ResultStore.answered(by: job, on: connection)
    }

    /// The files that a job made.
    package static func outputs(of job: JobID, on connection: any StorageConnection) throws -> [JobOutput] {
        try OutputStore.list(.output, of: job, on: connection)
    }

    /// What a job read, by digest.
    package static func inputs(of job: JobID, on connection: any StorageConnection) throws -> [StagedInput] {
        try JobInputStore.list(of: job, manifest: nil, on: connection)
    }

    /// Jobs whose result is not to be used any more answer no other job.
    ///
    /// - Returns: how many known results ended.
    package static func disown(_ job: JobID, on connection: any StorageConnection) throws -> Int {
        try ResultStore.disown(job, on: connection)
    }
}
