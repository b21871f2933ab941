import Glibc
import Logging

/// One connection of the system's `ssh`: it connects, checks the host key, authenticates and stays behind as a
/// control master; over its control socket we speak the connection protocol (RFC 4254) ourselves.
///
/// PROTOCOL.mux of OpenSSH calls this the proxy mode. So there is one process for a connection and none for a command, and what
/// the server says about a command is never mixed with what `ssh` says about itself.
actor MasterSession {
    nonisolated let thread: ConnectionThread
    nonisolated let endpoint: SSHEndpoint
    let limits: SSHLimits
    let logger: Logger

    private(set) var failure: SSHError?
    var idleFiles: [FileLine<MasterChannel>] = []
    private var channels: [UInt32: MasterChannel] = [:]
    private var lastChannel: UInt32 = 0
    private var incoming = PacketStream(limit: 1 << 20)
    private let scratch = Buffer(capacity: 64 << 10)
    private let master: ControlMaster
    private var operations = 0
    private var lastUse = ContinuousClock.now
    private var isFreed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// Starts `ssh` and waits until it is authenticated.
    static func open(
        _ endpoint: SSHEndpoint,
        responder: (any SSHResponder)?,
        limits: SSHLimits,
        logger: Logger,
        cancellation: CancellationMark
    ) async throws(SSHError) -> MasterSession {
        let allowance = Allowance("connecting to \(endpoint)", limits.connectTimeout, cancellation)
        let session = try MasterSession(endpoint, limits: limits, logger: logger)
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
        do throws(SystemFailure) {
            thread = try ConnectionThread()
        } catch {
            throw .cannotConnect(host: endpoint.host, port: endpoint.portNumber, reason: "no thread: \(error)")
        }
        do throws(SSHError) {
            master = try ControlMaster(endpoint, limits: limits)
        } catch {
            thread.stop()
            throw error
        }
        self.endpoint = endpoint
        self.limits = limits
        self.logger = logger
    }

    deinit { thread.stop() }

    var wire: Wire { thread.wire }

    nonisolated func interrupt() { thread.interrupt() }

    /// Blocks the connection's own thread, which nobody else uses yet.
    private func connect(_ responder: (any SSHResponder)?, _ allowance: Allowance) throws(SSHError) {
        try master.start(responder.map { Interview($0, until: allowance.deadline) }, allowance)
        wire.attach(try master.attach(allowance))
        logger.info("connected", metadata: ["ssh.endpoint": "\(endpoint)"])
    }

    // MARK: - Talking to the server

    /// What a look at the state answered.
    enum Attempt<Value> {
        case done(Value)
        case again
    }

    /// Reads what is there and looks, until the look is satisfied.
    func perform<Value>(
        _ allowance: Allowance,
        _ look: () throws(SSHError) -> Attempt<Value>
    ) async throws(SSHError) -> Value {
        while true {
            receive()
            let seen = wire.activity
            // Before the connection's own end counts: what had arrived by then is still told.
            if case .done(let value) = try look() { return value }
            try checkAlive()
            try allowance.check()
            await withCheckedContinuation { continuation in
                self.thread.register(continuation, since: seen, until: allowance.deadline)
            }
        }
    }

    func send(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        _ = unsafe bytes.withUnsafeBytes { unsafe wire.send($0) }
    }

    /// Hands all packets that have come in to their channels.
    func receive() {
        do throws(PacketStream.TooLong) {
            while failure == nil {
                let count = unsafe wire.receive(scratch.bytes, scratch.capacity)
                guard count > 0 else { break }
                unsafe incoming.append(scratch.prefix(count))
                while let packet = try incoming.next() { deliver(packet) }
            }
        } catch {
            fail("ssh sends what is no packet")
        }
    }

    private func deliver(_ packet: ArraySlice<UInt8>) {
        guard let (number, message) = ChannelMessage.read(packet), let channel = channels[number] else { return }
        send(channel.state.take(message))
        // Nobody waits for it any more: what is left to do is to close it.
        if channel.isForsaken { send(channel.state.close()) }
        if channel.state.isGone { channels[number] = nil }
    }

    func checkAlive() throws(SSHError) {
        if wire.failure != 0 { fail(SystemFailure(wire.failure).description) }
        if let failure { throw failure }
    }

    /// Declares the connection dead and wakes everybody on it.
    private func fail(_ reason: String) {
        guard failure == nil else { return }
        failure = .connectionLost(commandMayHaveRun: false)
        wire.breakOff()
        logger.debug("connection ended", metadata: ["ssh.endpoint": "\(endpoint)", "reason": "\(reason)"])
    }

    // MARK: - Channels

    /// Asks for a channel; nil when the server refuses it just now.
    func openChannelOnce(
        _ allowance: Allowance,
        window: UInt32 = 2 << 20
    ) async throws(SSHError) -> MasterChannel? {
        try checkAlive()
        lastChannel += 1
        let channel = MasterChannel(state: ChannelState(number: lastChannel, window: window))
        channels[channel.state.number] = channel
        send(ChannelMessage.open(channel.state.number, window: window))
        do throws(SSHError) {
            return try await perform(allowance) { () throws(SSHError) in
                if channel.state.refusal != nil { return .done(nil) }
                return channel.state.remote == nil ? .again : .done(channel)
            }
        } catch {
            channel.isForsaken = true
            throw error
        }
    }

    /// A new channel; a server that has no place now is asked again, ever more slowly, for nothing was run.
    func openChannel(_ allowance: Allowance) async throws(SSHError) -> MasterChannel {
        var backoff = Backoff(initial: .milliseconds(10), limit: .milliseconds(500))
        while true {
            if let channel = try await openChannelOnce(allowance) { return channel }
            // A free file channel of our own may hold the only place.
            if let line = idleFiles.popLast() { free(line.pipe) }
            try await pause(backoff.advance(), allowance)
        }
    }

    /// Closes a channel; the server's answer is waited for by nobody.
    func free(_ channel: MasterChannel) {
        channel.isForsaken = true
        send(channel.state.close())
        if channel.state.isGone { channels[channel.state.number] = nil }
    }

    /// Waits without a packet to wait for.
    func pause(_ time: Duration, _ allowance: Allowance) async throws(SSHError) {
        let end = min(ContinuousClock.now + time, allowance.deadline)
        while ContinuousClock.now < end {
            receive()
            try checkAlive()
            try allowance.check()
            let seen = wire.activity
            await withCheckedContinuation { continuation in
                self.thread.register(continuation, since: seen, until: end)
            }
        }
        try allowance.check()
    }

    // MARK: - Life

    func beginOperation() { operations += 1 }

    func endOperation() {
        operations -= 1
        lastUse = .now
        wire.note()
    }

    /// Watches the connection; `ssh` itself asks the server whether it lives.
    func watch(_ cancellation: CancellationMark) async -> ConnectionEnding {
        lastUse = .now
        while true {
            receive()
            if (try? checkAlive()) == nil { return .lost(failure ?? .connectionLost(commandMayHaveRun: false)) }
            if cancellation.isCancelled { return .cancelled }
            let now = ContinuousClock.now
            if operations == 0, now - lastUse >= limits.idleTimeout { return .idle }
            let idleEnd = (operations == 0 ? lastUse : now) + limits.idleTimeout
            await withCheckedContinuation { continuation in
                self.thread.registerSentinel(continuation, until: idleEnd)
            }
        }
    }

    /// Ends the connection and whatever is still on it; returns when nothing is left of it.
    func close() async {
        guard !isFreed else { return }
        isFreed = true
        fail("closed")
        while operations > 0 {
            let seen = wire.activity
            await withCheckedContinuation { continuation in
                self.thread.register(continuation, since: seen, until: .now + .seconds(3600))
            }
        }
        idleFiles = []
        channels = [:]
        wire.closeSocket()
        master.stop()
    }
}

/// A channel of a session.
///
/// Not Sendable: it stays in its session.
final class MasterChannel {
    var state: ChannelState
    /// Nobody waits for it any more.
    var isForsaken = false

    init(state: ChannelState) { self.state = state }
}
