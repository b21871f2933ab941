import CSSH2
import Logging

/// A channel of a session.
///
/// Safe: only the session uses the pointer, and only while the session lives.
@safe struct Channel {
    let pointer: OpaquePointer
}

extension SSHSession {
    /// A new channel.
    ///
    /// The server may say no while an earlier session of ours is not quite gone (it frees a place
    /// slightly after we see the exit status); nothing was run then, so it is asked again, ever more slowly.
    func openChannel(_ allowance: Allowance) async throws(SSHError) -> Channel {
        var backoff = Backoff(initial: .milliseconds(10), limit: .milliseconds(500))
        while true {
            if let channel = try await openChannelOnce(allowance) { return channel }
            // A free file channel of our own may hold the only place.
            if let line = idleFiles.popLast() {
                await free(line.pipe)
                continue
            }
            try await pause(backoff.advance(), allowance)
        }
    }

    /// Nil when the server refuses the channel ("open failed").
    func openChannelOnce(_ allowance: Allowance, window: UInt32 = 2 << 20) async throws(SSHError) -> Channel? {
        try await beginOpening(allowance)
        do throws(SSHError) {
            let channel = try await perform(allowance) { () throws(SSHError) in try requestChannel(window) }
            endOpening()
            return channel
        } catch {
            // Half way: it has to be finished, or the session could open no other.
            beginOperation()
            // Outlives the caller, who has been let go; ends with the server's answer or the connection.
            Task {
                if let channel = try? await self.perform(
                    Self.patience,
                    { () throws(SSHError) in try self.requestChannel(window) }
                ) {
                    await self.free(channel)
                }
                self.endOpening()
                self.endOperation()
            }
            throw error
        }
    }

    private func requestChannel(_ window: UInt32) throws(SSHError) -> Attempt<Channel?> {
        let packet = UInt32(LIBSSH2_CHANNEL_PACKET_DEFAULT)
        let pointer = unsafe libssh2_channel_open_ex(handle, "session", 7, window, packet, nil, 0)
        if let pointer = unsafe pointer { return .done(unsafe Channel(pointer: pointer)) }
        return try judgeLastError() ? .done(nil) : .again
    }

    /// Closes a channel and gives it back; also when the caller has no time left.
    func free(_ channel: Channel) async {
        let result = try? await perform(Self.patience) { () throws(SSHError) in
            try judge(Int(unsafe libssh2_channel_free(channel.pointer)))
        }
        // What could not be freed goes with the session.
        if result == nil, failure == nil { logger.debug("a channel does not close") }
    }

    /// For what has to be finished although nobody waits for it any more.
    static var patience: Allowance { Allowance("closing a channel", .seconds(60)) }

    /// Waits without a packet to wait for.
    func pause(_ time: Duration, _ allowance: Allowance) async throws(SSHError) {
        let end = min(ContinuousClock.now + time, allowance.deadline)
        while ContinuousClock.now < end {
            if let failure { throw failure }
            try allowance.check()
            let seen = wire.activity
            await withCheckedContinuation { continuation in
                self.thread.register(continuation, since: seen, until: end)
            }
        }
        try allowance.check()
    }
}
