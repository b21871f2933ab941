import Logging

extension MasterSession {
    /// Runs one command; standard input, output and error flow at the same time.
    func execute(
        _ command: RemoteCommand,
        input: [UInt8],
        outputLimit: Int,
        abandonment: SSHAbandonment,
        _ allowance: Allowance
    ) async throws(SSHError) -> SSHOutput {
        beginOperation()
        defer { endOperation() }
        let exchange = CommandExchange(
            channel: try await openChannel(allowance),
            input: input,
            limit: outputLimit
        )
        do throws(SSHError) {
            try await start(command.text, exchange, allowance)
            try await perform(allowance) { () throws(SSHError) in try pump(exchange) }
            let output = try result(of: exchange)
            free(exchange.channel)
            return output
        } catch {
            abandon(exchange, abandonment)
            throw exchange.isSent ? error.afterSending : error
        }
    }

    /// One command on its way.
    ///
    /// Not Sendable: it stays in its session.
    final class CommandExchange {
        let channel: MasterChannel
        let input: [UInt8]
        let limit: Int
        var written = 0
        var isSent = false
        var isCollecting = true
        var collector = OutputCollector()

        init(channel: MasterChannel, input: [UInt8], limit: Int) {
            self.channel = channel
            self.input = input
            self.limit = limit
        }
    }

    private func start(_ text: String, _ exchange: CommandExchange, _ allowance: Allowance) async throws(SSHError) {
        try allowance.check()
        guard try await request("exec", text, exchange.channel, allowance, sending: { exchange.isSent = true }) else {
            exchange.isSent = false
            throw .requestRefused(what: "to run commands for \(endpoint.userName)")
        }
    }

    /// Sends a request on a channel and waits for the server's yes or no.
    func request(
        _ kind: String,
        _ text: String,
        _ channel: MasterChannel,
        _ allowance: Allowance,
        sending: () -> Void = {}
    ) async throws(SSHError) -> Bool {
        guard let remote = channel.state.remote, !channel.state.isClosed else { return false }
        try checkAlive()
        sending()
        channel.state.answer = nil
        send(ChannelMessage.start(kind, text, to: remote))
        return try await perform(allowance) { () throws(SSHError) in
            if let answer = channel.state.answer { return .done(answer) }
            return channel.state.isClosed ? .done(false) : .again
        }
    }

    /// Moves what can be moved now; done when the server has closed the channel.
    private func pump(_ exchange: CommandExchange) throws(SSHError) -> Attempt<Void> {
        let fetched = exchange.channel.state.fetch()
        send(fetched.reply)
        if exchange.isCollecting || exchange.collector.process == nil {
            exchange.collector.append(output: fetched.output)
            exchange.collector.append(error: fetched.errorOutput)
        }
        if exchange.collector.count > exchange.limit, exchange.isCollecting {
            throw .outputTooLarge(limit: exchange.limit)
        }
        if exchange.channel.state.isClosed { return .done(()) }
        while !wire.isCongested,
            let (packet, count) = exchange.channel.state.send(exchange.input.dropFirst(exchange.written))
        {
            exchange.written += count
            send(packet)
        }
        if exchange.written == exchange.input.count { send(exchange.channel.state.end()) }
        return .again
    }

    private func result(of exchange: CommandExchange) throws(SSHError) -> SSHOutput {
        let state = exchange.channel.state
        // The mark comes before the command, so without it nothing was run, whatever the exit status says.
        guard exchange.collector.process != nil else {
            exchange.isSent = false
            throw .requestRefused(
                what:
                    "to run commands for \(endpoint.userName); the login shell ended with: \(exchange.collector.words)"
            )
        }
        // A server that ends its part without a word about the command was itself killed.
        guard state.exitStatus != nil || state.exitSignal != nil else {
            throw .connectionLost(commandMayHaveRun: true)
        }
        return SSHOutput(
            exitStatus: state.exitSignal == nil ? state.exitStatus.map { Int32(truncatingIfNeeded: $0) } : nil,
            exitSignal: state.exitSignal,
            standardOutput: exchange.collector.standardOutput,
            standardError: exchange.collector.standardError
        )
    }

    // MARK: - Letting go

    /// The caller goes; the channel, and the command if so wished, are ended behind its back.
    private func abandon(_ exchange: CommandExchange, _ abandonment: SSHAbandonment) {
        exchange.isCollecting = false
        beginOperation()
        // Outlives the caller on purpose; bounded by its own allowances and by the connection.
        Task {
            if exchange.isSent, abandonment == .killRemote { await self.endProcess(exchange) }
            self.free(exchange.channel)
            self.endOperation()
        }
    }

    private func endProcess(_ exchange: CommandExchange) async {
        let wait = Allowance("learning the process number", .seconds(5))
        // Without the number nothing can be ended; closing the channel then makes the prelude give up.
        try? await perform(wait) { () throws(SSHError) in
            if exchange.collector.process != nil { return .done(()) }
            return try pump(exchange)
        }
        guard let process = exchange.collector.process, failure == nil, !exchange.channel.state.isClosed else { return }
        let allowance = Allowance("ending a remote command", .seconds(15))
        do throws(SSHError) {
            let killer = CommandExchange(channel: try await openChannel(allowance), input: [], limit: .max)
            killer.isCollecting = false
            try await start(RemoteCommand.ending(process), killer, allowance)
            try? await perform(allowance) { () throws(SSHError) in try pump(killer) }
            free(killer.channel)
        } catch {
            logger.warning(
                "a remote command could not be ended",
                metadata: ["ssh.endpoint": "\(endpoint)", "process": "\(process)", "error": "\(error)"]
            )
        }
    }
}
