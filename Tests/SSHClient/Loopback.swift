import Glibc
import Synchronization

/// A port on the loopback address that nobody listens on just now.
func freePort() throws -> Int {
    let (socket, port) = try listener()
    close(socket)
    return port
}

func canConnect(_ port: Int) -> Bool {
    guard let socket = try? connected(to: port) else { return false }
    close(socket)
    return true
}

/// Stands between client and server, and cuts all connections when told to.
final class CuttingProxy: Sendable {
    let port: Int
    private let target: Int
    private let listening: Int32
    private let sockets = Mutex<[Int32]>([])
    /// Bytes that still pass before everything is cut; nil for all.
    private let allowed = Mutex<Int?>(nil)

    init(to target: Int) throws {
        (listening, port) = try listener()
        self.target = target
        thread { [self] in
            while true {
                let client = accept(listening, nil, nil)
                guard client >= 0 else { return }
                guard let server = try? connected(to: self.target) else {
                    Glibc.close(client)
                    continue
                }
                sockets.withLock { $0 += [client, server] }
                thread { [self] in self.copy(from: client, to: server) }
                thread { [self] in self.copy(from: server, to: client) }
            }
        }
    }

    /// Breaks every connection that is open; new ones are served.
    func cut() {
        let open = sockets.withLock { sockets in
            defer { sockets = [] }
            return sockets
        }
        for socket in open { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    /// Breaks every connection after so many bytes more, in both directions together.
    func cut(after count: Int) { allowed.withLock { $0 = count } }

    /// How many of some bytes may pass; whatever is left of them is lost.
    private func pass(_ count: Int) -> Int {
        allowed.withLock { allowed in
            guard let left = allowed else { return count }
            allowed = left > count ? left - count : nil
            return min(left, count)
        }
    }

    /// Ends the proxy.
    func close() {
        shutdown(listening, Int32(SHUT_RDWR))
        cut()
    }

    private func copy(from source: Int32, to sink: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            let passing = pass(count)
            guard unsafe send(sink, buffer, passing, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(sink, Int32(SHUT_RDWR))
        shutdown(source, Int32(SHUT_RDWR))
    }
}

private struct SocketFailure: Error {
    let number = errno
}

private func thread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var identifier = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    _ = unsafe pthread_create(
        &identifier,
        nil,
        { argument in
            if let argument = unsafe argument { unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        },
        box
    )
    pthread_detach(identifier)
}

private func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
}

private func listener(_ wanted: Int = 0) throws -> (socket: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var on: Int32 = 1
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = loopback(wanted)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe bind(descriptor, pointer, size) == 0 && listen(descriptor, 64) == 0
                && getsockname(descriptor, pointer, &size) == 0
        }
    }
    guard code else { throw SocketFailure() }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

private func connected(to port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port)
    let code = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard code == 0 else {
        close(descriptor)
        throw SocketFailure()
    }
    return descriptor
}

/// Accepts connections (the kernel does) and never says a word.
final class SilentListener: Sendable {
    private let listening: Int32

    init(port: Int) throws { (listening, _) = try listener(port) }

    func close() { Glibc.close(listening) }
}
