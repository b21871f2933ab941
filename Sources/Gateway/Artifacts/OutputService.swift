package import Attestation
internal import Storage

/// What people do with the files of a job.
package struct OutputService: Sendable {
    let database: any Database
    let artifacts: ArtifactLibrary
    let jobs: JobService

    /// The files that were brought home, by path.
    ///
    /// - Parameter id: the job.
    /// - Returns: the files; empty before the job has ended.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func list(_ id: JobID) async throws -> [JobOutput] {
        _ = try await jobs.job(id)
        return try await database.read { try OutputStore.list(.output, of: id, on: $0) }
    }

    /// One file.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - path: below the job's folder.
    /// - Returns: the file.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func output(_ id: JobID, path: String) async throws -> JobOutput {
        let job = try await jobs.job(id)
        if let output = try await database.read({ try OutputStore.find(path, as: .output, of: id, on: $0) }) {
            return output
        }
        let advice = job.state.isFinal ? "" : " The job is \(job.state.rawValue); outputs come home when it has ended."
        throw GatewayError(.notFound, "The job \(id) has no output '\(path)'.\(advice)")
    }

    /// Bytes of an artifact.
    package func read(_ digest: SHA256Digest, offset: Int64, length: Int) async throws -> [UInt8] {
        try await artifacts.read(digest, offset: offset, length: length)
    }
}
