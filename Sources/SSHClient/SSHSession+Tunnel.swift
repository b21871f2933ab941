import CSSH2
import Glibc
import Logging

extension SSHSession {
    /// A way through this host to another (RFC 4254 §7.2), as a socket.
    ///
    /// It lives as long as both ends want it; who closes the socket ends it.
    func tunnel(to target: SSHEndpoint, _ allowance: Allowance) async throws(SSHError) -> Int32 {
        let channel = try await openTunnel(to: target, allowance)
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            let reason = SystemFailure(errno)
            await free(channel)
            throw target.cannotConnect("no socket for the way through \(endpoint): \(reason)")
        }
        let ours = ends[1]
        beginOperation()
        // Lives as long as the connection that goes through it, and ends with its socket.
        Task {
            await self.relay(TunnelTraffic(channel, ours))
            Glibc.close(ours)
            await self.free(channel)
            self.endOperation()
        }
        return ends[0]
    }

    private func openTunnel(to target: SSHEndpoint, _ allowance: Allowance) async throws(SSHError) -> Channel {
        try await beginOpening(allowance)
        let request = { () throws(SSHError) -> Attempt<Channel?> in
            let pointer = unsafe libssh2_channel_direct_tcpip_ex(
                self.handle,
                target.host,
                Int32(target.portNumber),
                "127.0.0.1",
                22
            )
            if let pointer = unsafe pointer { return .done(unsafe Channel(pointer: pointer)) }
            return try self.judgeLastError() ? .done(nil) : .again
        }
        // A session that was left half way here is of no use to anybody, and is closed by whoever opened it.
        let channel = try await perform(allowance, request)
        endOpening()
        guard let channel else {
            throw target.cannotConnect("the jump host \(endpoint) does not get there: \(lastError)")
        }
        return channel
    }

    private func relay(_ traffic: TunnelTraffic) async {
        while failure == nil, wire.failure == 0 {
            let seen = wire.activity
            if traffic.move(wire) { continue }
            if traffic.isOver { return }
            let events = traffic.awaitedEvents(wire)
            let isListening = !traffic.isFull
            await withCheckedContinuation { continuation in
                self.thread.register(
                    continuation,
                    since: seen,
                    companion: (traffic.socket, events),
                    isListening: isListening
                )
            }
        }
    }
}

/// Bytes on their way between a channel and a socket.
///
/// Not Sendable: it stays in its session.
@safe private final class TunnelTraffic {
    let socket: Int32
    private let channel: Channel
    private var inward: [UInt8] = []
    private var outward: [UInt8] = []
    private(set) var isOver = false
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(_ channel: Channel, _ socket: Int32) {
        self.channel = channel
        self.socket = socket
    }

    /// Whether the socket must take some before the channel is read again.
    var isFull: Bool { !inward.isEmpty }

    func awaitedEvents(_ wire: Wire) -> Int16 {
        (outward.isEmpty && !wire.isCongested ? Int16(POLLIN) : 0) | (inward.isEmpty ? 0 : Int16(POLLOUT))
    }

    /// Moves what can be moved now.
    ///
    /// - Returns: whether that was anything.
    func move(_ wire: Wire) -> Bool {
        let moved = [fill(), pour(), take(wire), put()]
        return moved.contains(true)
    }

    /// From the channel.
    private func fill() -> Bool {
        guard inward.isEmpty, !isOver else { return false }
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe libssh2_channel_read_ex(
                channel.pointer,
                0,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                bytes.count
            )
        }
        if count > 0 { inward = Array(buffer.prefix(count)) }
        let isEnded = unsafe libssh2_channel_eof(channel.pointer) != 0
        if count <= 0, count != Int(LIBSSH2_ERROR_EAGAIN), isEnded || count < 0 { isOver = true }
        return count > 0
    }

    /// To the socket.
    private func pour() -> Bool {
        guard !inward.isEmpty else { return false }
        let count = unsafe send(socket, inward, inward.count, Int32(MSG_NOSIGNAL))
        if count > 0 { inward.removeFirst(count) }
        if count < 0, errno != EAGAIN, errno != EINTR { isOver = true }
        return count > 0
    }

    /// From the socket.
    private func take(_ wire: Wire) -> Bool {
        guard outward.isEmpty, !isOver, !wire.isCongested else { return false }
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        if count > 0 { outward = Array(buffer.prefix(count)) }
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { isOver = true }
        return count > 0
    }

    /// To the channel.
    private func put() -> Bool {
        guard !outward.isEmpty else { return false }
        let count = unsafe outward.withUnsafeBytes { bytes in
            unsafe libssh2_channel_write_ex(
                channel.pointer,
                0,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                bytes.count
            )
        }
        if count > 0 { outward.removeFirst(count) }
        if count < 0, count != Int(LIBSSH2_ERROR_EAGAIN) { isOver = true }
        return count > 0
    }
}
