extension MasterSession: FileHost {
    /// What the server may send before we have fetched it; over a distance this decides the speed of downloads.
    private static let window: UInt32 = 8 << 20

    /// A channel with a subsystem at its end.
    func openPipe(to subsystem: String, _ allowance: Allowance) async throws(SSHError) -> MasterChannel? {
        guard let channel = try await openChannelOnce(allowance, window: Self.window) else { return nil }
        do throws(SSHError) {
            guard try await request("subsystem", subsystem, channel, allowance) else {
                throw SSHError.requestRefused(
                    what: "file transfer (SFTP) for \(endpoint.userName): no such subsystem"
                )
            }
            return channel
        } catch {
            free(channel)
            throw error
        }
    }

    /// Gives the server what it takes now.
    func send(_ bytes: ArraySlice<UInt8>, on channel: MasterChannel) throws(SSHError) -> Int {
        var sent = 0
        while !wire.isCongested, let (packet, count) = channel.state.send(bytes.dropFirst(sent)) {
            sent += count
            send(packet)
        }
        return sent
    }

    /// Adds what has come in.
    func receive(from channel: MasterChannel, into stream: inout PacketStream) throws(SSHError) -> Bool {
        receive()
        let fetched = channel.state.fetch(into: &stream)
        send(fetched.reply)
        return fetched.count > 0
    }

    /// Whether the server has ended the channel.
    func isEnded(_ channel: MasterChannel) -> Bool { channel.state.isClosed || channel.state.isEnded }

    /// Closes a channel.
    func discard(_ channel: MasterChannel) { free(channel) }
}
