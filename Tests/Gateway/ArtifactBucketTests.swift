import Attestation
import CurlClient
import Documents
import Foundation
import Storage
import Testing

@testable import Gateway

/// What only a bucket does.
@Suite("Artifacts in a bucket")
struct ArtifactBucketTests {
    @Test("send and read 100 MiB in parts")
    func large() async throws {
        try await ArtifactPlace.bucket.with { room, shelves in
            let (piece, count) = (pattern(1 << 20), 100)
            let writer = try room.library.writer()
            for _ in 0..<count { try writer.write(piece) }
            let artifact = try await room.library.keep(writer)
            #expect(try await shelves.store.size(of: artifact.digest) == Int64(count << 20))
            for number in [0, 63, 64, 99] {
                let read = try await room.library.read(artifact.digest, offset: Int64(number << 20), length: 1 << 20)
                #expect(read == piece)
            }
            #expect(try await room.library.verify(artifact.digest))
        }
    }

    @Test("show a shelf of more objects than one answer of the server holds")
    func paging() async throws {
        let bucket = try TestBucket().client()
        let prefix = "unit/\(UUID().uuidString)/"
        let store = S3ArtifactStore(bucket, prefix: prefix)
        let names = (0..<1003).map { number in
            let digits = String(number, radix: 16)
            return "ab" + String(repeating: "0", count: 62 - digits.count) + digits
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<16 {
                group.addTask {
                    for name in names.enumerated() where name.offset % 16 == lane {
                        try await bucket.put(ByteSource([1, 2]), at: "\(prefix)sha256/ab/\(name.element.dropFirst(2))")
                    }
                }
            }
            try await group.waitForAll()
        }
        try await bucket.put(ByteSource([1]), at: "\(prefix)sha256/ab/\(names[0].dropFirst(2)).blocks")
        try await bucket.put(ByteSource([1]), at: "\(prefix)sha256/ac/\(names[0].dropFirst(2))")
        try await bucket.put(ByteSource([1]), at: "\(prefix)sha256/b")
        let found = try await store.shelf("ab")
        #expect(found.map(\.digest.hexadecimal).sorted() == names)
        #expect(try await store.shelf("a").count == names.count + 1)
        #expect(try await store.shelf("b").isEmpty)
        #expect(found.allSatisfy { $0.size == 2 })
        let now = TimeKeeper.system.now()
        #expect(found.allSatisfy { $0.modifiedAt < now + .seconds(60) && $0.modifiedAt > now + .seconds(-600) })
    }

