import Foundation
import Synchronization
import Testing

@testable import SSHClient

@Suite("Remote files", .timeLimit(.minutes(2)))
struct FileTests {
    @Test(
        "hostile names are kept",
        arguments: SSHEndpoint.Transport.allCases,
        ["a b", "new\nline", "it's \"quoted\"", "-rf", "ünï", "$(x)`y`;*"]
    )
    func names(_ transport: SSHEndpoint.Transport, _ name: String) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let folder = server.path("files")
        try await pool.createDirectory(folder, permissions: 0o750)
        let path = "\(folder)/\(name)"
        try await pool.writeFile(path, Array("content".utf8), permissions: 0o640)
        let attributes = try await pool.stat(path)
        #expect(attributes?.kind == .file && attributes?.size == 7 && attributes?.permissions == 0o640)
        #expect(try await pool.listDirectory(folder).map(\.name) == [name])
        #expect(try await pool.readFile(path, length: 100) == Array("content".utf8))
        try await pool.rename(path, to: path + ".new")
        #expect(try await pool.stat(path) == nil)
        try await pool.remove(path + ".new")
        #expect(try await pool.listDirectory(folder).isEmpty)
        try await pool.removeDirectory(folder)
        #expect(try await pool.stat(folder) == nil)
    }

    @Test("ranges, also past the end", arguments: SSHEndpoint.Transport.allCases)
    func ranges(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        try await pool.writeFile(server.path("data"), bytes)
        for range in [0..<1, 10..<20, 99_990..<100_000, 32_760..<70_000, 50_000..<50_000] {
            let part = try await pool.readFile(
                server.path("data"),
                offset: UInt64(range.lowerBound),
                length: range.count
            )
            #expect(part == Array(bytes[range]))
        }
        #expect(try await pool.readFile(server.path("data"), offset: 99_999, length: 50) == [bytes[99_999]])
        #expect(try await pool.readFile(server.path("data"), offset: 200_000, length: 50).isEmpty)
    }

    @Test("a download of 20 MiB arrives whole, in order, while commands run", arguments: SSHEndpoint.Transport.allCases)
    func download(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let bytes = (0..<(20 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 13 ^ $0 >> 11) }
        try await pool.writeFile(server.path("big"), bytes)
        let received = Mutex<[UInt8]>([])
        async let others = (0..<20).asyncAll { _ in try await pool.run("echo x", deadline: .seconds(30)).isSuccess }
        let count = try await pool.download(server.path("big"), limit: 1 << 30) { piece in
            received.withLock { $0 += piece }
        }
        #expect(try await others)
        #expect(count == 20 << 20)
        let isWhole = received.withLock { $0 } == bytes
        #expect(isWhole)
    }

    @Test("a download ends at its limit and with its consumer's error", arguments: SSHEndpoint.Transport.allCases)
    func downloadEnds(_ transport: SSHEndpoint.Transport) async throws {
        struct Full: Error {}
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        try await pool.writeFile(server.path("data"), [UInt8](repeating: 1, count: 5 << 20))
        await #expect(throws: SSHError.outputTooLarge(limit: 1 << 20)) {
            try await pool.download(server.path("data"), limit: 1 << 20) { _ in }
        }
        await #expect(throws: Full.self) {
            try await pool.download(server.path("data"), limit: 1 << 30) { _ in throw Full() }
        }
        #expect(try await pool.stat(server.path("data"))?.size == 5 << 20)
    }

    @Test("errors tell what is missing from what fails", arguments: SSHEndpoint.Transport.allCases)
    func errors(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let missing = server.path("missing")
        await #expect(throws: SSHError.fileFailure(path: missing, reason: "no such file", notFound: true)) {
            try await pool.readFile(missing, length: 1)
        }
        try await pool.createDirectory(server.path("there"))
        let error = await #expect(throws: SSHError.self) { try await pool.createDirectory(server.path("there")) }
        guard case .fileFailure(server.path("there"), _, notFound: false) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await pool.stat(server.path("there"))?.kind == .directory)
    }

    @Test("a link is followed, or looked at", arguments: SSHEndpoint.Transport.allCases)
    func links(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        try FileManager.default.createSymbolicLink(atPath: server.path("link"), withDestinationPath: "user")
        #expect(try await pool.stat(server.path("link"))?.kind == .file)
        #expect(try await pool.stat(server.path("link"), followsLinks: false)?.kind == .symbolicLink)
    }

    @Test("a folder of many entries is listed whole", arguments: SSHEndpoint.Transport.allCases)
    func manyEntries(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let folder = server.path("many")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for number in 0..<1500 {
            #expect(FileManager.default.createFile(atPath: "\(folder)/f\(number)", contents: nil))
        }
        let names = try await server.pool(transport).listDirectory(folder).map(\.name)
        #expect(Set(names).count == 1500 && names.count == 1500)
    }
}

extension Sequence where Element: Sendable, Self: Sendable {
    fileprivate func asyncAll(_ isTrue: (Element) async throws -> Bool) async rethrows -> Bool {
        for element in self where try await !isTrue(element) { return false }
        return true
    }
}
