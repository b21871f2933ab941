package import Attestation

/// The files a record is verified by, as they lie before the verifier; nothing of them is believed yet.
package struct VerificationMaterial: Sendable {
    /// One file.
    package struct File: Sendable, Hashable {
        /// Its name, for messages.
        package let name: String
        /// Its bytes.
        package let bytes: [UInt8]

        /// A file.
        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// What lies at a path.
    package enum Measured: Sendable, Hashable {
        /// A file with this SHA-256.
        case digest(SHA256Digest)
        /// Nothing.
        case absent
        /// Something that cannot be read, and why.
        case unreadable(String)
    }

    /// A folder with files of the record.
    package struct Folder: Sendable {
        /// The paths of the files below `outputs/`, as subjects are named.
        package let outputs: [String]
        /// Hashes the file at a path; it is asked for paths that lead nowhere else.
        package let measure: @Sendable (_ path: String) -> Measured
        /// The bytes of a file, to say where it differs; nil when it is too long for that.
        package let bytes: (@Sendable (_ path: String) -> [UInt8]?)?

        /// A folder.
        package init(
            outputs: [String],
            measure: @escaping @Sendable (_ path: String) -> Measured,
            bytes: (@Sendable (_ path: String) -> [UInt8]?)? = nil
        ) {
            self.outputs = outputs
            self.measure = measure
            self.bytes = bytes
        }
    }

    /// Envelopes (DSSE) and bundles (Sigstore); when there are more than one, they must hold the same statement.
    package var signed: [File]
    /// `ro-crate-metadata.json`.
    package var crate: File?
    /// Proof files (C2SP tlog-proof).
    package var proofs: [File]
    /// The envelope of a status statement.
    package var status: File?
    /// The folder with the outputs.
    package var folder: Folder?
    /// Another copy of the record's files by path, to say where a file differs from it; believed only by its digest.
    package var otherCopy: (@Sendable (_ path: String) -> [UInt8]?)?

    /// The files of a record.
    package init(
        signed: [File],
        crate: File? = nil,
        proofs: [File] = [],
        status: File? = nil,
        folder: Folder? = nil,
        otherCopy: (@Sendable (_ path: String) -> [UInt8]?)? = nil
    ) {
        self.signed = signed
        self.crate = crate
        self.proofs = proofs
        self.status = status
        self.folder = folder
        self.otherCopy = otherCopy
    }
}