    @Test("free the parts of an object whose writer died, and no others")
    func parts() async throws {
        try await ArtifactPlace.bucket.with { room, shelves in
            let store = try #require(shelves.store as? S3ArtifactStore)
            let (upload, stranger) = (
                try await store.client.begin(store.key(of: SHA256Digest(of: [1]))),
                try await store.client.begin("elsewhere/\(UUID().uuidString)")
            )
            // One part arrives; at the next the writer stands still, and then it is too late for it.
            let (reached, signal) = AsyncStream.makeStream(of: Void.self)
            let source = ByteSource(byteCount: 12 << 20) { range in
                if range.lowerBound >= 5 << 20 {
                    signal.yield()
                    try await Task.sleep(for: .seconds(600))
                }
                return [UInt8](repeating: 1, count: range.count)
            }
            let writer = Task { try await store.client.finish(upload, source, partByteCount: 5 << 20) }
            defer { writer.cancel() }
            for await _ in reached { break }
            let parts = try await store.client.begin(store.key(of: SHA256Digest(of: [2])))
            #expect(try await room.collector.plan().count == 0)
            room.clock.pass(.seconds(2 * 86400))
            let plan = try await room.collector.plan()
            #expect(plan.lines.map { "\($0.reason) \($0.count) \($0.bytes)" } == ["temporary 2 \(5 << 20)"])
            #expect(try await room.collector.collect() == plan)
            #expect(try await store.client.uploads(prefix: store.prefix).isEmpty)
            await #expect(throws: S3Error.noSuchUpload) {
                try await store.client.finish(parts, ByteSource([1]))
            }
            #expect(try await store.client.uploads(prefix: stranger.key).map(\.upload) == [stranger])
            try await store.client.abort(stranger)
        }
    }

    @Test("an outage is told as one, and is never taken for damage")
    func outage() async throws {
        try await ArtifactPlace.bucket.with { room, _ in
            let artifact = try await room.hold(pattern(1000))
            func library(_ client: S3Client) -> ArtifactLibrary {
                ArtifactLibrary(
                    database: room.database,
                    store: S3ArtifactStore(client, prefix: "x/"),
                    arrivals: room.library.arrivals,
                    policy: .standard,
                    keeper: room.clock.keeper,
                    logger: room.library.logger
                )
            }
            // Port 1 of loopback: nobody listens there.
            let away = library(try TestBucket().client(endpoint: "http://127.0.0.1:1"))
            let failure = await #expect(throws: ArtifactStoreFailure.self) {
                try await away.read(artifact.digest, offset: 0, length: 10)
            }
            #expect(failure?.isTransient == true)
            #expect(failure.flatMap { GatewayError(outage: $0) }?.kind == .storeUnavailable)
            let writer = try away.writer()
            try writer.write([1, 2, 3])
            await #expect(throws: ArtifactStoreFailure.self) { try await away.keep(writer) }
            let locked = library(try TestBucket().client(secret: "wrong"))
            let refusal = await #expect(throws: ArtifactStoreFailure.self) {
                try await locked.read(artifact.digest, offset: 0, length: 10)
            }
            #expect(refusal?.isTransient == false)
            #expect(try await room.state(artifact.digest) == .stored)
            #expect(try await room.library.read(artifact.digest, offset: 0, length: 2000) == pattern(1000))
        }
    }

    @Test("an address lets anybody who has it fetch one artifact")
    func addresses() async throws {
        try await ArtifactPlace.bucket.with { room, shelves in
            let artifact = try await room.keep(pattern(1000))
            let url = try #require(shelves.store.address(of: artifact.digest, seconds: 60))
            let client = HTTPClient(.init(userAgent: "farfield-tests/1"))
            let answer = try await client.send(HTTPRequest("GET", url))
            #expect(answer.head.status == 200 && answer.body == pattern(1000))
            let other = url.replacing(artifact.digest.hexadecimal.dropFirst(2), with: String(repeating: "0", count: 62))
            #expect(try await client.send(HTTPRequest("GET", other)).head.status == 403)
        }
        try await ArtifactPlace.files.with { room, shelves in
            let artifact = try await room.keep(pattern(1000))
            #expect(shelves.store.address(of: artifact.digest, seconds: 60) == nil)
        }
    }

    private func faults(_ bucket: String) throws -> [String] {
        do {
            _ = try ConfigurationReader.read(try Document(yaml: "storage:\n  bucket: \(bucket)\n"))
            return []
        } catch let error as ConfigurationError {
            guard case .faults(let faults) = error else { throw error }
            return faults.map { "\($0.line ?? 0) \($0.path)" }
        }
    }

    @Test("the configuration names the bucket; every fault is told at its line")
    func configuration() throws {
        let file = NSTemporaryDirectory() + UUID().uuidString
        try "secret\n".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let keys = "accessKeyID: K, secretKeyFile: \(file)"
        for (written, prefix) in [("", ""), (", prefix: a/b", "a/b/"), (", prefix: c/", "c/")] {
            let text = "storage: {bucket: {name: sky, endpoint: 'https://s3.example.org', \(keys)\(written)}}"
            let bucket = try #require(try ConfigurationReader.read(try Document(yaml: text)).storage.bucket)
            #expect(bucket.prefix == prefix)
            #expect(bucket.place.name == "sky" && bucket.place.endpoint == "https://s3.example.org")
            #expect(!"\(bucket)".contains("secret\""))
        }
        #expect(try faults("{name: sky}") == ["2 /storage/bucket"])
        #expect(try faults("{name: sky, \(keys), prefix: /a}") == ["2 /storage/bucket/prefix"])
        #expect(try faults("{name: sky, \(keys), prefix: a//b}") == ["2 /storage/bucket/prefix"])
        #expect(try faults("{name: s, \(keys)}") == ["2 /storage/bucket"])
        #expect(try faults("{name: sky, \(keys), colour: red}").contains("2 /storage/bucket/colour"))
    }
}
