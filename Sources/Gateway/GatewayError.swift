package import Documents
internal import Storage

/// What the gateway tells a client that cannot have what it asked for.
///
/// Every module's own errors become one of these before they reach a client; `docs/errors.md` lists the kinds.
package struct GatewayError: Error, Sendable {
    /// The kinds, each with a stable address in the API.
    package enum Kind: String, Sendable, CaseIterable {
        /// The manifest has faults; `faults` names them.
        case invalidManifest = "invalid-manifest"
        /// What is to be published or decided has faults; `faults` names them.
        case invalidPublication = "invalid-publication"
        /// A key or certificate for a site has faults; `faults` names them.
        case invalidCredential = "invalid-credential"
        /// What is wanted of a project or an allocation has faults; `faults` names them.
        case invalidBudget = "invalid-budget"
        /// The request itself has faults.
        case invalidRequest = "invalid-request"
        /// No valid token.
        case unauthenticated
        /// A valid token without the right.
        case forbidden
        /// No such thing.
        case notFound = "not-found"
        /// The thing's state does not allow it.
        case conflict
        /// The same idempotency key came with another body.
        case idempotencyKeyReused = "idempotency-key-reused"
        /// The body is larger than allowed.
        case payloadTooLarge = "payload-too-large"
        /// The requested bytes do not exist.
        case rangeNotSatisfiable = "range-not-satisfiable"
        /// The allocation keeps as many bytes as it may.
        case quotaExceeded = "quota-exceeded"
        /// No allocation can pay for the job.
        case outOfBudget = "out-of-budget"
        /// Bytes do not have the digest that was announced.
        case digestMismatch = "digest-mismatch"
        /// A part of an upload does not have the checksum sent with it.
        case checksumMismatch = "checksum-mismatch"
        /// Somebody else appends to the upload now.
        case uploadLocked = "upload-locked"
        /// Stored bytes are damaged; they are not handed out.
        case artifactCorrupt = "artifact-corrupt"
        /// As many jobs wait as the gateway takes.
        case tooManyJobs = "too-many-jobs"
        /// The site does not answer now.
        case siteUnavailable = "site-unavailable"
        /// The place that keeps artifacts cannot be used now.
        case storeUnavailable = "store-unavailable"
        /// The gateway's database cannot be used now.
        case databaseUnavailable = "database-unavailable"
        /// The identity provider does not answer now.
        case providerUnavailable = "provider-unavailable"
        /// A model or the heuristic advises against the job; `faults` tells what to change.
        case advisedAgainst = "advised-against"
        /// Nobody can advise on jobs now.
        case adviceUnavailable = "advice-unavailable"
        /// A fault of the gateway.
        case internalFault = "internal"
    }

    /// Which kind.
    package let kind: Kind
    /// What happened and what to do, for a person.
    package let message: String
    /// Every fault found, for ``Kind/invalidManifest`` and ``Kind/invalidRequest``.
    package let faults: [Fault]

    /// An error.
    package init(_ kind: Kind, _ message: String, faults: [Fault] = []) {
        self.kind = kind
        self.message = message
        self.faults = faults
    }
}

extension GatewayError: CustomStringConvertible {
    package var description: String {
        ([message] + faults.map(\.description)).joined(separator: "\n")
    }
}

extension GatewayError {
    /// What a client is told while the database or the artifact store is away; nil for errors of any other kind.
    ///
    /// - Parameter error: what a service threw.
    package init?(outage error: any Error) {
        if let failure = error as? ArtifactStoreFailure, failure.isTransient {
            self.init(.storeUnavailable, "The gateway's artifact store does not answer now; nothing was lost.")
            return
        }
        guard let error = error as? StorageError, error.isTransient else { return nil }
        if case .outcomeUnknown = error {
            self.init(
                .databaseUnavailable,
                "The gateway lost its database while it wrote. Look whether it was written, or send the same request"
                    + " with the same Idempotency-Key again."
            )
        } else {
            self.init(.databaseUnavailable, "The gateway's database does not answer now; nothing was written.")
        }
    }
}
