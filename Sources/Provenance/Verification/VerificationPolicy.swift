package import Attestation

/// What a verifier demands; there is no default, and one that demands nothing is refused.
package struct VerificationPolicy: Sendable, Hashable {
    /// Who may have made a record.
    package enum Identity: Sendable, Hashable {
        /// A gateway by its base URL, or one of its sites by `builder.id` (SLSA v1), such as
        /// `https://gw.example.org/sites/a`.
        case url(String)
        /// Whoever the keys belong to.
        case anybodyWithTheKeys
    }

    /// A demand on the status statement.
    package struct StatusDemand: Sendable, Hashable {
        /// How old it may be, in seconds.
        package let largestAge: Int64

        /// A demand.
        ///
        /// - Parameter largestAge: how old it may be, in seconds.
        package init(largestAge: Int64) { self.largestAge = largestAge }
    }

    /// The keys that may sign manifests and status statements.
    package let keys: [TrustedKey]
    /// Who may have made the record.
    package let identity: Identity
    /// The keys that may sign the log's checkpoints.
    package let logKeys: [TrustedLogKey]
    /// Whether a proof of the log must be there.
    package let requiresLog: Bool
    /// The keys of witnesses.
    package let witnesses: [VerifierKey]
    /// How many of them must have signed the checkpoint.
    package let quorum: Int
    /// Whether the crate and every file the statement names must be there.
    package let requiresFiles: Bool
    /// Whether a status must be there, and how old it may be; nil for no demand.
    package let status: StatusDemand?
    /// The ways an analysis may stand.
    package let acceptedStatus: Set<RecordStatus.Kind>

    /// A policy.
    ///
    /// - Parameters:
    ///   - keys: the keys that may sign manifests; at least one.
    ///   - identity: who may have made the record.
    ///   - logKeys: the keys that may sign the log's checkpoints.
    ///   - requiresLog: whether a proof of the log must be there.
    ///   - witnesses: keys of witnesses.
    ///   - quorum: how many of them must have signed.
    ///   - requiresFiles: whether the crate and all files must be there.
    ///   - status: the demand on a status statement.
    ///   - acceptedStatus: the ways an analysis may stand.
    /// - Throws: ``VerificationPolicyFault``.
    package init(
        keys: [TrustedKey],
        identity: Identity?,
        logKeys: [TrustedLogKey] = [],
        requiresLog: Bool = false,
        witnesses: [VerifierKey] = [],
        quorum: Int = 0,
        requiresFiles: Bool = false,
        status: StatusDemand? = nil,
        acceptedStatus: Set<RecordStatus.Kind> = [.current, .updated]
    ) throws(VerificationPolicyFault) {
        guard !keys.isEmpty else { throw .noKey }
        guard let identity else { throw .noIdentity }
        if case .url(let text) = identity, !Self.isIdentity(text) { throw .identity(text) }
        guard logKeys.allSatisfy({ $0.key.kind == .note }) else { throw .logKeyKind }
        guard witnesses.allSatisfy({ $0.kind == .cosignature }) else { throw .witnessKind }
        guard quorum >= 0, quorum <= Set(witnesses.map(\.publicKey)).count else {
            throw .quorum(quorum, witnesses: Set(witnesses.map(\.publicKey)).count)
        }
        guard !logKeys.isEmpty || !(requiresLog || quorum > 0) else { throw .noLogKey }
        if let status, status.largestAge <= 0 { throw .statusAge }
        self.keys = keys
        self.identity = identity
        self.logKeys = logKeys
        self.requiresLog = requiresLog || quorum > 0
        self.witnesses = witnesses
        self.quorum = quorum
        self.requiresFiles = requiresFiles
        self.status = status
        self.acceptedStatus = acceptedStatus
    }

    private static func isIdentity(_ text: String) -> Bool {
        text.wholeMatch(of: /https?:\/\/[^\s\/?#@]+(\/[^\s?#]*)?/) != nil
    }
}

/// Why a policy cannot be used.
package enum VerificationPolicyFault: Error, Sendable, Hashable {
    /// No key is trusted.
    case noKey
    /// It does not say who may have made the record.
    case noIdentity
    /// The identity is no address.
    case identity(String)
    /// A proof is demanded, and no key of a log is trusted.
    case noLogKey
    /// A key of a log is one of a witness.
    case logKeyKind
    /// A key of a witness is one of a log.
    case witnessKind
    /// More witnesses are demanded than are known.
    case quorum(Int, witnesses: Int)
    /// The largest age is none.
    case statusAge
}

extension VerificationPolicyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noKey: "the policy names no key: whose signature is to be believed?"
        case .noIdentity:
            "the policy names no identity: give the gateway's address, such as https://gw.example.org, or 'any' for "
                + "whatever the keys sign"
        case .identity(let text): "'\(text)' is no identity: it must be an address, such as https://gw.example.org"
        case .noLogKey: "the policy demands a proof of the log and names no key of a log"
        case .logKeyKind: "a key of the log is the key of a witness"
        case .witnessKind: "a key of a witness is not one that cosigns (C2SP tlog-cosignature)"
        case .quorum(let quorum, let witnesses): "the policy demands \(quorum) witnesses and names \(witnesses)"
        case .statusAge: "the largest age of the status must be more than nothing"
        }
    }
}
