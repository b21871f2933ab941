import CSSH2
import Glibc

/// The socket as libssh2 sees it, with a buffer for what the network does not take at once.
///
/// Sending never answers "again": a half-sent packet of one channel would make libssh2 1.10 refuse the packets of all
/// others (`LIBSSH2_ERROR_BAD_USE`). So the library only ever waits for input, and writers look at `isCongested`.
///
/// Not Sendable: only the connection's own thread touches it.
@safe final class Wire {
    /// Grows whenever something came in, or room came up for more output; whoever saw an older value looks again.
    private(set) var activity: UInt64 = 0
    /// The errno that ended the connection; 0 while it lives.
    private(set) var failure: Int32 = 0
    private(set) var socket: Int32 = -1
    /// Answers what the server asks while it lets us in.
    var interview: Interview?
    private var outgoing: [UInt8] = []
    private var sent = 0

    private static let congestion = 512 << 10

    var isCongested: Bool { outgoing.count - sent > Self.congestion }
    var hasOutgoing: Bool { sent < outgoing.count && failure == 0 }

    /// Makes every waiter look again.
    func note() { activity &+= 1 }

    func attach(_ socket: Int32) { self.socket = socket }

    /// Ends the connection for all who use it; the first reason stays.
    func breakOff(_ reason: Int32 = ECONNABORTED) {
        if failure == 0 { failure = reason }
        note()
    }

    func closeSocket() {
        breakOff()
        if socket >= 0 { Glibc.close(socket) }
        socket = -1
    }

    /// The library's way to the network: bytes received, or a negative errno.
    func receive(_ buffer: UnsafeMutableRawPointer, _ length: Int) -> Int {
        guard failure == 0 else { return -Int(failure) }
        let count = unsafe recv(socket, buffer, length, 0)
        if count > 0 {
            note()
            return count
        }
        let reason = count == 0 ? ECONNRESET : errno
        if reason == EAGAIN || reason == EINTR { return -Int(EAGAIN) }
        breakOff(reason)
        return -Int(reason)
    }

    /// Takes all of it, always, unless the connection is dead.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard failure == 0 else { return -Int(failure) }
        // Past the buffer, when nothing waits in it: most packets are taken at once.
        let taken = hasOutgoing ? 0 : unsafe give(bytes)
        if taken < bytes.count { unsafe outgoing.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[taken...])) }
        flush()
        return failure == 0 ? bytes.count : -Int(failure)
    }

    /// - Returns: how much the network took.
    private func give(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return count }
            if errno == EINTR { continue }
            if errno != EAGAIN { breakOff(errno) }
            return 0
        }
    }

    /// Gives the network what it takes now.
    func flush() {
        let wasCongested = isCongested
        while hasOutgoing {
            let count = unsafe outgoing.withUnsafeBytes { bytes in
                unsafe give(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
            }
            guard count > 0 else { break }
            sent += count
        }
        if sent == outgoing.count || sent > 4 * Self.congestion {
            outgoing.discardFirst(sent)
            sent = 0
        }
        if wasCongested, !isCongested { note() }
    }
}

/// Gives a session its wire.
///
/// `abstract` of the session points at the wire, which outlives it.
func connectTransport(of session: OpaquePointer) {
    unsafe cssh2_set_transport(
        session,
        { _, buffer, length, _, abstract in
            guard let wire = unsafe wire(from: abstract), let buffer = unsafe buffer else { return -Int(EBADF) }
            return unsafe wire.receive(buffer, length)
        },
        { _, buffer, length, _, abstract in
            guard let wire = unsafe wire(from: abstract), let buffer = unsafe buffer else { return -Int(EBADF) }
            return unsafe wire.send(UnsafeRawBufferPointer(start: buffer, count: length))
        }
    )
}

func wire(from abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Wire? {
    guard let pointer = unsafe abstract?.pointee else { return nil }
    return unsafe Unmanaged<Wire>.fromOpaque(pointer).takeUnretainedValue()
}
