internal import Attestation
internal import SSHClient

/// The name of a credential: `cre_` and 26 characters that sort by time.
package struct CredentialID: Sendable, Hashable, CustomStringConvertible {
    private static let prefix = "cre_"

    /// The whole text, prefix included.
    package let text: String

    package var description: String { text }

    /// A new name.
    init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        text = Self.prefix + SortableID.make(at: now, random: &random)
    }

    /// Reads a name; nil when it is none.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), SortableID.isValid(text.dropFirst(Self.prefix.count)) else { return nil }
        self.text = text
    }
}

/// How a person is let in at a site: everything of it that is no secret.
package struct SiteCredential: Sendable, Hashable {
    /// What it is.
    package enum Kind: String, Sendable, CaseIterable {
        /// A private key that the site knows.
        case key
        /// A private key with a certificate of an authority that the site trusts.
        case certificate
    }

    /// Its name.
    package let id: CredentialID
    /// Whose it is, and where it is used.
    package let lane: Lane
    /// The account at the site.
    package let account: String
    /// What it is.
    package let kind: Kind
    /// The key's algorithm, such as `ssh-ed25519`.
    package let algorithm: String
    /// `SHA256:…` of the public key, as `ssh-keygen -l` shows it.
    package let fingerprint: String
    /// The certificate's line, which is public; nil for a bare key.
    package let certificate: String?
    /// From when the certificate is valid.
    package let validAfter: Timestamp?
    /// Until when it is valid; nil for ever.
    package let validBefore: Timestamp?
    /// When it was uploaded.
    package let createdAt: Timestamp
    /// When it was last used to reach the site, to within some minutes.
    package var lastUsedAt: Timestamp?

    /// What the secret is bound to: in another row, or with another account in its own, it does not open.
    var owner: [String] { ["credential", id.text, lane.site, lane.person ?? "", account] }

    /// Why it cannot be used at a moment; nil when it can.
    func fault(at now: Timestamp) -> String? {
        if let validBefore, now >= validBefore {
            return "Your certificate for \(lane.site) expired at \(validBefore.iso8601)."
        }
        if let validAfter, now < validAfter {
            return "Your certificate for \(lane.site) is not valid before \(validAfter.iso8601)."
        }
        return nil
    }

    /// What a person runs to upload one.
    static func cure(_ site: String) -> String {
        "Run `farfield sites credential set \(site) --account NAME --key FILE`; until then jobs wait."
    }

    /// A key's SHA-256 as OpenSSH shows it.
    static func fingerprint(_ key: SSHPublicKey) -> String {
        "SHA256:" + Base64.text(SHA256Digest(of: key.blob).bytes).filter { $0 != "=" }
    }
}
