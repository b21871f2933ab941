package import Attestation
package import Gateway

/// A manifest as it was signed once; its bytes never change.
package struct Edition: Sendable, Hashable {
    /// The record it is of.
    package let record: RecordID
    /// 0 is the manifest of the job's end; 1 and more are the versions of the published analysis.
    package let number: Int
    /// The job.
    package let job: JobID
    /// SHA-256 of the statement's bytes, which names the manifest.
    package let statement: SHA256Digest
    /// The RO-Crate metadata document.
    package let crate: String
    /// The signed envelope.
    package let envelope: String
    /// The log it is in.
    package let origin: String
    /// Its place there, from 0.
    package let position: Int
    /// When it was signed.
    package let createdAt: Timestamp
}
