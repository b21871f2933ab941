internal import AsyncAlgorithms
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle

/// Events of a job over WebSocket: one JSON text for each, pings as heartbeats, until the last event.
///
/// The frames are written as the body of the answer 101, so that a slow reader is waited for as any other.
struct EventSocket: Sendable {
    /// A client that has not answered for so long is gone: three heartbeats.
    private static let patience = Duration.seconds(45)
    /// How long to wait for the other side's close.
    private static let farewell = Duration.seconds(2)

    private enum Item: Sendable {
        case event(JobEvent?)
        case signal(ClientSignal)
        case over
    }

    private let events: AsyncThrowingStream<JobEvent?, any Error>
    private let channel: any Channel
    private let client = ClientFrames()

    init(_ events: AsyncThrowingStream<JobEvent?, any Error>, on channel: any Channel) {
        self.events = events
        self.channel = channel
    }

    /// The answer 101, whose body goes on until either side ends it.
    func response(_ handshake: Handshake) async throws -> Response {
        try await client.take(channel)
        return Response(
            status: .switchingProtocols,
            headers: handshake.answer,
            body: ResponseBody { writer in
                let last = try await run(&writer)
                if let last { try await writer.write(last.bytes) }
                try await writer.finish(nil)
                if last != nil { await awaitClose() }
                channel.close(promise: nil)
            }
        )
    }

    /// - Returns: the frame to end with; nil when there is nobody to send it to.
    private func run(_ writer: inout any ResponseBodyWriter) async throws -> ServerFrame? {
        let told = chain(events.map(Item.event), [.over].async)
        let items = merge(told, client.signals.map(Item.signal))
        for try await item in items.cancelOnGracefulShutdown() {
            switch item {
            case .event(let event?): try await writer.write(ServerFrame.text(event.json.jsonText).bytes)
            case .event(nil):
                if client.silence > Self.patience { return nil }
                try await writer.write(ServerFrame.ping.bytes)
            case .signal(.ping(let payload)): try await writer.write(ServerFrame.pong(payload).bytes)
            case .signal(.close(let code, let reason)): return .close(code, reason)
            case .signal(.gone): return nil
            case .over: return .close(1000, "the job has ended")
            }
        }
        return .close(1001, "the gateway is stopping")
    }

    /// Gives the other side a moment for its own close, so that it sees ours before the connection ends.
    private func awaitClose() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in client.signals {
                    guard case .ping = signal else { return }
                    continue
                }
            }
            group.addTask { try? await Task.sleep(for: Self.farewell) }
            await group.next()
            group.cancelAll()
        }
    }
}
