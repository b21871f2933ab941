internal import NIOCore
internal import NIOHTTPTypes

/// Closes connections whose request bodies come too slowly to be meant well.
///
/// A request that is waited for is not late: time counts only while the gateway asks for more bytes.
final class BodyPace: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long is averaged over.
    static let span = TimeAmount.seconds(30)

    private let leastBytes: Int
    private var received = 0
    private var isAsked = false
    /// Whether the gateway did not ask at some moment of this span.
    private var wasBusy = false
    private var look: Scheduled<Void>?

    /// - Parameter leastBytesPerSecond: the least speed; 0 for none.
    init(leastBytesPerSecond: Int) { leastBytes = leastBytesPerSecond * Int(Self.span.nanoseconds / 1_000_000_000) }

    func read(context: ChannelHandlerContext) {
        isAsked = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: begin(context)
        case .body(let bytes):
            received += bytes.readableBytes
            isAsked = false
        case .end: end()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        wasBusy = wasBusy || !isAsked
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func begin(_ context: ChannelHandlerContext) {
        guard leastBytes > 0 else { return }
        end()
        schedule(context)
    }

    private func end() {
        look?.cancel()
        look = nil
    }

    private func schedule(_ context: ChannelHandlerContext) {
        (received, wasBusy) = (0, !isAsked)
        look = context.eventLoop.assumeIsolated().scheduleTask(in: Self.span) {
            if self.isAsked, !self.wasBusy, self.received < self.leastBytes {
                context.close(promise: nil)
            } else {
                self.schedule(context)
            }
        }
    }
}
