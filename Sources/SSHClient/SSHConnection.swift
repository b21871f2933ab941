import Logging

/// One connection to a login node, connected and authenticated: the seam between the pool and its two transports.
///
/// Whoever implements it repeats nothing, waits no longer than the allowance says, and tells by
/// `SSHError.commandMayHaveRun` what may have happened. The conformance suite in `Tests/SSHClient` says the rest.
protocol SSHConnection: Sendable {
    /// Lets everybody who waits on the connection look at his allowance again.
    func interrupt()

    /// Runs one command; standard input, output and error flow at the same time.
    func execute(
        _ command: RemoteCommand,
        input: [UInt8],
        outputLimit: Int,
        abandonment: SSHAbandonment,
        _ allowance: Allowance
    ) async throws(SSHError) -> SSHOutput

    /// Does an errand on the site's files; `make` begins it, on the connection's own thread.
    func carryOut<Errand: FileErrand>(
        _ make: @Sendable () -> Errand,
        _ allowance: Allowance
    ) async throws(SSHError) -> Errand.Outcome

    /// Carries out one request on the site's files.
    func answer(
        _ request: FileRequest,
        _ path: RemotePath,
        _ allowance: Allowance
    ) async throws(SSHError) -> FileReply

    /// Keeps the connection alive until it is lost, unused for too long, or no longer wanted.
    func watch(_ cancellation: CancellationMark) async -> ConnectionEnding

    /// Ends the connection and whatever is still on it; returns when nothing is left of it.
    func close() async
}

/// Why a connection is no longer watched.
enum ConnectionEnding: Sendable {
    case idle
    case lost(SSHError)
    case cancelled
}

extension SSHEndpoint {
    /// Connects and authenticates by the endpoint's transport.
    ///
    /// - Parameters:
    ///   - responder: answers what the server asks; nil when it must not ask.
    ///   - limits: of which `connectTimeout` is for this.
    ///   - logger: is told of the connection's begin and end.
    ///   - cancellation: ends the attempt.
    /// - Returns: the connection.
    /// - Throws: why there is none.
    func open(
        responder: (any SSHResponder)?,
        limits: SSHLimits,
        logger: Logger,
        cancellation: CancellationMark
    ) async throws(SSHError) -> any SSHConnection {
        switch transport {
        case .libssh2:
            try await SSHSession.open(
                self,
                responder: responder,
                limits: limits,
                logger: logger,
                cancellation: cancellation
            )
        case .openssh:
            try await MasterSession.open(
                self,
                responder: responder,
                limits: limits,
                logger: logger,
                cancellation: cancellation
            )
        }
    }
}
