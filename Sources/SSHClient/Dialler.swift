import CSSH2
import Glibc

/// Opens the TCP connection.
///
/// Blocks: belongs on the connection's own thread.
struct Dialler {
    let host: String
    let port: Int
    let deadline: ContinuousClock.Instant
    /// How long the peer may leave sent bytes unacknowledged (TCP_USER_TIMEOUT, tcp(7)).
    let acknowledgementLimit: Duration
    let isCancelled: () -> Bool

    /// Tries the addresses in the resolver's order.
    func dial() throws(SSHError) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { throw failure(unsafe String(cString: gai_strerror(code))) }
        defer { unsafe freeaddrinfo(list) }
        var remaining = 0
        var entry = unsafe list
        while let address = unsafe entry {
            remaining += 1
            unsafe entry = address.pointee.ai_next
        }
        var reasons: [String] = []
        unsafe entry = unsafe list
        while let address = unsafe entry {
            // Every address gets its share of the time, so a silent IPv6 route does not use it all up.
            let share = max((deadline - .now) / remaining, .milliseconds(1))
            switch unsafe connect(to: address.pointee, until: min(deadline, .now + share)) {
            case .success(let socket): return socket
            case .failure(let reason): reasons.append(reason.description)
            }
            if isCancelled() { throw .cancelled(commandMayHaveRun: false) }
            remaining -= 1
            unsafe entry = address.pointee.ai_next
        }
        throw failure(Array(Set(reasons)).sorted().joined(separator: "; "))
    }

    private func failure(_ reason: String) -> SSHError { .cannotConnect(host: host, port: port, reason: reason) }

    private func connect(
        to address: addrinfo,
        until limit: ContinuousClock.Instant
    ) -> Result<Int32, SystemFailure> {
        let kind = unsafe address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = unsafe socket(address.ai_family, kind, address.ai_protocol)
        guard descriptor >= 0 else { return .failure(SystemFailure(errno)) }
        let code = unsafe Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen)
        let problem = code == 0 ? 0 : errno == EINPROGRESS ? waitForConnection(descriptor, until: limit) : errno
        guard problem == 0 else {
            close(descriptor)
            return .failure(SystemFailure(problem))
        }
        set(descriptor, Int32(TCP_NODELAY), 1)
        set(descriptor, Int32(TCP_USER_TIMEOUT), Int32(clamping: acknowledgementLimit.components.seconds * 1000))
        return .success(descriptor)
    }

    private func waitForConnection(_ descriptor: Int32, until limit: ContinuousClock.Instant) -> Int32 {
        while ContinuousClock.now < limit, !isCancelled() {
            var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            // Short, so that a cancellation is noticed.
            guard unsafe poll(&polled, 1, 50) > 0 else { continue }
            var problem: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size)
            return problem
        }
        return ETIMEDOUT
    }

    private func set(_ descriptor: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), option, &value, size)
    }
}
