/// One SFTP subsystem of a session, used by one operation at a time.
///
/// Not Sendable: it stays in its session.
final class FileConversation {
    let channel: MasterChannel
    /// More than a server may send for what we ask.
    var incoming = PacketStream(limit: 1 << 20)
    var answers: [UInt32: FileAnswer] = [:]
    private(set) var lastID: UInt32 = 0
    private var outgoing: [UInt8] = []
    private var sent = 0

    init(channel: MasterChannel) { self.channel = channel }

    /// Puts a request into the queue.
    func ask(_ packet: FilePacket) -> UInt32 {
        lastID += 1
        put(packet.bytes(id: lastID))
        return lastID
    }

    func put(_ bytes: [UInt8]) {
        if sent == outgoing.count { (outgoing, sent) = ([], 0) }
        outgoing += bytes
    }

    /// The next packet that the server takes now.
    func nextPacket() -> [UInt8]? {
        guard sent < outgoing.count, let (packet, count) = channel.state.send(outgoing, from: sent) else { return nil }
        sent += count
        return packet
    }
}

/// A remote file open for reading.
///
/// Not Sendable: it stays in its session.
final class RemoteFile {
    let files: FileConversation
    let handle: [UInt8]
    var offset: UInt64
    /// What went wrong; then the conversation is not used again.
    var problem: SSHError?

    init(_ files: FileConversation, handle: [UInt8], offset: UInt64) {
        self.files = files
        self.handle = handle
        self.offset = offset
    }
}

extension MasterSession {
    /// A free conversation, or a new one.
    func takeFiles(_ allowance: Allowance) async throws(SSHError) -> FileConversation {
        var backoff = Backoff(initial: .milliseconds(10), limit: .milliseconds(500))
        while true {
            try allowance.check()
            while let files = idleFileChannels.popLast() {
                if !files.channel.state.isClosed { return files }
                free(files.channel)
            }
            if let channel = try await openChannelOnce(allowance) { return try await begin(on: channel, allowance) }
            try await pause(backoff.advance(), allowance)
        }
    }

    private func begin(on channel: MasterChannel, _ allowance: Allowance) async throws(SSHError) -> FileConversation {
        let files = FileConversation(channel: channel)
        do throws(SSHError) {
            guard try await request("subsystem", "sftp", channel, allowance) else { throw refused("no such subsystem") }
            files.put(FilePacket.hello)
            guard case .version(3...) = try await answer(to: 0, on: files, allowance) else {
                throw refused("it does not speak SFTP version 3")
            }
            return files
        } catch {
            free(channel)
            guard case .connectionLost = error else { throw error }
            throw failure ?? refused("the server ended it")
        }
    }

    private func refused(_ why: String) -> SSHError {
        .requestRefused(what: "file transfer (SFTP) for \(endpoint.userName): \(why)")
    }

    /// Gives a conversation back; one that was left half way is closed.
    func settle(_ files: FileConversation, after error: SSHError? = nil) {
        let isWhole: Bool =
            switch error {
            case nil, .fileFailure: true
            case .cannotConnect, .timedOut, .hostKeyUnknown, .hostKeyChanged, .authenticationRefused, .loginNeeded,
                .keyFileUnusable,
                .connectionLost, .requestRefused, .outputTooLarge, .cancelled:
                false
            }
        if isWhole, failure == nil, !files.channel.state.isClosed, idleFileChannels.count < 2 {
            idleFileChannels.append(files)
        } else {
            free(files.channel)
        }
    }

    /// Sends what is queued, and waits for the answer to one request.
    func answer(
        to id: UInt32,
        on files: FileConversation,
        _ allowance: Allowance
    ) async throws(SSHError) -> FileAnswer {
        try allowance.check()
        return try await perform(allowance) { () throws(SSHError) in
            while !wire.isCongested, let packet = files.nextPacket() { send(packet) }
            let fetched = files.channel.state.fetch()
            send(fetched.reply)
            files.incoming.append(fetched.output)
            do throws(PacketStream.TooLong) {
                while let packet = try files.incoming.next() {
                    if let (id, answer) = FileAnswer.read(packet) { files.answers[id] = answer }
                }
            } catch {
                throw .connectionLost(commandMayHaveRun: true)
            }
            if let answer = files.answers.removeValue(forKey: id) { return .done(answer) }
            if files.channel.state.isClosed { throw .connectionLost(commandMayHaveRun: true) }
            return .again
        }
    }

    /// Asks one thing.
    func ask(
        _ packet: FilePacket,
        on files: FileConversation,
        _ allowance: Allowance
    ) async throws(SSHError) -> FileAnswer {
        try await answer(to: files.ask(packet), on: files, allowance)
    }
}
