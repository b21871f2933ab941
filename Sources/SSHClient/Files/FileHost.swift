import Logging

/// A session on whose channels SFTP is spoken: what the two transports add is a channel that carries bytes.
protocol FileHost: Actor, SSHConnection {
    associatedtype Pipe

    nonisolated var thread: ConnectionThread { get }
    nonisolated var endpoint: SSHEndpoint { get }
    var failure: SSHError? { get }
    /// Conversations that are open and free.
    var idleFiles: [FileLine<Pipe>] { get set }

    /// A channel with a subsystem at its end; nil when the server has no place for another channel just now.
    func openPipe(to subsystem: String, _ allowance: Allowance) async throws(SSHError) -> Pipe?

    /// Gives the server what it takes now.
    ///
    /// - Returns: how many bytes that was.
    func send(_ bytes: ArraySlice<UInt8>, on pipe: Pipe) throws(SSHError) -> Int

    /// Adds what has come in.
    ///
    /// - Returns: whether that was anything.
    func receive(from pipe: Pipe, into stream: inout PacketStream) throws(SSHError) -> Bool

    /// Whether the server has ended the channel; what came before may still be there.
    func isEnded(_ pipe: Pipe) -> Bool

    /// Closes a channel; nobody waits for that.
    func discard(_ pipe: Pipe)

    func checkAlive() throws(SSHError)
    func pause(_ time: Duration, _ allowance: Allowance) async throws(SSHError)
    func beginOperation()
    func endOperation()
}

extension FileHost {
    /// Does an errand on a conversation of its own.
    func carryOut<Errand: FileErrand>(
        _ make: @Sendable () -> Errand,
        _ allowance: Allowance
    ) async throws(SSHError) -> Errand.Outcome {
        try await withFiles(allowance) { host, line throws(SSHError) in
            try await host.drive(make(), on: line, allowance)
        }
    }

    /// Does something with a free conversation, or a new one, and gives it back.
    func withFiles<Value>(
        _ allowance: Allowance,
        _ body: (isolated Self, FileLine<Pipe>) async throws(SSHError) -> Value
    ) async throws(SSHError) -> Value {
        beginOperation()
        defer { endOperation() }
        let line = try await takeFiles(allowance)
        do throws(SSHError) {
            try checkAlive()
            let value = try await body(self, line)
            settle(line)
            return value
        } catch {
            settle(line)
            throw error.afterSending
        }
    }

    /// Moves packets until the errand is done.
    ///
    /// As long as the far side moves, or it is our own side that everything waits for, a stall limit begins anew.
    func drive<Errand: FileErrand>(
        _ errand: Errand,
        on line: FileLine<Pipe>,
        _ allowance: Allowance
    ) async throws(SSHError) -> Errand.Outcome {
        var deadline = allowance.deadline
        try allowance.check()
        while true {
            let seen = thread.wire.activity
            var hasMoved = try receive(from: line.pipe, into: &line.files.incoming)
            while let (id, answer) = try line.files.nextAnswer() { try errand.take(answer, to: id, line.files) }
            if try push(errand, on: line) { hasMoved = true }
            if let outcome = errand.outcome { return outcome }
            // Before the connection's own end counts: what had arrived by then is still told.
            if isEnded(line.pipe), !hasMoved { throw .connectionLost(commandMayHaveRun: true) }
            try checkAlive()
            if let stall = allowance.stall, hasMoved || line.files.outstanding == 0 { deadline = .now + stall }
            try allowance.check(until: deadline)
            // After a move there may be more at once; others on the connection have their turn before.
            let known = hasMoved ? seen &- 1 : seen
            await withCheckedContinuation { continuation in
                self.thread.register(continuation, since: known, until: deadline)
            }
        }
    }

    /// Sends what the errand has to say, as far as the server takes it.
    private func push(_ errand: some FileErrand, on line: FileLine<Pipe>) throws(SSHError) -> Bool {
        var hasMoved = false
        while true {
            let last = line.files.lastID
            try errand.fill(line.files)
            if line.files.unsentCount > 0 {
                let count = try send(line.files.unsent, on: line.pipe)
                line.files.didSend(count)
                if count > 0 { hasMoved = true }
            }
            if line.files.lastID == last || line.files.unsentCount > 0 { return hasMoved }
        }
    }

    // MARK: - Conversations

    private func takeFiles(_ allowance: Allowance) async throws(SSHError) -> FileLine<Pipe> {
        var backoff = Backoff(initial: .milliseconds(10), limit: .milliseconds(500))
        while true {
            try allowance.check()
            while let line = idleFiles.popLast() {
                if !isEnded(line.pipe) { return line }
                discard(line.pipe)
            }
            if let pipe = try await openPipe(to: "sftp", allowance) { return try await begin(on: pipe, allowance) }
            try allowance.checkMayWait()
            try await pause(backoff.advance(), allowance)
        }
    }

    private func begin(on pipe: Pipe, _ allowance: Allowance) async throws(SSHError) -> FileLine<Pipe> {
        let line = FileLine(pipe)
        do throws(SSHError) {
            guard case .version(3..., let features) = try await drive(GreetingErrand(), on: line, allowance) else {
                throw refused("it does not speak SFTP version 3")
            }
            line.files.features = features
            if features.names.contains(.limits) {
                let answer = try await drive(SingleErrand(.extended(.limits, [])), on: line, allowance)
                if case .extended(let limits) = answer { line.files.features.take(limits: limits) }
            }
            return line
        } catch {
            discard(pipe)
            guard case .connectionLost = error else { throw error }
            throw failure ?? refused("the server ended it, or its shell's profile prints something")
        }
    }

    private func refused(_ why: String) -> SSHError {
        .requestRefused(what: "file transfer (SFTP) for \(endpoint.userName): \(why)")
    }

    /// Gives a conversation back; one that was left half way is closed.
    private func settle(_ line: FileLine<Pipe>) {
        let isWhole = line.files.outstanding == 0 && failure == nil && !isEnded(line.pipe)
        if isWhole, idleFiles.count < 2 { idleFiles.append(line) } else { discard(line.pipe) }
    }
}
