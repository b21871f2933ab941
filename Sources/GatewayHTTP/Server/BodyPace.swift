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
    private static let span = TimeAmount.seconds(30)

    /// Waiting for less than this says nothing of the sender.
    private static let leastWait = TimeAmount.seconds(15)

    private let leastBytesPerSecond: Int
    private var received = 0
    /// How long the gateway has waited for bytes in this span.
    private var waited = TimeAmount.zero
    /// Since when it waits; nil while it does not ask.
    private var askedAt: NIODeadline?
    private var look: Scheduled<Void>?

    /// - Parameter leastBytesPerSecond: the least speed; 0 for none.
    init(leastBytesPerSecond: Int) { self.leastBytesPerSecond = leastBytesPerSecond }

    func read(context: ChannelHandlerContext) {
        if look != nil, askedAt == nil { askedAt = context.eventLoop.now }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: begin(context)
        case .body(let bytes):
            received += bytes.readableBytes
            stopWaiting(context.eventLoop.now)
        case .end: end()
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func begin(_ context: ChannelHandlerContext) {
        guard leastBytesPerSecond > 0 else { return }
        end()
        schedule(context)
    }

    private func end() {
        look?.cancel()
        look = nil
        askedAt = nil
    }

    private func stopWaiting(_ now: NIODeadline) {
        if let askedAt { waited = waited + (now - askedAt) }
        askedAt = nil
    }

    private func schedule(_ context: ChannelHandlerContext) {
        (received, waited) = (0, .zero)
        look = context.eventLoop.assumeIsolated().scheduleTask(in: Self.span) {
            let isAsking = self.askedAt != nil
            self.stopWaiting(context.eventLoop.now)
            let expected = Double(self.leastBytesPerSecond) * Double(self.waited.nanoseconds) / 1e9
            if self.waited >= Self.leastWait, Double(self.received) < expected {
                context.close(promise: nil)
                return
            }
            if isAsking { self.askedAt = context.eventLoop.now }
            self.schedule(context)
        }
    }
}
