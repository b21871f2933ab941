import Logging
import Synchronization

/// The line of callers before one endpoint's connections, and the life of those connections.
///
/// All decisions are `Admission`'s; this carries them out. State is behind a lock, effects happen outside it.
final class ConnectionLine: Sendable {
    /// A caller's place on a connection.
    struct Lease: Sendable {
        let lane: UInt64
        let session: any SSHConnection
    }

    private struct State {
        var admission: Admission
        var sessions: [UInt64: any SSHConnection] = [:]
        var lastWaiter: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Result<Lease, SSHError>, Never>] = [:]
        var connections: [UInt64: (task: Task<Void, Never>, mark: CancellationMark)] = [:]
        var connectedSince: ContinuousClock.Instant?
        /// The latest login by hand, which may be waiting for a person.
        var login: SSHLogin?
        var isClosed = false
    }

    let endpoint: SSHEndpoint
    private let authentication: SSHAuthentication
    let limits: SSHLimits
    private let logger: Logger
    private let state: Mutex<State>

    init(endpoint: SSHEndpoint, authentication: SSHAuthentication, limits: SSHLimits, logger: Logger) {
        self.endpoint = endpoint
        self.authentication = authentication
        self.limits = limits
        self.logger = logger
        state = Mutex(State(admission: Admission(limits: limits, standing: authentication.standing)))
    }

    var health: SSHConnectionState {
        state.withLock { state in
            if state.admission.isConnected { return .connected(since: state.connectedSince ?? .now) }
            if let failure = state.admission.circuit.failure {
                return .failed(failure.error, since: failure.since)
            }
            return state.admission.isConnecting ? .connecting : .idle
        }
    }

    /// How the connections are used at this moment.
    var figures: SSHFigures { state.withLock { $0.admission.figures(at: .now) } }

    // MARK: - Callers

    /// Waits for a place; the order of arrival is kept.
    func enter(_ allowance: Allowance) async throws(SSHError) -> Lease {
        try allowance.check()
        if !state.withLock({ $0.admission.hasFreePlace }) { try allowance.checkMayWait() }
        let waiter = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        // Ends the wait at the deadline; cancelled with the end of this scope.
        async let _: Void = expire(waiter, allowance)
        allowance.cancellation.onCancel { [self] in dismiss(waiter, .cancelled(commandMayHaveRun: false)) }
        let result = await withCheckedContinuation { continuation in
            state.withLock { state in
                state.waiters[waiter] = continuation
                state.admission.arrive(waiter)
            }
            // Timer and cancellation may have come before there was anybody to tell.
            do throws(SSHError) { try allowance.check() } catch { dismiss(waiter, error) }
            advance()
        }
        return try result.get()
    }

    /// Gives the place back; a connection that turned out dead is no longer handed out.
    func leave(_ lease: Lease, isBroken: Bool) {
        state.withLock { state in
            state.admission.leave(lease.lane)
            if isBroken { state.admission.lost(lease.lane) }
        }
        advance()
    }

    private func expire(_ waiter: UInt64, _ allowance: Allowance) async {
        guard (try? await Task.sleep(until: allowance.deadline, clock: .continuous)) != nil else { return }
        dismiss(waiter, .timedOut(what: "waiting for a connection to \(endpoint)", commandMayHaveRun: false))
    }

    private func dismiss(_ waiter: UInt64, _ error: SSHError) {
        let continuation = state.withLock { state in
            state.admission.withdraw(waiter)
            return state.waiters.removeValue(forKey: waiter)
        }
        continuation?.resume(returning: .failure(error))
    }

    /// Does everything that can be done now.
    private func advance() {
        var closings: [CancellationMark] = []
        typealias Wake = (CheckedContinuation<Result<Lease, SSHError>, Never>, Result<Lease, SSHError>)
        let wakes: [Wake] = state.withLock { state in
            guard !state.isClosed else {
                let all = state.waiters.values.map { ($0, Result<Lease, SSHError>.failure(Self.closed)) }
                for waiter in state.waiters.keys { state.admission.withdraw(waiter) }
                state.waiters = [:]
                return all
            }
            var wakes: [Wake] = []
            for action in state.admission.advance(at: .now) {
                switch action {
                case .admit(let waiter, let lane):
                    if let session = state.sessions[lane], let caller = state.waiters.removeValue(forKey: waiter) {
                        wakes.append((caller, .success(Lease(lane: lane, session: session))))
                    } else {
                        state.admission.leave(lane)
                    }
                case .refuse(let waiter, let error):
                    if let caller = state.waiters.removeValue(forKey: waiter) {
                        wakes.append((caller, .failure(error)))
                    }
                case .connect(let lane):
                    let mark = CancellationMark()
                    // The one task of a connection: shared by many callers, it outlives each (so it is detached from the first);
                    // `close` ends it.
                    state.connections[lane] = (Task.detached { await self.live(lane, mark, nil) }, mark)
                case .close(let lane): closings += [state.connections[lane]?.mark].compactMap { $0 }
                }
            }
            return wakes
        }
        for (caller, result) in wakes { caller.resume(returning: result) }
        for mark in closings { mark.cancel() }
    }

    private static let closed = SSHError.cancelled(commandMayHaveRun: false)

    // MARK: - Connections

    /// The life of one connection, from the first packet to the last.
    private func live(_ lane: UInt64, _ mark: CancellationMark, _ login: (SSHLogin, Duration)?) async {
        do throws(SSHError) {
            var limits = limits
            if let login { limits.connectTimeout = login.1 }
            let session = try await endpoint.open(
                responder: login?.0 ?? authentication.responder,
                limits: limits,
                logger: logger,
                cancellation: mark
            )
            state.withLock { state in
                state.sessions[lane] = session
                if login == nil { state.admission.connected(lane) } else { state.admission.renewed(lane) }
                state.connectedSince = .now
            }
            login?.0.finish(nil)
            advance()
            await keep(session, lane, mark)
            advance()
            await session.close()
        } catch {
            let isFinal = authentication.locks(after: error)
            state.withLock { $0.admission.failed(lane, error, isFinal: isFinal, at: .now) }
            login?.0.finish(error)
            logger.info("cannot connect", metadata: ["ssh.endpoint": "\(endpoint)", "error": "\(error)"])
        }
        state.withLock { $0.connections[lane] = nil }
        advance()
    }

    private func keep(_ session: any SSHConnection, _ lane: UInt64, _ mark: CancellationMark) async {
        while true {
            let ending = await session.watch(mark)
            let isOver = state.withLock { state in
                switch ending {
                case .idle: guard state.admission.retire(lane) else { return false }
                case .lost, .cancelled: state.admission.lost(lane)
                }
                state.sessions[lane] = nil
                return true
            }
            guard isOver else { continue }
            if case .lost = ending { logger.info("connection lost", metadata: ["ssh.endpoint": "\(endpoint)"]) }
            return
        }
    }

    /// Opens a connection by hand, which then takes the place of all others.
    ///
    /// - Parameters:
    ///   - login: answers the server, and is told the end.
    ///   - time: for everything, the person's thinking included.
    func begin(_ login: SSHLogin, within time: Duration) {
        let mark = CancellationMark()
        let isClosed = state.withLock { state in
            guard !state.isClosed else { return true }
            let lane = state.admission.begin()
            state.login = login
            // As for every connection: it outlives whoever asked for it, and `close` ends it.
            state.connections[lane] = (Task.detached { await self.live(lane, mark, (login, time)) }, mark)
            return false
        }
        if isClosed { login.finish(Self.closed) }
    }

    /// Ends all connections and refuses all callers, now and later.
    func close() async {
        let (connections, login) = state.withLock { state in
            state.isClosed = true
            return (Array(state.connections.values), state.login)
        }
        login?.abandon()
        advance()
        for connection in connections { connection.mark.cancel() }
        for connection in connections { await connection.task.value }
    }
}
