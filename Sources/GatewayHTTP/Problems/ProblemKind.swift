internal import Gateway
internal import HTTPTypes

/// Every kind of problem, with its status and title: the one table of it (`docs/errors.md`).
enum ProblemKind: String, Sendable, CaseIterable {
    case invalidManifest = "invalid-manifest"
    case invalidPublication = "invalid-publication"
    case invalidCredential = "invalid-credential"
    case invalidBudget = "invalid-budget"
    case invalidRequest = "invalid-request"
    case unauthenticated
    case forbidden
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case conflict
    case idempotencyKeyReused = "idempotency-key-reused"
    case payloadTooLarge = "payload-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case rangeNotSatisfiable = "range-not-satisfiable"
    case upgradeRequired = "upgrade-required"
    case quotaExceeded = "quota-exceeded"
    case outOfBudget = "out-of-budget"
    case digestMismatch = "digest-mismatch"
    case checksumMismatch = "checksum-mismatch"
    case uploadLocked = "upload-locked"
    case unsupportedUploadVersion = "unsupported-upload-version"
    case artifactCorrupt = "artifact-corrupt"
    case tooManyJobs = "too-many-jobs"
    case overloaded
    case rateLimited = "rate-limited"
    case siteUnavailable = "site-unavailable"
    case storeUnavailable = "store-unavailable"
    case databaseUnavailable = "database-unavailable"
    case providerUnavailable = "provider-unavailable"
    case advisedAgainst = "advised-against"
    case adviceUnavailable = "advice-unavailable"
    case timeout
    case internalFault = "internal"

    init(_ kind: GatewayError.Kind) {
        self =
            switch kind {
            case .invalidManifest: .invalidManifest
            case .invalidPublication: .invalidPublication
            case .invalidCredential: .invalidCredential
            case .invalidBudget: .invalidBudget
            case .invalidRequest: .invalidRequest
            case .unauthenticated: .unauthenticated
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .conflict: .conflict
            case .idempotencyKeyReused: .idempotencyKeyReused
            case .payloadTooLarge: .payloadTooLarge
            case .rangeNotSatisfiable: .rangeNotSatisfiable
            case .quotaExceeded: .quotaExceeded
            case .outOfBudget: .outOfBudget
            case .digestMismatch: .digestMismatch
            case .checksumMismatch: .checksumMismatch
            case .uploadLocked: .uploadLocked
            case .artifactCorrupt: .artifactCorrupt
            case .tooManyJobs: .tooManyJobs
            case .siteUnavailable: .siteUnavailable
            case .storeUnavailable: .storeUnavailable
            case .databaseUnavailable: .databaseUnavailable
            case .providerUnavailable: .providerUnavailable
            case .advisedAgainst: .advisedAgainst
            case .adviceUnavailable: .adviceUnavailable
            case .internalFault: .internalFault
            }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .invalidManifest, .invalidPublication, .invalidCredential, .invalidBudget, .idempotencyKeyReused,
            .digestMismatch, .advisedAgainst:
            .unprocessableContent
        case .invalidRequest: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .notAcceptable: .notAcceptable
        // The budget may be another one tomorrow; nobody lacks a right (403), and 402 is reserved (RFC 9110 §15.5.3).
        case .conflict, .outOfBudget: .conflict
        case .payloadTooLarge, .quotaExceeded: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .upgradeRequired: .upgradeRequired
        // The protocol of resumable uploads (tus 1.0.0) sets these three.
        case .checksumMismatch: .init(code: 460, reasonPhrase: "Checksum Mismatch")
        case .uploadLocked: .init(code: 423, reasonPhrase: "Locked")
        case .unsupportedUploadVersion: .preconditionFailed
        case .tooManyJobs, .rateLimited: .tooManyRequests
        case .siteUnavailable, .storeUnavailable, .databaseUnavailable, .providerUnavailable, .adviceUnavailable,
            .timeout,
            .overloaded:
            .serviceUnavailable
        case .internalFault, .artifactCorrupt: .internalServerError
        }
    }

    var title: String {
        switch self {
        case .invalidManifest: "The job manifest has faults"
        case .invalidPublication: "What is to be published or decided has faults"
        case .invalidCredential: "The credential has faults"
        case .invalidBudget: "What is wanted of a project or an allocation has faults"
        case .invalidRequest: "The request has faults"
        case .unauthenticated: "A valid token is needed"
        case .forbidden: "This is not allowed"
        case .notFound: "There is no such thing"
        case .methodNotAllowed: "This method is not known here"
        case .notAcceptable: "No accepted format is available"
        case .conflict: "The present state does not allow it"
        case .idempotencyKeyReused: "The idempotency key was used for another body"
        case .payloadTooLarge: "The body is too large"
        case .unsupportedMediaType: "The body's format is not known here"
        case .rangeNotSatisfiable: "These bytes do not exist"
        case .upgradeRequired: "Another version of the protocol is needed"
        case .quotaExceeded: "The allocation keeps as much as it may"
        case .outOfBudget: "No allocation can pay for the job"
        case .digestMismatch: "The bytes do not have the digest that was announced"
        case .checksumMismatch: "The bytes do not have the checksum sent with them"
        case .uploadLocked: "Somebody else appends to this upload now"
        case .unsupportedUploadVersion: "This version of the upload protocol is not known"
        case .artifactCorrupt: "The stored bytes are damaged"
        case .tooManyJobs: "Too many jobs wait already"
        case .rateLimited: "Too many requests in too short a time"
        case .overloaded: "The gateway has too much to do now"
        case .siteUnavailable: "The site does not answer now"
        case .storeUnavailable: "The artifact store does not answer now"
        case .databaseUnavailable: "The database does not answer now"
        case .providerUnavailable: "The identity provider does not answer now"
        case .advisedAgainst: "The job is advised against"
        case .adviceUnavailable: "Nobody can check the job now"
        case .timeout: "The answer took too long"
        case .internalFault: "The gateway made a mistake"
        }
    }
}
