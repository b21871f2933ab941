package import Attestation

/// An input whose digest is known.
package struct StagedInput: Sendable, Hashable {
    /// What it is at the site.
    package enum Kind: String, Sendable, CaseIterable {
        /// Bytes that the gateway can send, or that the site's cache holds.
        case bytes
        /// A file elsewhere at the site; linked, never copied.
        case siteFile
        /// A folder elsewhere at the site.
        case siteFolder
    }

    /// Which of the manifest's inputs it is of, from 0.
    package let position: Int
    /// Its place below the job's folder.
    package let path: String
    /// The address in the manifest.
    package let source: String
    /// What it is at the site.
    package let kind: Kind
    /// Its SHA-256; a folder's `dirHash1`.
    package let digest: SHA256Digest
    /// Bytes.
    package let size: Int64
    /// Where at the site it is, for files elsewhere.
    package let place: String?
    /// How the file elsewhere looked when it was hashed: a change shows by this.
    package let seen: String?
    /// Whether the program may change it.
    package let isWritable: Bool
    /// Whether it gets the executable bit.
    package let isExecutable: Bool

    /// As it stands in a result key; a folder's digest is of another kind than a file's.
    var keyText: String {
        let text = kind == .siteFolder ? "dirHash1:\(digest.hexadecimal)" : digest.description
        return isExecutable ? text + "+x" : text
    }
}
