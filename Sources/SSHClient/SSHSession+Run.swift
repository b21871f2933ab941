import CSSH2
import Logging

extension SSHSession {
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
        let channel = try await openChannel(allowance)
        let exchange = Exchange(channel: channel, input: input, limit: outputLimit)
        do throws(SSHError) {
            try await start(command.text, exchange, allowance)
            try await perform(allowance) { () throws(SSHError) in try pump(exchange) }
            // The exit status may come after the last output.
            _ = try await perform(allowance) { () throws(SSHError) in
                try judge(Int(unsafe libssh2_channel_wait_closed(exchange.channel.pointer)))
            }
            try checkStarted(exchange)
        } catch {
            abandon(exchange, abandonment)
            throw exchange.isSent ? error.afterSending : error
        }
        let output = result(of: exchange)
        await free(channel)
        return output
    }

    /// One command on its way.
    ///
    /// Not Sendable: it stays in its session.
    final class Exchange {
        let channel: Channel
        let input: [UInt8]
        let limit: Int
        var written = 0
        var isSent = false
        var isInputEnded = false
        var isCollecting = true
        var collector = OutputCollector()

        init(channel: Channel, input: [UInt8], limit: Int) {
            self.channel = channel
            self.input = input
            self.limit = limit
        }
    }

    private func start(_ text: String, _ exchange: Exchange, _ allowance: Allowance) async throws(SSHError) {
        try allowance.check()
        exchange.isSent = true
        let code = try await perform(allowance) { () throws(SSHError) in
            let length = UInt32(text.utf8.count)
            return try judge(
                Int(unsafe libssh2_channel_process_startup(exchange.channel.pointer, "exec", 4, text, length))
            )
        }
        guard code == 0 else {
            exchange.isSent = false
            throw .requestRefused(what: "to run commands for \(endpoint.userName): \(lastError)")
        }
    }

    /// Moves what can be moved now; done when the command has closed both its outputs.
    private func pump(_ exchange: Exchange) throws(SSHError) -> Attempt<Void> {
        while true {
            let output = try read(exchange, stream: 0)
            let error = try read(exchange, stream: SSH_EXTENDED_DATA_STDERR)
            if exchange.collector.count > exchange.limit, exchange.isCollecting {
                throw .outputTooLarge(limit: exchange.limit)
            }
            if unsafe libssh2_channel_eof(exchange.channel.pointer) != 0, !output, !error { return .done(()) }
            let input = try write(exchange)
            if !output, !error, !input { return .again }
        }
    }

    private func read(_ exchange: Exchange, stream: Int32) throws(SSHError) -> Bool {
        let count = unsafe libssh2_channel_read_ex(exchange.channel.pointer, stream, scratch.bytes, scratch.capacity)
        guard case .done(let count) = try judge(count), count > 0 else { return false }
        guard exchange.isCollecting || exchange.collector.process == nil else { return true }
        let bytes = unsafe scratch.prefix(count)
        if stream == 0 {
            unsafe exchange.collector.append(output: bytes)
        } else {
            unsafe exchange.collector.append(error: bytes)
        }
        return true
    }

    private func write(_ exchange: Exchange) throws(SSHError) -> Bool {
        guard !exchange.isInputEnded, !wire.isCongested else { return false }
        let rest = exchange.input.count - exchange.written
        if rest == 0 {
            // The first call hands the packet to the wire, which takes everything.
            guard case .done = try judge(Int(unsafe libssh2_channel_send_eof(exchange.channel.pointer))) else {
                return false
            }
            exchange.isInputEnded = true
            return true
        }
        let count = unsafe exchange.input.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.advanced(by: exchange.written).assumingMemoryBound(to: CChar.self)
            return unsafe libssh2_channel_write_ex(exchange.channel.pointer, 0, start, min(rest, 256 << 10))
        }
        guard case .done(let count) = try judge(count) else { return false }
        // An error of this channel only: it is closed and takes no more. What it wrote before is still read.
        if count < 0 { exchange.isInputEnded = true }
        exchange.written += max(count, 0)
        return count != 0
    }

    /// The mark comes before the command, so without it nothing was run, whatever the exit status says.
    private func checkStarted(_ exchange: Exchange) throws(SSHError) {
        guard exchange.collector.process == nil else { return }
        exchange.isSent = false
        throw .requestRefused(
            what: "to run commands for \(endpoint.userName); the login shell ended with: \(exchange.collector.words)"
        )
    }

    private func result(of exchange: Exchange) -> SSHOutput {
        var signal: UnsafeMutablePointer<CChar>?
        var length = 0
        _ = unsafe libssh2_channel_get_exit_signal(exchange.channel.pointer, &signal, &length, nil, nil, nil, nil)
        let name = unsafe signal.map { unsafe String(cString: $0) }
        if let signal = unsafe signal { unsafe libssh2_free(handle, signal) }
        return SSHOutput(
            exitStatus: name == nil ? unsafe libssh2_channel_get_exit_status(exchange.channel.pointer) : nil,
            exitSignal: name,
            standardOutput: exchange.collector.standardOutput,
            standardError: exchange.collector.standardError
        )
    }

    // MARK: - Letting go

    /// The caller goes; the channel, and the command if so wished, are ended behind its back.
    private func abandon(_ exchange: Exchange, _ abandonment: SSHAbandonment) {
        exchange.isCollecting = false
        beginOperation()
        // Outlives the caller on purpose; bounded by its own allowances and by the connection.
        Task {
            if exchange.isSent, abandonment == .killRemote { await self.endProcess(exchange) }
            await self.free(exchange.channel)
            self.endOperation()
        }
    }

    private func endProcess(_ exchange: Exchange) async {
        let wait = Allowance("learning the process number", .seconds(5))
        // Without the number nothing can be ended; closing the channel then makes the prelude give up.
        try? await perform(wait) { () throws(SSHError) in
            if exchange.collector.process != nil { return .done(()) }
            return try pump(exchange)
        }
        guard let process = exchange.collector.process, failure == nil else { return }
        let allowance = Allowance("ending a remote command", .seconds(15))
        do throws(SSHError) {
            let channel = try await openChannel(allowance)
            let killer = Exchange(channel: channel, input: [], limit: .max)
            killer.isCollecting = false
            try await start(RemoteCommand.ending(process), killer, allowance)
            try? await perform(allowance) { () throws(SSHError) in try pump(killer) }
            await free(channel)
        } catch {
            logger.warning(
                "a remote command could not be ended",
                metadata: ["ssh.endpoint": "\(endpoint)", "process": "\(process)", "error": "\(error)"]
            )
        }
    }
}
