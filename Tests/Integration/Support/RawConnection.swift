import Foundation
import Testing

/// A TCP connection to a gateway that sends what a test wants and otherwise stays still.
final class RawConnection {
    private let handle: Int32

    /// Connects and sends a text.
    init(port: Int, sending text: String = "") throws {
        handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(handle, $0, size) }
        }
        try #require(connected == 0, "cannot connect: \(errno)")
        let bytes = Array(text.utf8)
        try #require(unsafe send(handle, bytes, bytes.count, 0) == bytes.count)
    }

    deinit { close(handle) }

    /// Whether the other side has closed it; what it sent before is thrown away.
    var isClosed: Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(handle, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count == 0 { return true }
            if count < 0 { return errno != EAGAIN && errno != EWOULDBLOCK }
        }
    }
}
