import CurlClient
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3)))
struct S3ObjectTests {
    private let server: S3Server
    private let client: S3Client
    private let prefix = S3Server.prefix()

    init() throws {
        server = try S3Server()
        client = try server.client()
    }

    private func error(_ operation: () async throws -> Void) async -> S3Error? {
        do {
            try await operation()
            return nil
        } catch {
            return error as? S3Error
        }
    }

    @Test(arguments: [
        "plain", "a b", "plus+and%20percent", "ü/ñ/日本語/🔭", "tilde~(1)*'!", "quote\"<&>;", "a//b", "trailing/",
        "q?x=1&y#f",
        "dots/./here/../there", "e\u{301}", "back\\slash", "new\nline",
    ])
    func anyKeyIsWrittenListedReadAndRemoved(name: String) async throws {
        let key = prefix + name
        let written = try await client.put(ByteSource(Array(name.utf8)), at: key, mediaType: "text/x-test")
        #expect(try await client.list(prefix: prefix).objects.map(\.key) == [key])
        let object = try await client.head(key)
        #expect(object.byteCount == name.utf8.count)
        #expect(object.etag == written.etag)
        #expect(object.mediaType == "text/x-test")
        #expect(try await client.get(key).bytes() == Array(name.utf8))
        try await client.delete(key)
        #expect(await error { _ = try await client.head(key) } == .noSuchKey(key))
        #expect(await error { _ = try await client.get(key) } == .noSuchKey(key))
        try await client.delete(key)
    }

    @Test func anEmptyObject() async throws {
        try await client.put(ByteSource([]), at: prefix + "empty")
        #expect(try await client.get(prefix + "empty").bytes().isEmpty)
        #expect(try await client.head(prefix + "empty").byteCount == 0)
    }

    @Test func ranges() async throws {
        let key = prefix + "digits"
        let written = try await client.put(ByteSource(Array("0123456789".utf8)), at: key)
        for (range, text) in [(0..<1, "0"), (3..<6, "345"), (8..<100, "89")] {
            let part = try await client.get(key, range: range, ifMatch: written.etag)
            #expect(part.object.byteCount == text.count)
            #expect(try await part.bytes() == Array(text.utf8))
        }
        #expect(await error { _ = try await client.get(key, range: 10..<20) } == .rangeNotSatisfiable)
        try await client.put(ByteSource(Array("9876543210".utf8)), at: key)
        #expect(await error { _ = try await client.get(key, range: 3..<6, ifMatch: written.etag) } == .changed(key))
    }

    @Test func whoMayNotIsRefused() async throws {
        let key = prefix + "secret"
        try await client.put(ByteSource([1]), at: key)
        let wrong = try server.client(secret: "wrong")
        guard case .denied("SignatureDoesNotMatch", _) = await error({ _ = try await wrong.get(key) }) else {
            Issue.record("a wrong secret was accepted")
            return
        }
        for offset in [-3600.0, 3600] {
            let late = try server.client(clockOffset: offset)
            let refusal = await error { _ = try await late.get(key) }
            guard case .denied("RequestTimeTooSkewed", _) = refusal else {
                Issue.record("a wrong clock was accepted: \(String(describing: refusal))")
                return
            }
        }
        let nobody = try server.client(isAnonymous: true)
        guard case .denied = await error({ _ = try await nobody.get(key) }) else {
            Issue.record("anybody may read")
            return
        }
        let elsewhere = try server.client(bucket: "no-such-bucket")
        #expect(await error { _ = try await elsewhere.list() } == .noSuchBucket("no-such-bucket"))
    }

    @Test func aForbiddenEndpointIsNotReached() async throws {
        let place = try #require(S3Bucket(endpoint: server.endpoint, name: "tests"))
        let guarded = S3Client(
            place,
            credentials: nil,
            client: HTTPClient(.init(userAgent: "farfield-tests/1")),
            mayConnect: \.isPublic,
            now: { Date() }
        )
        #expect(await error { _ = try await guarded.list() } == .transport(.forbiddenAddress("127.0.0.1")))
    }

    @Test func moreThanOnePageIsListed() async throws {
        let keys = (0..<1005).map { prefix + String(format: "ü %04d", $0) }
        try await withThrowingTaskGroup { group in
            for worker in 0..<8 {
                group.addTask {
                    for index in stride(from: worker, to: keys.count, by: 8) {
                        try await client.put(ByteSource([7]), at: keys[index])
                    }
                }
            }
            try await group.waitForAll()
        }
        let first = try await client.list(prefix: prefix)
        #expect(first.objects.count == 1000)
        #expect(first.next != nil)
        let second = try await client.list(prefix: prefix, from: first.next)
        #expect(second.next == nil)
        #expect((first.objects + second.objects).map(\.key) == keys)
    }
}
