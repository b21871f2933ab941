import CSSH2
import Glibc

/// A conversation with a control master, PROTOCOL.mux of OpenSSH, until it becomes a proxy.
///
/// Blocks, but no longer than its timeout.
final class ControlSocket: Sendable {
    private let descriptor: Int32
    private static let hello: UInt32 = 1
    private static let version: UInt32 = 4

    /// Requests, and what agrees to them.
    static let proxy: UInt32 = 0x1000_000f
    static let proxyAgreed: UInt32 = 0x8000_000f
    static let terminate: UInt32 = 0x1000_0005
    static let ok: UInt32 = 0x8000_0001

    init(path: String, timeout: Duration) throws(SystemFailure) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemFailure(errno) }
        var limit = timeval(tv_sec: max(1, Int(timeout.components.seconds)), tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // The whole object is there by now: `deinit` closes what does not connect.
        guard code == 0 else { throw SystemFailure(errno) }
    }

    /// Greets, asks one thing and waits for the agreement.
    func converse(_ request: UInt32, expecting: UInt32, _ endpoint: SSHEndpoint) throws(SSHError) {
        try endpoint.trying("ssh does not answer on its control socket") { () throws(SystemFailure) in
            try send([Self.hello, Self.version])
            guard try receive() == Self.hello else { throw SystemFailure(EPROTO) }
            try send([request, 0])
            guard try receive() == expecting else { throw SystemFailure(EPROTO) }
        }
    }

    private func send(_ numbers: [UInt32]) throws(SystemFailure) {
        let packet = PacketWriter.framed { packet in for number in numbers { packet.put(number) } }
        guard unsafe Glibc.send(descriptor, packet, packet.count, Int32(MSG_NOSIGNAL)) == packet.count else {
            throw SystemFailure(errno)
        }
    }

    /// The number of the next packet.
    private func receive() throws(SystemFailure) -> UInt32 {
        var head = PacketReader(try receive(count: 4))
        guard let length = head.uint32(), length >= 4, length < 1 << 16 else { throw SystemFailure(EPROTO) }
        var body = PacketReader(try receive(count: Int(length)))
        return body.uint32() ?? 0
    }

    private func receive(count: Int) throws(SystemFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe recv(descriptor, &bytes, count, Int32(MSG_WAITALL))
        guard got == count else { throw SystemFailure(got < 0 ? errno : ECONNRESET) }
        return bytes
    }

    /// Gives the socket away, non-blocking from now on.
    func release() -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        _ = fcntl(copy, F_SETFL, O_NONBLOCK)
        return copy
    }

    deinit { close(descriptor) }
}
