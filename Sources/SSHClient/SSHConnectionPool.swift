package import Logging

/// How an endpoint is doing, for health pages.
package enum SSHConnectionState: Sendable, Hashable {
    /// No connection, because nobody needs one.
    case idle
    /// The first attempt is under way.
    case connecting
    /// At least one connection is open, the latest since then.
    case connected(since: ContinuousClock.Instant)
    /// The last attempt failed; it has been failing since then.
    case failed(SSHError, since: ContinuousClock.Instant)
}

/// Commands and files on one login node, over connections that are opened on demand, shared and replaced.
///
/// A call whose connection breaks before its request was sent is repeated once on a fresh one; later never, since it
/// may have had its effect. While connecting keeps failing, callers get the last error at once until the next attempt
/// is due.
package final class SSHConnectionPool: Sendable {
    let line: ConnectionLine

    /// A pool for one account on one login node; connects when first used.
    ///
    /// Where the server asks for passwords and codes, a refusal is final: no further attempt is made until somebody logs
    /// in by hand, for the account could be locked.
    package init(
        endpoint: SSHEndpoint,
        authentication: SSHAuthentication = .key,
        limits: SSHLimits = SSHLimits(),
        logger: Logger
    ) {
        line = ConnectionLine(endpoint: endpoint, authentication: authentication, limits: limits, logger: logger)
    }

    /// Begins a login by hand; its connection takes the place of those that are open.
    ///
    /// - Parameters:
    ///   - login: carries questions and answers, and tells the end.
    ///   - time: for everything, the person's thinking included.
    package func begin(_ login: SSHLogin, within time: Duration = .seconds(300)) {
        line.begin(login, within: time)
    }

    /// Where this pool connects to.
    package var endpoint: SSHEndpoint { line.endpoint }

    /// How the endpoint is doing at this moment.
    package var state: SSHConnectionState { line.health }

    /// How its connections are used at this moment, and how connecting went so far.
    package var figures: SSHFigures { line.figures }

    /// Runs a command by the remote `/bin/sh`, whatever the login shell is.
    ///
    /// - Parameters:
    ///   - command: at most about 100 KiB; more belongs in `input`.
    ///   - input: the standard input, which then ends.
    ///   - deadline: for everything, the wait for a connection included.
    ///   - outputLimit: bytes of standard output and error together; more is an error and abandons the command.
    ///   - onCancel: what becomes of the command when the deadline passes, the task is cancelled or the limit is hit.
    /// - Returns: what the command left behind; a nonzero exit is an ordinary result.
    /// - Throws: `SSHError`; its `commandMayHaveRun` tells whether asking again is safe.
    package func run(
        _ command: String,
        input: [UInt8] = [],
        deadline: Duration,
        outputLimit: Int = 8 << 20,
        onCancel: SSHAbandonment = .killRemote
    ) async throws(SSHError) -> SSHOutput {
        let remote = RemoteCommand(command, abandonment: onCancel)
        return try await onSession("running a command", deadline) { session, allowance throws(SSHError) in
            try await session.execute(
                remote,
                input: input,
                outputLimit: outputLimit,
                abandonment: onCancel,
                allowance
            )
        }
    }

    /// Makes sure that a connection stands; nothing is asked of the far side.
    ///
    /// - Parameter deadline: for the wait, a running attempt to connect included.
    /// - Throws: `SSHError`; while connecting keeps failing, the last error at once.
    package func connect(deadline: Duration = .seconds(30)) async throws(SSHError) {
        try await onSession("connecting", deadline) { _, _ throws(SSHError) in }
    }

    /// Closes all connections; commands under way are abandoned and every later call fails as cancelled.
    package func close() async { await line.close() }

    /// Does something on a connection, twice if the first one breaks before anything was sent.
    ///
    /// What is repeatable may also be done twice after it was sent, because that changes nothing. What may go on has as
    /// much time as it needs, as long as the far side does not stand still for that time.
    func onSession<Value: Sendable>(
        _ what: String,
        _ time: Duration,
        isRepeatable: Bool = false,
        mayGoOn: Bool = false,
        isExtra: Bool = false,
        _ body: @Sendable (any SSHConnection, Allowance) async throws(SSHError) -> Value
    ) async throws(SSHError) -> Value {
        let mark = CancellationMark()
        let allowance = Allowance(what, time, mark, mayGoOn: mayGoOn, isExtra: isExtra)
        let result: Result<Value, SSHError> = await withTaskCancellationHandler {
            let first = await attempt(allowance, body)
            guard case .failure(.connectionLost(let mayHaveRun)) = first, isRepeatable || !mayHaveRun else {
                return first
            }
            return await attempt(allowance, body)
        } onCancel: {
            mark.cancel()
        }
        return try result.get()
    }

    private func attempt<Value: Sendable>(
        _ allowance: Allowance,
        _ body: @Sendable (any SSHConnection, Allowance) async throws(SSHError) -> Value
    ) async -> Result<Value, SSHError> {
        do throws(SSHError) {
            let lease = try await line.enter(allowance)
            allowance.cancellation.onCancel { lease.session.interrupt() }
            do throws(SSHError) {
                let value = try await body(lease.session, allowance)
                line.leave(lease, isBroken: false)
                return .success(value)
            } catch {
                if case .connectionLost = error {
                    line.leave(lease, isBroken: true)
                } else {
                    line.leave(lease, isBroken: false)
                }
                return .failure(error)
            }
        } catch {
            return .failure(error)
        }
    }
}
