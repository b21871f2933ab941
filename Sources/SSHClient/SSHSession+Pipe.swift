import CSSH2

extension SSHSession: FileHost {
    /// What the server may send before we have read it; over a distance this decides the speed of downloads.
    private static let window: UInt32 = 8 << 20

    /// A channel with a subsystem at its end.
    func openPipe(to subsystem: String, _ allowance: Allowance) async throws(SSHError) -> Channel? {
        guard let channel = try await openChannelOnce(allowance, window: Self.window) else { return nil }
        do throws(SSHError) {
            unsafe libssh2_channel_handle_extended_data(channel.pointer, LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE)
            let code = try await perform(allowance) { () throws(SSHError) in
                let length = UInt32(subsystem.utf8.count)
                return try judge(
                    Int(unsafe libssh2_channel_process_startup(channel.pointer, "subsystem", 9, subsystem, length))
                )
            }
            guard code == 0 else {
                throw SSHError.requestRefused(what: "file transfer (SFTP) for \(endpoint.userName): \(lastError)")
            }
            return channel
        } catch {
            discard(channel)
            throw error
        }
    }

    /// Gives the server what it takes now.
    func send(_ bytes: ArraySlice<UInt8>, on channel: Channel) throws(SSHError) -> Int {
        var sent = 0
        while sent < bytes.count, !wire.isCongested {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                let start = unsafe bytes.baseAddress?.advanced(by: sent).assumingMemoryBound(to: CChar.self)
                return unsafe libssh2_channel_write_ex(channel.pointer, 0, start, bytes.count - sent)
            }
            // Less than nothing is an error of this channel alone: it is closed, which shows when it is read.
            guard case .done(let count) = try judge(count), count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// Adds what has come in, a few packets at a time.
    func receive(from channel: Channel, into stream: inout PacketStream) throws(SSHError) -> Bool {
        var hasMoved = false
        for _ in 0..<32 {
            let count = unsafe libssh2_channel_read_ex(channel.pointer, 0, scratch.bytes, scratch.capacity)
            guard case .done(let count) = try judge(count), count > 0 else { break }
            unsafe stream.append(scratch.prefix(count))
            hasMoved = true
        }
        return hasMoved
    }

    /// Whether the server has ended the channel, and everything before has been read.
    func isEnded(_ channel: Channel) -> Bool { unsafe libssh2_channel_eof(channel.pointer) != 0 }

    /// Closes a channel behind the back of whoever used it.
    func discard(_ channel: Channel) {
        beginOperation()
        // Outlives the caller: the server's answer is waited for by nobody else.
        Task {
            await self.free(channel)
            self.endOperation()
        }
    }
}
