internal import NIOCore

/// A frame from the server (RFC 6455 §5.2): whole, and never masked.
enum ServerFrame: Sendable {
    /// Text for the application.
    case text(String)
    /// Asks whether the other side is there.
    case ping
    /// Answers a ping.
    case pong(ByteBuffer)
    /// The last frame.
    case close(UInt16, String)

    /// Its bytes.
    var bytes: ByteBuffer {
        switch self {
        case .text(let text): Self.frame(1, ByteBuffer(string: text))
        case .ping: Self.frame(9, ByteBuffer())
        case .pong(let payload): Self.frame(10, payload)
        case .close(let code, let reason):
            Self.frame(8, ByteBuffer(integer: code) + ByteBuffer(string: String(reason.prefix(100))))
        }
    }

    private static func frame(_ code: UInt8, _ payload: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(0x80 | code)
        switch payload.readableBytes {
        case 0...125: buffer.writeInteger(UInt8(payload.readableBytes))
        case 126...0xFFFF:
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(payload.readableBytes))
        default:
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(payload.readableBytes))
        }
        buffer.writeImmutableBuffer(payload)
        return buffer
    }
}

extension ByteBuffer {
    fileprivate static func + (first: ByteBuffer, second: ByteBuffer) -> ByteBuffer {
        var buffer = first
        buffer.writeImmutableBuffer(second)
        return buffer
    }
}
