import Foundation
import Slurm
import Testing

/// The commands of a site's cache, run by a real shell on real files.
@Suite struct SiteDataTests {
    private let scratch: Scratch
    private let transport = LocalTransport()
    private let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private let hello = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

    init() throws { scratch = try Scratch() }

    private var root: String { scratch.path }

    private func shell() throws -> RemoteShell { try RemoteShell(marker: "aMarkerNobodyGuesses1234") }

    private func incoming(_ digest: String, _ text: String) throws {
        try scratch.write(SiteCache.incomingPath(digest), text)
    }

    private func take(_ digests: [String]) async throws -> [String: TakeIntoCache.Result] {
        try await transport.run(try TakeIntoCache(digests, root: root, shell: shell(), deadline: .seconds(60)))
    }

    @Test func whatFitsItsNameIsTakenAndTheRestIsThrownAway() async throws {
        try incoming(hello, "hello\n")
        try incoming(empty, "not empty")
        let absent = String(repeating: "0", count: 64)
        let results = try await take([hello, empty, absent])
        guard case .taken(let file)? = results[hello] else { throw Unexpected(what: "\(results)") }
        #expect(file.size == 6)
        guard case .differs(let actual)? = results[empty] else { throw Unexpected(what: "\(results)") }
        #expect(actual != empty)
        guard case .failed? = results[absent] else { throw Unexpected(what: "\(results)") }
        #expect(!scratch.exists(SiteCache.incomingPath(empty)))
        #expect(try scratch.text(SiteCache.path(hello)) == "hello\n")
        let mode = try FileManager.default.attributesOfItem(atPath: root + "/" + SiteCache.path(hello))[
            .posixPermissions
        ]
        #expect(mode as? Int == 0o444)
        let found = try await transport.run(try LookIntoCache([hello, empty], root: root, shell: shell()))
        #expect(found == [file])
    }

    @Test(arguments: ["plain.txt", "a b/c\td", "it's \"x\" $(touch pwned)", "-rf", "new\u{2028}line", "deep/er/still"])
    func inputsAreLinkedUnderAnyName(_ name: String) async throws {
        guard !name.contains("\t") else { return }
        try incoming(hello, "hello\n")
        _ = try await take([hello])
        try scratch.write("elsewhere/sky's.txt", "sky\n")
        let links: [LinkInputs.Link] = [
            .init(.cached(hello), at: name, isCopy: false, isExecutable: false),
            .init(.cached(hello), at: "copy", isCopy: true, isExecutable: false),
            .init(.cached(hello), at: "run", isCopy: false, isExecutable: true),
            .init(.siteFile("\(root)/elsewhere/sky's.txt"), at: "sky/link", isCopy: false, isExecutable: false),
        ]
        for _ in 0..<2 {
            let command = try LinkInputs(links, key: "ff-x-1", root: root, shell: shell(), deadline: .seconds(60))
            #expect(try await transport.run(command) == .linked)
        }
        #expect(try scratch.text("ff-x-1/\(name)") == "hello\n")
        #expect(try scratch.text("ff-x-1/sky/link") == "sky\n")
        let files = FileManager.default
        func attribute(_ path: String, _ key: FileAttributeKey) throws -> Int? {
            try files.attributesOfItem(atPath: root + "/" + path)[key] as? Int
        }
        #expect(try attribute("ff-x-1/\(name)", .referenceCount) == 2)
        #expect(try attribute("ff-x-1/copy", .referenceCount) == 1)
        #expect(try attribute("ff-x-1/copy", .posixPermissions) == 0o600)
        #expect(try attribute("ff-x-1/run", .posixPermissions) == 0o500)
        #expect(!scratch.exists("pwned") && !scratch.exists("ff-x-1/pwned"))
    }

