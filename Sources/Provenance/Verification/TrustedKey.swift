package import Attestation

/// A key the verifier believes, and when.
package struct TrustedKey: Sendable, Hashable {
    /// The key.
    package let publicKey: Ed25519PublicKey
    /// When it signs.
    package let time: KeyTime

    /// A key.
    ///
    /// - Parameters:
    ///   - publicKey: the key.
    ///   - time: when it signs; without bounds for a key that was given alone.
    package init(_ publicKey: Ed25519PublicKey, time: KeyTime = .unbounded) {
        self.publicKey = publicKey
        self.time = time
    }
}

/// A log's key the verifier believes, and when.
package struct TrustedLogKey: Sendable, Hashable {
    /// The key with the log's name.
    package let key: VerifierKey
    /// When it signs.
    package let time: KeyTime

    /// A log's key.
    ///
    /// - Parameters:
    ///   - key: the key with the log's name.
    ///   - time: when it signs; without bounds for a key that was given alone.
    package init(_ key: VerifierKey, time: KeyTime = .unbounded) {
        self.key = key
        self.time = time
    }
}

/// From when until when a key is believed.
package struct KeyTime: Sendable, Hashable {
    /// The beginning; nil for none.
    package let from: Moment?
    /// The end by plan, when another key took over; nil for none.
    package let until: Moment?
    /// When it was said to be in wrong hands; nil for never.
    package let revokedAt: Moment?

    /// Times of a key.
    package init(from: Moment?, until: Moment?, revokedAt: Moment?) {
        self.from = from
        self.until = until
        self.revokedAt = revokedAt
    }

    /// No bounds are known.
    package static let unbounded = KeyTime(from: nil, until: nil, revokedAt: nil)

    /// Whether it matters when something was signed.
    package var hasEnd: Bool { until != nil || revokedAt != nil }

    /// Why what was signed at a moment is not believed; nil when it is.
    ///
    /// - Parameter moment: when it was signed, as the log shows.
    /// - Returns: words for a person.
    package func refusal(at moment: Moment) -> String? {
        if let revokedAt, moment >= revokedAt {
            return "the key was revoked on \(revokedAt.utc), and this was signed on \(moment.utc)"
        }
        if let from, moment < from { return "the key signs from \(from.utc) on, and this was signed on \(moment.utc)" }
        if let until, moment >= until {
            return "the key signed until \(until.utc), and this was signed on \(moment.utc)"
        }
        return nil
    }

    /// Words for an end; nil without one.
    package var end: String? {
        revokedAt.map { "was revoked on \($0.utc)" } ?? until.map { "signed until \($0.utc)" }
    }
}
