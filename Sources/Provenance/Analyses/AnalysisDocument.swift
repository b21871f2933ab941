package import Attestation

/// One document or file of a published analysis.
package enum AnalysisDocument: Sendable {
    /// Bytes that never change.
    case fixed([UInt8], type: String, name: String)
    /// Bytes that tell how the analysis stands today.
    case present([UInt8], type: String, name: String)
    /// A file of the job.
    case artifact(SHA256Digest, size: Int64, type: String, name: String)
    /// The analysis with all its files in one.
    case archive(Bag)

    /// The files of an archive.
    package struct Bag: Sendable {
        /// The folder that holds them.
        package let folder: String
        /// The files in their order.
        package let entries: [BagRendering.Entry]
        /// The statement it is of.
        package let statement: SHA256Digest
    }
}
