/// Everything that can go wrong between us and a login node.
///
/// A command's nonzero exit is not among it.
package enum SSHError: Error, Sendable, Hashable {
    /// No connection: the name, the network, the port or the handshake; nothing was run.
    case cannotConnect(host: String, port: Int, reason: String)
    /// The time given was over; `what` says at which point.
    case timedOut(what: String, commandMayHaveRun: Bool)
    /// The known hosts file has no key of a kind the server shows; nobody may be trusted yet.
    case hostKeyUnknown(host: String, port: Int, fingerprint: String, keyType: String, knownHostsPath: String)
    /// The server shows another key than the known hosts file holds (or one marked as revoked).
    case hostKeyChanged(host: String, fingerprint: String, knownHostsPath: String, line: Int?)
    /// The server does not accept the key for this user.
    case authenticationRefused(user: String, keyPath: String, reason: String)
    /// A person has to log in first, under this name of the site; nothing was tried.
    case loginNeeded(login: String)
    /// Our own private key cannot be used.
    case keyFileUnusable(path: String, reason: SSHKeyFileProblem)
    /// The connection broke. When `commandMayHaveRun` is false the request was never sent and can be repeated.
    case connectionLost(commandMayHaveRun: Bool)
    /// The server is reached but refuses to start commands or file transfers for this account; nothing was run.
    case requestRefused(what: String)
    /// The command wrote more than the caller takes; it was ended.
    case outputTooLarge(limit: Int)
    /// A file operation that the server answered with an error.
    case fileFailure(path: String, reason: String, notFound: Bool)
    /// The task was cancelled.
    case cancelled(commandMayHaveRun: Bool)
}

/// Why a private key file cannot be used.
package enum SSHKeyFileProblem: Sendable, Hashable {
    /// There is no such file.
    case missing
    /// The file cannot be read; the system's words.
    case unreadable(String)
    /// Group or others may read or write it; the mode bits.
    case permissionsTooOpen(mode: UInt32)
    /// It is encrypted and no passphrase was given.
    case encryptedWithoutPassphrase
    /// It is encrypted and the passphrase does not open it.
    case wrongPassphrase
    /// It was in memory only, and was withdrawn.
    case withdrawn
    /// It is no private key, or of a kind the library cannot read.
    case notAPrivateKey
}

extension SSHError {
    /// Whether the remote side may have begun what was asked; only when false is it safe to ask again blindly.
    package var commandMayHaveRun: Bool {
        switch self {
        case .timedOut(_, let mayHaveRun), .connectionLost(let mayHaveRun), .cancelled(let mayHaveRun): mayHaveRun
        case .outputTooLarge, .fileFailure: true
        case .cannotConnect, .hostKeyUnknown, .hostKeyChanged, .authenticationRefused, .loginNeeded, .keyFileUnusable,
            .requestRefused:
            false
        }
    }

    /// Whether trying again later can help without a person changing something.
    package var isTransient: Bool {
        switch self {
        case .cannotConnect, .timedOut, .connectionLost, .loginNeeded: true
        case .hostKeyUnknown, .hostKeyChanged, .authenticationRefused, .keyFileUnusable, .requestRefused,
            .outputTooLarge, .fileFailure, .cancelled:
            false
        }
    }

    /// Whether the account we come as is the trouble, or its key: another may be let in at the same host.
    package var concernsAccount: Bool {
        switch self {
        case .authenticationRefused, .keyFileUnusable, .requestRefused: true
        case .cannotConnect, .hostKeyUnknown, .hostKeyChanged, .connectionLost, .loginNeeded, .timedOut,
            .outputTooLarge, .fileFailure, .cancelled:
            false
        }
    }

    /// Whether it came before anything was said of an account: whoever comes meets it.
    package var concernsHost: Bool {
        switch self {
        case .cannotConnect, .hostKeyUnknown, .hostKeyChanged: true
        case .connectionLost, .loginNeeded, .timedOut, .outputTooLarge, .fileFailure, .cancelled,
            .authenticationRefused, .keyFileUnusable, .requestRefused:
            false
        }
    }

    /// The same error, told after the request was handed to the network.
    var afterSending: SSHError {
        switch self {
        case .timedOut(let what, _): .timedOut(what: what, commandMayHaveRun: true)
        case .connectionLost: .connectionLost(commandMayHaveRun: true)
        case .cancelled: .cancelled(commandMayHaveRun: true)
        case .cannotConnect, .hostKeyUnknown, .hostKeyChanged, .authenticationRefused, .loginNeeded, .keyFileUnusable,
            .requestRefused, .outputTooLarge, .fileFailure:
            self
        }
    }
}
