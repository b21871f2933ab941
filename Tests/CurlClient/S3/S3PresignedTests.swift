import CurlClient
import Foundation
import TestSupport
import Testing

/// What a signed URL does in the hands of a program that is not ours.
@Suite(.timeLimit(.minutes(1)))
struct S3PresignedTests {
    private let server: S3Server
    private let prefix = S3Server.prefix()

    init() throws {
        server = try S3Server()
    }

    /// Runs curl(1); its output, then the status on a line of its own.
    private func curl(_ arguments: [String]) async throws -> String {
        let output = ChildPipe()
        let child = try ChildProcess(
            "curl",
            ["--silent", "--noproxy", "*", "--write-out", "\n%{http_code}"] + arguments,
            output: output.writing.fileDescriptor
        )
        try output.writing.close()
        let text = String(decoding: try output.reading.readToEnd() ?? Data(), as: UTF8.self)
        await child.ended()
        return text
    }

    @Test(arguments: ["plain", "a b+c%20d/ü?x=1&y#f"])
    func aURLReadsOneObject(name: String) async throws {
        let client = try server.client()
        try await client.put(ByteSource(Array("the bytes".utf8)), at: prefix + name)
        let url = try client.presignedURL("GET", prefix + name, seconds: 60)
        #expect(try await curl([url]) == "the bytes\n200")
        #expect(try await curl(["--range", "4-8", url]) == "bytes\n206")
        #expect(!url.contains(server.secretAccessKey))
        let other = url.replacing(prefix, with: prefix + "x")
        #expect(try await curl([other]).hasSuffix("\n403"))
        #expect(try await curl(["--request", "DELETE", url]).hasSuffix("\n403"))
    }

    @Test func aURLWritesOneObject() async throws {
        let client = try server.client()
        let url = try client.presignedURL("PUT", prefix + "in", seconds: 60)
        #expect(try await curl(["--request", "PUT", "--data-binary", "from a site", url]).hasSuffix("\n200"))
        #expect(try await client.get(prefix + "in").bytes() == Array("from a site".utf8))
    }

    @Test func anExpiredURLIsRefused() async throws {
        try await server.client().put(ByteSource([1]), at: prefix + "old")
        let late = try server.client(clockOffset: -120)
        let url = try late.presignedURL("GET", prefix + "old", seconds: 60)
        #expect(try await curl([url]).hasSuffix("\n403"))
        let longer = try late.presignedURL("GET", prefix + "old", seconds: 600)
        #expect(try await curl([longer]).hasSuffix("\n200"))
    }

    @Test func whatCannotBeSignedIsRefused() throws {
        let client = try server.client()
        for seconds in [0, 604_801] {
            #expect(throws: S3Error.self) { try client.presignedURL("GET", "x", seconds: seconds) }
        }
        let nobody = try server.client(isAnonymous: true)
        #expect(throws: S3Error.self) { try nobody.presignedURL("GET", "x", seconds: 60) }
    }
}
