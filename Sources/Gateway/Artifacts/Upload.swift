package import Attestation

/// The name of an upload: `upl_` and 26 characters that sort by time of birth.
package struct UploadID: Sendable, Hashable, CustomStringConvertible {
    /// The whole text, prefix included.
    package let text: String

    /// A new name.
    ///
    /// - Parameters:
    ///   - now: the time of birth.
    ///   - random: where the random bits come from.
    package init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        text = "upl_" + SortableID.make(at: now, random: &random)
    }

    /// Reads a name; nil when it is none.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard text.hasPrefix("upl_"), SortableID.isValid(text.dropFirst(4)) else { return nil }
        self.text = text
    }

    /// The same as ``text``.
    package var description: String { text }
}

/// What somebody announces to send.
package struct UploadAnnouncement: Sendable, Hashable {
    /// Bytes.
    package var length: Int64
    /// A name for people.
    package var name: String?
    /// The client's own words, given back as they are.
    package var metadata: String?
    /// The allocation whose quota it counts against; the person's name when nil.
    package var account: String?
    /// What the bytes must have; checked when all are there.
    package var digest: SHA256Digest?
    /// How long it is to be kept; nil is what the operator decided.
    package var retention: Duration?

    /// An announcement.
    package init(
        length: Int64,
        name: String? = nil,
        metadata: String? = nil,
        account: String? = nil,
        digest: SHA256Digest? = nil,
        retention: Duration? = nil
    ) {
        self.length = length
        self.name = name
        self.metadata = metadata
        self.account = account
        self.digest = digest
        self.retention = retention
    }
}

/// Bytes on their way to become an artifact.
package struct Upload: Sendable, Hashable {
    /// Its name.
    package let id: UploadID
    /// Who sends it.
    package let owner: String
    /// The allocation whose quota it counts against.
    package let account: String
    /// A name for people.
    package let name: String?
    /// What the client said of it, as it said it (tus 1.0.0, `Upload-Metadata`).
    package let metadata: String?
    /// How many bytes it will have.
    package let length: Int64
    /// How many of them are on the disk: where to go on.
    package let received: Int64
    /// What the bytes must have.
    package let expectedDigest: SHA256Digest?
    /// How long the artifact is to be kept.
    package let retention: Duration?
    /// When it was announced.
    package let createdAt: Timestamp
    /// When it is forgotten, unless something comes before.
    package let expiresAt: Timestamp
    /// What the bytes have, once all are there.
    package let digest: SHA256Digest?
    /// When the artifact was kept.
    package let finishedAt: Timestamp?
    /// Why it cannot become an artifact.
    package let failure: String?
}
