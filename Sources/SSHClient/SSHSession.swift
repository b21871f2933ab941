import CSSH2
import Glibc
import Logging

/// One SSH connection: a libssh2 session and everything that waits for it, on a thread of its own.
///
/// Every library call stands in `perform`, which repeats it until it no longer answers "again". The session is freed
/// only in `close`, when the last operation has left; an operation looks at `failure` before it touches a pointer.
@safe actor SSHSession {
    nonisolated let thread: ConnectionThread
    nonisolated let endpoint: SSHEndpoint
    let limits: SSHLimits
    let logger: Logger
    let handle: OpaquePointer
    /// Where the library puts what it reads before it is copied; large enough for one SSH packet.
    let scratch = Buffer(capacity: 64 << 10)

    private(set) var failure: SSHError?
    /// The session on the jump host through which this one goes.
    var wayThere: SSHSession?
    /// libssh2 keeps the state of a channel being opened in the session: one at a time, and never left half way.
    private var isOpening = false
    var idleFiles: [FileLine<Channel>] = []
    private var operations = 0
    private var lastUse = ContinuousClock.now
    private var isFreed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    private static let library: Int32 = libssh2_init(0)

    /// Connects, checks the host key and authenticates.
    static func open(
        _ endpoint: SSHEndpoint,
        responder: (any SSHResponder)?,
        limits: SSHLimits,
        logger: Logger,
        cancellation: CancellationMark
    ) async throws(SSHError) -> SSHSession {
        let allowance = Allowance("connecting to \(endpoint)", limits.connectTimeout, cancellation)
        let session = try SSHSession(endpoint, limits: limits, logger: logger)
        cancellation.onCancel { [thread = session.thread] in thread.interrupt() }
        do throws(SSHError) {
            try await session.connect(responder, allowance)
        } catch {
            await session.close()
            throw error
        }
        return session
    }

    private init(_ endpoint: SSHEndpoint, limits: SSHLimits, logger: Logger) throws(SSHError) {
        let failed = { SSHError.cannotConnect(host: endpoint.host, port: endpoint.portNumber, reason: $0) }
        guard Self.library == 0 else { throw failed("libssh2 does not start") }
        do throws(SystemFailure) {
            thread = try ConnectionThread()
        } catch {
            throw failed("no thread: \(error)")
        }
        let wire = unsafe Unmanaged.passUnretained(thread.wire).toOpaque()
        guard let handle = unsafe libssh2_session_init_ex(nil, nil, nil, wire) else {
            thread.stop()
            throw failed("out of memory")
        }
        self.endpoint = endpoint
        self.limits = limits
        self.logger = logger
        unsafe self.handle = unsafe handle
        unsafe libssh2_session_set_blocking(handle, 0)
        unsafe connectTransport(of: handle)
    }

    deinit { thread.stop() }

    var wire: Wire { thread.wire }

    nonisolated func interrupt() { thread.interrupt() }

    // MARK: - Calling the library

    /// What a non-blocking call answered.
    enum Attempt<Value> {
        case done(Value)
        case again
    }

    /// Repeats a call until it is done.
    ///
    /// Stops waiting, with the call half way, when the allowance is used up.
    func perform<Value>(
        _ allowance: Allowance,
        _ call: () throws(SSHError) -> Attempt<Value>
    ) async throws(SSHError) -> Value {
        while true {
            try checkAlive()
            // Taken before the call, which may itself read what it looked for a moment too early.
            let seen = wire.activity
            if case .done(let value) = try call() { return value }
            try allowance.check()
            await withCheckedContinuation { continuation in
                self.thread.register(continuation, since: seen, until: allowance.deadline)
            }
        }
    }

    /// Reads an answer: a number to use (0 or more, or an error of this one operation), "again", or the end.
    func judge(_ answer: Int) throws(SSHError) -> Attempt<Int> {
        if answer == Int(LIBSSH2_ERROR_EAGAIN) { return .again }
        guard Self.fatal.contains(Int32(clamping: answer)) else { return .done(answer) }
        fail(lastError)
        throw .connectionLost(commandMayHaveRun: false)
    }

    /// The same after a call that answers nothing but a pointer, and gave none.
    ///
    /// - Returns: whether the call is over; false for "again".
    func judgeLastError() throws(SSHError) -> Bool {
        if case .done = try judge(lastErrorNumber) { true } else { false }
    }

    var lastErrorNumber: Int { Int(unsafe libssh2_session_last_errno(handle)) }

    /// The library's own words for what went wrong last.
    var lastError: String {
        var text: UnsafeMutablePointer<CChar>?
        let code = unsafe libssh2_session_last_error(handle, &text, nil, 0)
        return unsafe text.map { unsafe "\(String(cString: $0)) (\(code))" } ?? "libssh2 error \(code)"
    }

    /// Declares the connection dead and wakes everybody on it.
    func fail(_ reason: String) {
        guard failure == nil else { return }
        failure = .connectionLost(commandMayHaveRun: false)
        wire.breakOff()
        logger.debug("connection ended", metadata: ["ssh.endpoint": "\(endpoint)", "reason": "\(reason)"])
    }

    func checkAlive() throws(SSHError) {
        if wire.failure != 0 { fail(SystemFailure(wire.failure).description) }
        if let failure { throw failure }
    }

    private static let fatal: Set<Int32> = [
        LIBSSH2_ERROR_SOCKET_NONE, LIBSSH2_ERROR_INVALID_MAC, LIBSSH2_ERROR_SOCKET_SEND,
        LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE, LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_DECRYPT,
        LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_PROTO, LIBSSH2_ERROR_SOCKET_TIMEOUT, LIBSSH2_ERROR_SOCKET_RECV,
        LIBSSH2_ERROR_ENCRYPT, LIBSSH2_ERROR_BAD_SOCKET,
    ]

    // MARK: - Opening channels

    /// Waits for the turn to open a channel or a file channel; `endOpening` passes it on.
    func beginOpening(_ allowance: Allowance) async throws(SSHError) {
        let _: Void = try await perform(allowance) { isOpening ? .again : .done(()) }
        isOpening = true
    }

    func endOpening() {
        isOpening = false
        wire.note()
    }

    // MARK: - Life

    func beginOperation() { operations += 1 }

    func endOperation() {
        operations -= 1
        lastUse = .now
        wire.note()
    }

    /// Keeps the connection alive until it is lost, unused for too long, or no longer wanted.
    func watch(_ cancellation: CancellationMark) async -> ConnectionEnding {
        var nextKeepalive = ContinuousClock.now + limits.keepaliveInterval
        lastUse = .now
        unsafe libssh2_keepalive_config(handle, 0, 2)
        while true {
            if (try? checkAlive()) == nil { return .lost(failure ?? .connectionLost(commandMayHaveRun: false)) }
            if cancellation.isCancelled { return .cancelled }
            let now = ContinuousClock.now
            if operations == 0, now - lastUse >= limits.idleTimeout { return .idle }
            if now >= nextKeepalive {
                var seconds: Int32 = 0
                _ = unsafe libssh2_keepalive_send(handle, &seconds)
                nextKeepalive = now + limits.keepaliveInterval
            }
            // Nobody tells when the last operation ends, so that is looked at now and then.
            let idleEnd = (operations == 0 ? lastUse : now) + limits.idleTimeout
            let isDue = await pauseAsSentinel(until: min(idleEnd, nextKeepalive))
            if !isDue { await fetchUnclaimedInput() }
        }
    }

    /// - Returns: whether the time was over; false when something came in that nobody fetches.
    private func pauseAsSentinel(until deadline: ContinuousClock.Instant) async -> Bool {
        await withCheckedContinuation { continuation in
            self.thread.registerSentinel(continuation, until: deadline)
        }
        return ContinuousClock.now >= deadline
    }

    /// Hears what the server said on an unused connection: a question whether we live, or goodbye.
    ///
    /// libssh2 reads only for a channel, so one is opened and closed again.
    private func fetchUnclaimedInput() async {
        guard failure == nil, wire.failure == 0, operations == 0 else { return }
        let use = lastUse
        defer { lastUse = use }
        beginOperation()
        defer { operations -= 1 }
        let allowance = Allowance("checking the connection", .seconds(15))
        do throws(SSHError) {
            if let channel = try await openChannelOnce(allowance) { await free(channel) }
        } catch .timedOut {
            fail("the server no longer answers")
        } catch {}
    }

    /// Ends the connection and whatever is still on it; returns when nothing is left of it.
    func close() async {
        guard !isFreed else { return }
        isFreed = true
        if failure == nil, wire.failure == 0, wire.socket >= 0 {
            _ = unsafe libssh2_session_disconnect_ex(handle, 11 /* by application, RFC 4253 §11.1 */, "", "")
            wire.flush()
        }
        fail("closed")
        let unlimited = Allowance("closing", .seconds(3600))
        while operations > 0 {
            let seen = wire.activity
            await withCheckedContinuation { continuation in
                self.thread.register(continuation, since: seen, until: unlimited.deadline)
            }
        }
        idleFiles = []
        unsafe libssh2_session_free(handle)
        wire.closeSocket()
        await wayThere?.close()
    }
}
