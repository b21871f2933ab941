import Foundation
import Synchronization
import Testing

@testable import SSHClient

@Suite("A cut connection", .timeLimit(.minutes(3)))
struct ResumptionTests {
    @Test("a download that is cut goes on where its consumer is", arguments: SSHEndpoint.Transport.allCases)
    func download(_ transport: SSHEndpoint.Transport) async throws {
        let (server, pool, proxy) = try await through(transport)
        defer { proxy.close() }
        let bytes = TransferTests.pattern(12 << 20)
        try await pool.writeFile(server.path("far"), bytes)
        let received = Mutex<[UInt8]>([])
        var cuts = 0
        while true {
            let offset = UInt64(received.withLock { $0.count })
            // Somewhere in the middle of a packet; twice, and then no more.
            if cuts < 2 { proxy.cut(after: Int.random(in: 200_000...5_000_000)) }
            do {
                try await pool.download(server.path("far"), offset: offset, limit: .max) { piece in
                    received.withLock { $0 += piece }
                }
                break
            } catch SSHError.connectionLost {
                cuts += 1
            }
        }
        #expect(cuts == 2)
        let isWhole = received.withLock { $0 } == bytes
        #expect(isWhole)
    }

    @Test("an upload that is cut goes on at the size of what the site has", arguments: SSHEndpoint.Transport.allCases)
    func upload(_ transport: SSHEndpoint.Transport) async throws {
        let (server, pool, proxy) = try await through(transport)
        defer { proxy.close() }
        let bytes = TransferTests.pattern(12 << 20)
        var cuts = 0
        while true {
            let offset = try await pool.stat(server.path("far"))?.size ?? 0
            if cuts < 2 { proxy.cut(after: Int.random(in: 200_000...5_000_000)) }
            let pieces = Pieces(Array(bytes.dropFirst(Int(offset))), sizes: [300_000])
            do {
                try await pool.upload(to: server.path("far"), offset: offset) { pieces.next() }
                break
            } catch SSHError.connectionLost {
                cuts += 1
            }
        }
        #expect(cuts == 2)
        let isWhole = FileManager.default.contents(atPath: server.path("far")) == Data(bytes)
        #expect(isWhole)
    }

    private func through(
        _ transport: SSHEndpoint.Transport
    ) async throws -> (SSHTestServer, SSHConnectionPool, CuttingProxy) {
        let server = try await SSHTestServer()
        let proxy = try CuttingProxy(to: server.port)
        var endpoint = server.endpoint(transport)
        endpoint.port = proxy.port
        try server.trust(server.publicKey("host"), as: "[127.0.0.1]:\(proxy.port)")
        let pool = server.pool(endpoint)
        try await pool.connect()
        return (server, pool, proxy)
    }
}
