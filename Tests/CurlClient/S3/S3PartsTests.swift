import Foundation
import Testing

@testable import CurlClient

@Suite(.timeLimit(.minutes(2)))
struct S3PartsTests {
    private static let byteCount = 24 << 20
    private let server: S3Server
    private let key = S3Server.prefix() + "large ü"

    init() throws {
        server = try S3Server()
    }

    /// Bytes that tell their place; which of them were read is told.
    private static func source(_ reads: @escaping @Sendable (Range<Int>) -> Void = { _ in }) -> ByteSource {
        ByteSource(byteCount: byteCount) { range in
            reads(range)
            // A block of 4 KiB bears its number: quick to make, and no two places are alike.
            let blocks = range.lowerBound >> 12...(range.upperBound - 1) >> 12
            let bytes = blocks.flatMap { Array(repeating: UInt8(truncatingIfNeeded: $0 ^ $0 >> 8), count: 4096) }
            return Array(bytes.dropFirst(range.lowerBound & 4095).prefix(range.count))
        }
    }

    /// A port that leads to the server, and cuts the line after so many bytes.
    private func cuttingPort(after count: Int) async throws -> Int {
        let faulty = try FaultyServer.shared.get()
        let client = HTTPClient(.init(userAgent: "farfield-tests/1"))
        let answer = try await client.send(HTTPRequest("GET", faulty.url + "/relay?\(server.port),\(count)"))
        return try #require(Int(answer.text))
    }

    @Test func aCutUploadGoesOnWhereItWas() async throws {
        let client = try server.client()
        let upload = try await client.begin(key, mediaType: "application/x-test")
        let cut = try server.client(port: try await cuttingPort(after: 13 << 20))
        await #expect {
            try await cut.finish(upload, Self.source(), partByteCount: 5 << 20)
        } throws: {
            ($0 as? S3Error)?.isTransient == true
        }
        #expect(try await client.storedParts(upload).map(\.number) == [1, 2])

        let lowest = Lowest()
        let object = try await client.finish(upload, Self.source(lowest.note), partByteCount: 5 << 20)
        #expect(lowest.value == 10 << 20)
        #expect(object.byteCount == Self.byteCount)
        #expect(object.mediaType == "application/x-test")
        let stored = try await client.get(key).bytes()
        #expect(try await SHA256.digest(stored) == SHA256.digest(of: Self.source()))
        await #expect(throws: S3Error.noSuchUpload) { try await client.storedParts(upload) }
    }

    @Test func whatFailsForGoodLeavesNoParts() async throws {
        let client = try server.client()
        let upload = try await client.begin(key)
        let broken = ByteSource(byteCount: Self.byteCount) { range in
            guard range.lowerBound < 11 << 20 else { throw S3Error.noSuchUpload }
            return [UInt8](repeating: 1, count: range.count)
        }
        await #expect {
            try await client.finish(upload, broken, partByteCount: 5 << 20)
        } throws: {
            guard case S3Error.sourceFailed = $0 else { return false }
            return true
        }
        await #expect(throws: S3Error.noSuchUpload) { try await client.storedParts(upload) }
        try await client.abort(upload)
    }

    @Test(arguments: [
        (0, 16 << 20, 1, 0), (1, 16 << 20, 1, 1), (24 << 20, 5 << 20, 5, 4 << 20), (10 << 20, 1 << 20, 2, 5 << 20),
        (10 << 20, 5 << 20, 2, 5 << 20),
    ])
    func partsCoverTheObject(byteCount: Int, wanted: Int, count: Int, last: Int) {
        let ranges = S3Client.ranges(byteCount, wanted)
        #expect(ranges.count == count)
        #expect(ranges.last?.count == last)
        #expect(ranges.reduce(0) { $0 + $1.count } == byteCount)
    }

    @Test(arguments: [160 << 30, (160 << 30) + 1, 5 << 40])
    func thereAreNeverMoreThanTenThousandParts(byteCount: Int) {
        let ranges = S3Client.ranges(byteCount, 16 << 20)
        #expect(ranges.count <= 10_000)
        #expect(ranges.last?.upperBound == byteCount)
        #expect(ranges.allSatisfy { $0.count <= 5 << 30 })
    }
}

/// The lowest byte that was read.
private final class Lowest: Sendable {
    private let lowest = Guarded(Int.max)

    var value: Int { lowest.withLock { $0 } }

    func note(_ range: Range<Int>) { lowest.withLock { $0 = min($0, range.lowerBound) } }
}
