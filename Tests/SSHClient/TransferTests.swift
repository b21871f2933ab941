import Foundation
import Synchronization
import Testing

@testable import SSHClient

@Suite("Bulk transfer", .timeLimit(.minutes(2)))
struct TransferTests {
    /// Bytes that differ from place to place.
    ///
    /// Whole files are compared before `#expect`, which would describe every byte of what differs.
    static func pattern(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            for place in 0..<count { unsafe buffer[place] = UInt8(truncatingIfNeeded: place &* 31 ^ place >> 9) | 1 }
            filled = count
        }
    }

    @Test("pieces of any length arrive whole, with permissions and time", arguments: SSHEndpoint.Transport.allCases)
    func upload(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let bytes = Self.pattern(9_000_001)
        let pieces = Pieces(bytes, sizes: [1, 70_000, 3_000_000, 0, 5])
        let size = try await server.pool(transport).upload(
            to: server.path("sent"),
            permissions: 0o444,
            modified: 1_234_567_890,
            isSynchronized: true
        ) { pieces.next() }
        #expect(size == UInt64(bytes.count))
        let isWhole = FileManager.default.contents(atPath: server.path("sent")) == Data(bytes)
        #expect(isWhole)
        let attributes = try #require(try await server.pool(transport).stat(server.path("sent")))
        #expect(attributes.permissions == 0o444 && attributes.modified == 1_234_567_890)
    }

    @Test(
        "an upload goes on behind what is there, and drops what was wrong behind it",
        arguments: SSHEndpoint.Transport.allCases
    )
    func continuation(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let bytes = Self.pattern(300_000)
        try await pool.writeFile(
            server.path("part"),
            Array(bytes.prefix(100_000)) + [UInt8](repeating: 9, count: 500_000)
        )
        let pieces = Pieces(Array(bytes.dropFirst(100_000)), sizes: [50_000])
        try await pool.upload(to: server.path("part"), offset: 100_000) { pieces.next() }
        let isWhole = FileManager.default.contents(atPath: server.path("part")) == Data(bytes)
        #expect(isWhole)
        let rest = try await pool.received(server.path("part"), offset: 299_990)
        #expect(Array(rest.prefix(20)) == Array(bytes.suffix(10)))
    }

    @Test("long runs of zeros become holes, also at the end", arguments: SSHEndpoint.Transport.allCases)
    func holes(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let bytes =
            Self.pattern(200_000) + [UInt8](repeating: 0, count: 6 << 20) + [7] + [UInt8](repeating: 0, count: 4 << 20)
        let pieces = Pieces(bytes, sizes: [1 << 20])
        try await server.pool(transport).upload(to: server.path("sparse")) { pieces.next() }
        let isWhole = FileManager.default.contents(atPath: server.path("sparse")) == Data(bytes)
        #expect(isWhole)
        #expect(allocatedBytes(server.path("sparse")) < 2 << 20)
    }

    @Test("an empty file", arguments: SSHEndpoint.Transport.allCases)
    func empty(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        #expect(try await pool.upload(to: server.path("empty")) { nil } == 0)
        let isWhole = FileManager.default.contents(atPath: server.path("empty")) == Data()
        #expect(isWhole)
        #expect(try await pool.received(server.path("empty")) == [])
    }

    @Test("a producer's error ends the upload, and the connection lives on", arguments: SSHEndpoint.Transport.allCases)
    func producerFails(_ transport: SSHEndpoint.Transport) async throws {
        struct Gone: Error {}
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let pieces = Pieces(Self.pattern(3 << 20), sizes: [1 << 20])
        await #expect(throws: Gone.self) {
            try await pool.upload(to: server.path("half")) {
                guard let piece = pieces.next() else { throw Gone() }
                return piece
            }
        }
        #expect(try await pool.run("true", deadline: .seconds(20)).isSuccess)
    }

    @Test(
        "what the server refuses ends the upload at once, though more could come",
        arguments: SSHEndpoint.Transport.allCases
    )
    func refused(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let path = server.path("no/such/folder")
        let error = await #expect(throws: SSHError.self) {
            try await server.pool(transport).upload(to: path) { [1, 2, 3] }
        }
        #expect(error == .fileFailure(path: path, reason: "no such file", notFound: true))
    }

    @Test("progress tells what was confirmed, and how much there is", arguments: SSHEndpoint.Transport.allCases)
    func progress(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let reports = Mutex<[TransferProgress]>([])
        let bytes = Self.pattern(4 << 20)
        let pieces = Pieces(bytes, sizes: [1 << 20])
        let pool = server.pool(transport)
        try await pool.upload(
            to: server.path("sent"),
            expected: 4 << 20,
            progress: { report in reports.withLock { $0.append(report) } },
            next: { pieces.next() }
        )
        let all = reports.withLock { $0 }
        #expect(all.last?.bytes == 4 << 20 && all.last?.total == 4 << 20 && all.last?.remaining == .zero)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.bytes <= $1.bytes })
    }

    @Test(
        "a far side that stands still is an error after the stall limit, a slow near side is none",
        arguments: SSHEndpoint.Transport.allCases
    )
    func stall(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = try await server.connectedPool(transport)
        // Nobody writes into it, so opening it lasts for ever.
        try execute("mkfifo", [server.path("pipe")])
        let error = await #expect(throws: SSHError.self) {
            try await pool.download(server.path("pipe"), limit: .max, stall: .seconds(4)) { _ in }
        }
        #expect(error == .timedOut(what: "downloading \(server.path("pipe"))", commandMayHaveRun: true))
        let gate = Gate()
        let sending = Task {
            let pieces = Pieces(Self.pattern(10), sizes: [10])
            return try await pool.upload(to: server.path("slow"), stall: .seconds(4)) {
                await gate.opened()
                return pieces.next()
            }
        }
        // Longer than the limit by the far side's own clock.
        #expect(try await pool.run("sleep 9", deadline: .seconds(60)).isSuccess)
        gate.open()
        #expect(try await sending.value == 10)
    }

    @Test("a name replaces another in one step; links are made and read", arguments: SSHEndpoint.Transport.allCases)
    func names(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let odd = RemotePath(Array(server.path("odd \n").utf8) + [0xff, 0xfe])
        try await pool.writeFile(odd, [1])
        try await pool.writeFile(server.path("old"), [2])
        await #expect(throws: SSHError.self) { try await pool.rename(odd, to: server.path("old")) }
        try await pool.posixRename(odd, to: server.path("old"))
        #expect(try await pool.readFile(server.path("old"), length: 10) == [1])
        #expect(try await pool.stat(odd) == nil)
        try await pool.makeSymbolicLink(server.path("link"), to: RemotePath([0xff, 0x20]))
        #expect(try await pool.readLink(server.path("link")) == RemotePath([0xff, 0x20]))
        try await pool.setAttributes(server.path("old"), permissions: 0o640, modified: 86_400)
        let attributes = try await pool.stat(server.path("old"))
        #expect(attributes?.permissions == 0o640 && attributes?.modified == 86_400)
        try await pool.synchronize(server.path("old"))
        await #expect(throws: SSHError.self) { try await pool.stat("a\0b") }
    }
}