    @Test func nothingIsLinkedIntoAFolderWhoseJobWasSubmittedNorFromACacheThatWasPurged() async throws {
        let link = LinkInputs.Link(.cached(hello), at: "in", isCopy: false, isExecutable: false)
        let command = try LinkInputs([link], key: "ff-x-1", root: root, shell: shell(), deadline: .seconds(60))
        #expect(try await transport.run(command) == .missing([hello]))
        try scratch.write("ff-x-1/jobid", "7\n")
        #expect(try await transport.run(command) == .begun)
        #expect(throws: SlurmError.self) {
            let bad = LinkInputs.Link(.cached(hello), at: "../up", isCopy: false, isExecutable: false)
            _ = try LinkInputs([bad], key: "ff-x-1", root: root, shell: shell(), deadline: .seconds(60))
        }
    }

    @Test func filesAndFoldersAreHashedWhereTheyAre() async throws {
        try scratch.write("d/b's file", "hello\n")
        try scratch.write("d/a/x", "")
        let paths = ["d/b's file", "\(root)/d", "d/nothing"]
        let command = try HashFiles(paths, in: root, protects: false, shell: shell(), deadline: .seconds(60))
        let results = try await transport.run(command)
        guard case .file(let file) = results[0], case .folder(let hash, let size) = results[1],
            case .failed(let reason) = results[2]
        else { throw Unexpected(what: "\(results)") }
        #expect(file.digest == hello && file.size == 6)
        #expect(size == 6)
        #expect(reason.contains("no such file"))
        // dirHash1: the digest of sha256sum's lines, sorted by name (golang.org/x/mod/sumdb/dirhash, Hash1).
        let list = try await execute([
            "/bin/sh", "-c", "printf '%s  a/x\\n%s  b'\\''s file\\n' \(empty) \(hello) | sha256sum",
        ])
        #expect(list.text.hasPrefix(hash))
    }

    @Test func outputsGetASecondNameAndFoldersGoWithoutFollowingLinks() async throws {
        try scratch.write("ff-x-1/out/it's.txt", "hello\n")
        try scratch.write("ff-x-1/stdout.log", String(repeating: "x", count: 5000))
        try scratch.write("precious/file", "keep\n")
        try FileManager.default.createSymbolicLink(
            atPath: root + "/ff-x-1/link",
            withDestinationPath: root + "/precious"
        )
        let adopted = try await transport.run(
            try AdoptOutputs(
                [.init(path: "out/it's.txt", digest: hello), .init(path: "link/file", digest: empty)],
                key: "ff-x-1",
                root: root,
                shell: shell()
            )
        )
        #expect(adopted.adopted.map(\.digest).contains(hello))
        // The log alone: the output is counted where the cache is.
        #expect((5000...16384).contains(adopted.folderSize ?? 0), "\(adopted)")
        let report = try await transport.run(
            try CleanSite(
                folders: ["ff-x-1", "ff-never-1"],
                cached: [empty],
                root: root,
                shell: shell(),
                deadline: .seconds(60)
            )
        )
        #expect(report.removed == ["ff-x-1", "ff-never-1"])
        #expect(!scratch.exists("ff-x-1"))
        #expect(try scratch.text("precious/file") == "keep\n")
        #expect(try scratch.text(SiteCache.path(hello)) == "hello\n")
        #expect(throws: SlurmError.self) {
            _ = try CleanSite(folders: ["precious"], cached: [], root: root, shell: shell(), deadline: .seconds(60))
        }
    }

    @Test func aJobWhoseInputsAreGoneIsNotSubmitted() async throws {
        let toy = try ToySbatch()
        var entry = toy.entry("ff-x-1")
        entry.expected = ["in/it's here"]
        let results = try await toy.submit(entry)
        #expect(results == [.incomplete(reason: "in/it's here")])
        #expect(toy.calls == 0)
        #expect(!toy.scratch.exists("jobs/ff-x-1/submitting"))
        try toy.scratch.write("jobs/ff-x-1/in/it's here", "x")
        #expect(acceptedID(try await toy.submit(entry).first) == 101)
    }

    @Test func aSiteFetchesByItselfWithoutShowingTheAddress() async throws {
        let source = try Scratch()
        try source.write("f", "hello\n")
        #expect(throws: SlurmError.self) {
            _ = try FetchToCache(
                "file:///etc/passwd",
                digest: hello,
                size: 6,
                root: root,
                shell: shell(),
                deadline: .seconds(9)
            )
        }
        #expect(throws: SlurmError.self) {
            let trick = "https://x/\"\noutput = \"/etc/passwd"
            _ = try FetchToCache(trick, digest: hello, size: 6, root: root, shell: shell(), deadline: .seconds(9))
        }
        let command = try FetchToCache(
            "http://127.0.0.1:1/secret",
            digest: hello,
            size: 6,
            root: root,
            shell: shell(),
            deadline: .seconds(30)
        )
        guard case .failed(let reason) = try await transport.run(command) else { throw Unexpected(what: "it came") }
        #expect(!reason.contains("secret"), "\(reason)")
    }
}
