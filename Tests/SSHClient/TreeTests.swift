import Foundation
import Glibc
import Synchronization
import Testing

@testable import SSHClient

@Suite("Trees of files", .timeLimit(.minutes(2)))
struct TreeTests {
    /// Everything that a tree may hold and that goes wrong easily.
    private func odd(at root: String) throws -> [TreeEntry] {
        let tree = LocalTree(root)
        func entry(_ path: String, _ kind: TreeEntry.Kind, _ mode: UInt32, _ size: Int = 0) -> TreeEntry {
            TreeEntry(
                path: RemotePath(path),
                kind: kind,
                size: UInt64(size),
                permissions: mode,
                modified: 1_000_000_000
            )
        }
        var entries = [
            entry("closed", .directory, 0o500), entry("closed/deep", .directory, 0o755),
            entry("empty folder", .directory, 0o770), entry("closed/deep/new\nline", .file, 0o400, 5),
            entry("a b", .file, 0o755, 300_000), entry("empty", .file, 0o644),
            entry("holes", .file, 0o600, 3 << 20), entry("link", .symbolicLink("closed/deep"), 0o777),
            entry("closed/back", .symbolicLink("../a b"), 0o777),
        ]
        entries.append(
            TreeEntry(path: RemotePath([0xff, 0xfe, 0x41]), kind: .file, size: 3, permissions: 0o644, modified: 7)
        )
        try tree.begin(entries)
        for entry in entries where entry.kind == .file {
            let bytes = entry.path == "holes" ? [1] : TransferTests.pattern(Int(entry.size))
            try tree.receive(entry, TreePart(offset: 0, bytes: bytes, end: entry.size))
        }
        try tree.finish(entries)
        return entries
    }

    /// What is the same on both sides, whatever a system says about links.
    private func comparable(_ entries: [TreeEntry]) -> Set<TreeEntry> {
        Set(
            entries.map { entry in
                guard case .symbolicLink = entry.kind else { return entry }
                return TreeEntry(path: entry.path, kind: entry.kind)
            }
        )
    }

    private func content(_ root: String) throws -> [RemotePath: [UInt8]] {
        let tree = LocalTree(root)
        let files = try tree.entries().filter { $0.kind == .file }
        return try Dictionary(
            uniqueKeysWithValues: files.map { ($0.path, try tree.read($0, offset: 0, count: 4 << 20)) }
        )
    }

    @Test("a tree arrives as it was, both ways", arguments: SSHEndpoint.Transport.allCases)
    func both(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let (near, far, back) = (server.path("near"), server.path("far"), server.path("back"))
        for folder in [near, back] { #expect(unsafe mkdir(folder, 0o700) == 0) }
        let made = try odd(at: near)
        let local = try LocalTree(near).entries()
        #expect(comparable(local) == comparable(made))
        let sent = try await pool.sendTree(local, to: far) { try LocalTree(near).read($0, offset: $1, count: $2) }
        #expect(sent == 300_000 + 5 + 3 + 3 << 20)
        let listed = try await pool.listTree(far)
        #expect(comparable(listed) == comparable(made))
        let isSent = try content(far) == content(near)
        #expect(isSent)
        let tree = LocalTree(back)
        try tree.begin(listed)
        try await pool.fetchTree(listed, from: far) { try tree.receive($0, $1) }
        try tree.finish(listed)
        #expect(try comparable(tree.entries()) == comparable(made))
        let isFetched = try content(back) == content(near)
        #expect(isFetched)
        for root in [far, back] { #expect(allocatedBytes("\(root)/holes") < 1 << 20) }
        // Again onto what is there: nothing changes, and nothing is in the way.
        try await pool.sendTree(local, to: far) { try LocalTree(near).read($0, offset: $1, count: $2) }
        #expect(try await comparable(pool.listTree(far)) == comparable(made))
    }

    @Test("a thousand small files, over one session place only", arguments: SSHEndpoint.Transport.allCases, [1, 5])
    func many(_ transport: SSHEndpoint.Transport, _ sessions: Int) async throws {
        let server = try await SSHTestServer(options: ["MaxSessions \(sessions)"])
        var limits = SSHLimits.forTests
        limits.maxSessions = sessions
        let pool = server.pool(transport, limits)
        let entries = (0..<1000).map {
            TreeEntry(path: RemotePath("f\($0)"), kind: .file, size: 100, permissions: 0o600)
        }
        try await pool.sendTree(entries, to: server.path("many")) { entry, _, _ in
            let name = Array(entry.path.bytes)
            return name + [UInt8](repeating: 1, count: 100 - name.count)
        }
        let listed = try await pool.listTree(server.path("many"))
        #expect(listed.count == 1000)
        let wrong = Mutex<[RemotePath]>([])
        let ended = Mutex(0)
        try await pool.fetchTree(listed, from: server.path("many")) { entry, part in
            if !part.bytes.starts(with: entry.path.bytes) { wrong.withLock { $0.append(entry.path) } }
            if part.end == 100 { ended.withLock { $0 += 1 } }
        }
        #expect(wrong.withLock { $0 }.isEmpty)
        #expect(ended.withLock { $0 } == 1000)
    }

    @Test(
        "a link at the site that leaves the tree is refused with its name, before a byte moves",
        arguments: SSHEndpoint.Transport.allCases
    )
    func leaving(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        try await pool.createDirectory(server.path("tree"))
        try await pool.writeFile(server.path("tree/file"), [1])
        try await pool.makeSymbolicLink(server.path("tree/out"), to: "../user")
        let entries = try await pool.listTree(server.path("tree"))
        let error = await #expect(throws: SSHError.self) {
            try await pool.fetchTree(entries, from: server.path("tree")) { _, _ in Issue.record("a byte moved") }
        }
        #expect(error == .fileFailure(path: "out", reason: "a link that leads out of the tree", notFound: false))
        let sending = await #expect(throws: SSHError.self) {
            try await pool.sendTree(entries, to: server.path("other")) { _, _, _ in [1] }
        }
        #expect(sending == error)
        #expect(try await pool.stat(server.path("other")) == nil)
    }