extension SSHConnectionPool {
    /// A whole file.
    func received(_ path: some RemotePlace, offset: UInt64 = 0) async throws -> [UInt8] {
        let bytes = Mutex<[UInt8]>([])
        try await download(path, offset: offset, limit: .max) { piece in bytes.withLock { $0 += piece } }
        return bytes.withLock { $0 }
    }
}

/// Gives bytes piece by piece, with lengths that come round again.
final class Pieces: Sendable {
    private let rest: Mutex<ArraySlice<UInt8>>
    private let sizes: [Int]
    private let count = Mutex(0)

    init(_ bytes: [UInt8], sizes: [Int]) {
        rest = Mutex(bytes[...])
        self.sizes = sizes
    }

    func next() -> [UInt8]? {
        let number = count.withLock { count in
            defer { count += 1 }
            return count
        }
        return rest.withLock { rest in
            guard !rest.isEmpty else { return nil }
            let piece = rest.prefix(sizes[number % sizes.count])
            rest = rest.dropFirst(piece.count)
            return Array(piece)
        }
    }
}

/// Something to wait for.
final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiting: [CheckedContinuation<Void, Never>]()))

    func opened() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// What a file takes on the disk, as du(1) tells it.
func allocatedBytes(_ path: String) -> Int {
    let words = (try? execute("du", ["-B1", path]))?.split(separator: "\t") ?? []
    return words.first.flatMap { Int($0) } ?? .max
}
