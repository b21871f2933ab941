import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import GatewayHTTP

@Suite("The pace of bodies")
struct BodyPaceTests {
    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .patch, scheme: nil, authority: "x", path: "/api/v1/uploads/u")
    )

    private func channel(_ leastBytesPerSecond: Int = 100) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: BodyPace(leastBytesPerSecond: leastBytesPerSecond))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(Self.head)
        return channel
    }

    /// Bytes of a body that come every second for a time, while the gateway asks for more or not.
    private func send(_ bytes: Int, seconds: Int, to channel: EmbeddedChannel, isAsking: Bool = true) throws {
        for _ in 0..<seconds where channel.isActive {
            if isAsking { channel.read() }
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            if channel.isActive {
                try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 1, count: bytes)))
            }
        }
    }

    @Test("a byte now and then ends the connection; the least speed does not")
    func drips() throws {
        let slow = try channel()
        try send(1, seconds: 70, to: slow)
        #expect(!slow.isActive)
        let fast = try channel()
        try send(110, seconds: 200, to: fast)
        #expect(fast.isActive)
        _ = try? fast.finish(acceptAlreadyClosed: true)
    }

    @Test("a gateway that takes its time is not held against the sender, nor is the time after the body")
    func patience() throws {
        let busy = try channel()
        try send(1, seconds: 200, to: busy, isAsking: false)
        #expect(busy.isActive)
        try busy.writeInbound(HTTPRequestPart.end(nil))
        busy.read()
        busy.embeddedEventLoop.advanceTime(by: .seconds(600))
        #expect(busy.isActive)
        _ = try? busy.finish(acceptAlreadyClosed: true)
    }

    @Test("0 is no limit")
    func none() throws {
        let channel = try channel(0)
        try send(1, seconds: 200, to: channel)
        #expect(channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
