internal import NIOCore
internal import NIOSSL
internal import NIOWebSocket
internal import Synchronization

/// What a client sends on a WebSocket, as far as a stream of events cares.
enum ClientSignal: Sendable {
    /// Wants a pong.
    case ping(ByteBuffer)
    /// Wants to end, or must be ended, with this code and reason.
    case close(UInt16, String)
    /// The connection is gone.
    case gone
}

/// Takes the bytes of an upgraded connection, so that the HTTP decoder behind it sees none of them.
final class ClientFrames: ChannelInboundHandler, Sendable {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = Never

    /// The largest frame a client may send: nobody has anything long to say here.
    static let largestFrame = 4096

    /// What came, the newest few where nobody reads: a client that only pings is not worth memory.
    let signals: AsyncStream<ClientSignal>
    private let continuation: AsyncStream<ClientSignal>.Continuation
    private let heardAt = Mutex(ContinuousClock.now)

    init() {
        (signals, continuation) = AsyncStream.makeStream(of: ClientSignal.self, bufferingPolicy: .bufferingNewest(4))
    }

    /// How long nothing has come.
    var silence: Duration { ContinuousClock.now - heardAt.withLock { $0 } }

    /// Puts itself and a decoder before everything else on a channel that is not TLS.
    func take(_ channel: any Channel) async throws {
        try await channel.eventLoop.submit {
            let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Self.largestFrame))
            let pipeline = channel.pipeline.syncOperations
            let encryption = try? pipeline.handler(type: NIOSSLServerHandler.self)
            try pipeline.addHandlers([decoder, self], position: encryption.map { .after($0) } ?? .first)
        }.get()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        heardAt.withLock { $0 = .now }
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            continuation.yield(.close(1002, "a client's frames are masked and use no extension (RFC 6455 §5.1)"))
            return
        }
        var payload = frame.unmaskedData
        switch frame.opcode {
        case .ping: continuation.yield(.ping(payload))
        case .pong: return
        case .connectionClose:
            let code = payload.readInteger(as: UInt16.self) ?? 1000
            continuation.yield(.close((1000...4999).contains(code) ? code : 1002, ""))
        case .text, .binary, .continuation: continuation.yield(.close(1003, "this stream takes no messages"))
        default: continuation.yield(.close(1002, "an unknown kind of frame"))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isTooLong = if case .invalidFrameLength? = error as? NIOWebSocketError { true } else { false }
        continuation.yield(isTooLong ? .close(1009, "the frame is too long") : .close(1002, "a malformed frame"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.yield(.gone)
        continuation.finish()
        context.fireChannelInactive()
    }
}