    @Test("a link in a folder's place is not walked through", arguments: SSHEndpoint.Transport.allCases)
    func folderLink(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        try await pool.createDirectory(server.path("elsewhere"))
        try await pool.createDirectory(server.path("tree"))
        try await pool.makeSymbolicLink(server.path("tree/d"), to: server.path("elsewhere"))
        let entries = [
            TreeEntry(path: "d", kind: .directory), TreeEntry(path: "d/f", kind: .file, size: 1, permissions: 0o600),
        ]
        await #expect(throws: SSHError.self) {
            try await pool.sendTree(entries, to: server.path("tree")) { _, _, _ in [1] }
        }
        #expect(try await pool.listDirectory(server.path("elsewhere")).isEmpty)
    }

    @Test(
        "links stay in the tree, or are refused",
        arguments: [
            (["a": "b"], nil), (["d/a": "../x/y"], nil), (["a": "."], nil), (["a": "d/../e"], nil),
            (["a": "/etc/passwd"], "a"), (["a": ".."], "a"), (["d/a": "../../x"], "d/a"), (["a": "b/../../x"], "a"),
            // Without the first link the second would stay: below `deep/er`, `..` is `deep`.
            (["l": "deep/er", "m": "l/../../.."], "m"), (["l": "deep/er", "m": "l/../.."], nil),
            (["l": "up/..", "up": "x", "m": "l/.."], "m"), (["a": "b", "b": "a"], "a"),
        ] as [([String: String], String?)]
    )
    func links(_ targets: [String: String], _ refused: String?) {
        let entries = targets.sorted { $0.key < $1.key }.map {
            TreeEntry(path: RemotePath($0.key), kind: .symbolicLink(RemotePath($0.value)))
        }
        var found: String?
        do throws(SSHError) {
            try TreeRules.check(entries)
        } catch {
            if case .fileFailure(let path, _, _) = error { found = path }
        }
        #expect(found == refused)
    }

    @Test("names that are none are refused", arguments: ["", "..", "a/../b", "/etc", "a//b", ".", "a/", "x\0y"])
    func hostileNames(_ name: String) {
        #expect(throws: SSHError.self) { try TreeRules.check([TreeEntry(path: RemotePath(name), kind: .file)]) }
    }

    @Test("a name twice, and a file below a link, are refused")
    func twice() {
        let file = TreeEntry(path: "a", kind: .file)
        #expect(throws: SSHError.self) { try TreeRules.check([file, file]) }
        let link = TreeEntry(path: "l", kind: .symbolicLink("d"))
        #expect(throws: SSHError.self) { try TreeRules.check([link, TreeEntry(path: "l/x", kind: .file)]) }
    }

    @Test("a server's hostile names end the listing", arguments: ["", "a/b", "../x", "x\0"])
    func hostileServer(_ name: String) {
        let walk = WalkErrand("root", limit: 100)
        let files = FileConversation()
        walk.fill(files)
        #expect(throws: SSHError.self) {
            try walk.take(.handle([1]), to: 1, files)
            walk.fill(files)
            let attributes = SSHFileAttributes(kind: .file, size: 1, permissions: 0o600)
            let entry = SSHDirectoryEntry(nameBytes: Array(name.utf8), attributes: attributes)
            try walk.take(.entries([entry]), to: 2, files)
        }
    }
}
