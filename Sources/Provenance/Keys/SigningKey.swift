package import Attestation
package import Gateway

/// A key of the gateway as its readers see it.
package struct SigningKey: Sendable, Hashable {
    /// What a key signs.
    package enum Use: String, Sendable, CaseIterable {
        /// Manifests and statements on their status.
        case manifest
        /// Checkpoints of the log.
        case log
        /// Checkpoints of other logs.
        case witness
    }

    /// What it signs.
    package let use: Use
    /// The key.
    package let publicKey: Ed25519PublicKey
    /// From when on it signs.
    package let validFrom: Timestamp
    /// Until when what it signed is to be believed; nil is no end.
    package let validUntil: Timestamp?
    /// When it was said to be in wrong hands; what it signed from then on is not to be believed.
    package let revokedAt: Timestamp?
    /// Why.
    package let reason: String?

    /// A key as it is read.
    package init(
        use: Use,
        publicKey: Ed25519PublicKey,
        validFrom: Timestamp,
        validUntil: Timestamp?,
        revokedAt: Timestamp?,
        reason: String?
    ) {
        (self.use, self.publicKey, self.validFrom) = (use, publicKey, validFrom)
        (self.validUntil, self.revokedAt, self.reason) = (validUntil, revokedAt, reason)
    }

    /// A new key.
    init(_ use: Use, _ publicKey: Ed25519PublicKey, from moment: Timestamp) {
        self.init(
            use: use,
            publicKey: publicKey,
            validFrom: moment,
            validUntil: nil,
            revokedAt: nil,
            reason: nil
        )
    }

    /// Whether it signs now.
    package func signs(at moment: Timestamp) -> Bool {
        validFrom <= moment && revokedAt == nil && (validUntil.map { moment < $0 } ?? true)
    }
}
