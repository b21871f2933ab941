import Attestation
import Documents
import Slurm
import Testing

@testable import Gateway

@Suite("The result key")
struct ResultRecipeTests {
    private static let base = """
        name: a
        command: [run, x]
        outputs: [b, a]
        parameters: {limit: 1.10}
        environment: {A: "1"}
        """

    private func recipe(
        _ text: String,
        template: String = "sha256:t",
        inputs: [String: String] = ["in": "sha256:1"],
        site: String = "a",
        owner: String = "ada",
        ground: ResultRecipe.Ground = .init()
    ) throws -> ResultRecipe {
        try ResultRecipe(
            try JobManifestReader.read(try Document(yaml: text)),
            template: template,
            inputs: inputs,
            site: site,
            owner: owner,
            ground: ground
        )
    }

    @Test(
        "does not change with what has no part in the result",
        arguments: [
            ("name: a", "name: another"), ("outputs: [b, a]", "outputs: [a, b, a]"),
            ("name: a", "name: a\npriority: 9\nlabels: {k: v}\nretries: 3\nsite: b\nretention: 3d"),
            ("name: a", "name: a\nresources: {walltime: 9h, memory: 9G, partition: other, account: X, nodes: 2}"),
        ]
    )
    func same(_ part: String, _ other: String) throws {
        #expect(try recipe(Self.base.replacing(part, with: other)).key == recipe(Self.base).key)
    }

    @Test(
        "changes with everything that has",
        arguments: [
            ("[run, x]", "[run, y]"), ("[run, x]", "run x"), ("1.10", "1.1"), ("A: \"1\"", "B: \"1\""),
            ("[b, a]", "[b]"),
            ("name: a", "name: a\nmodules: [gcc/12]"), ("name: a", "name: a\narray: {tasks: 0-3}"),
        ]
    )
    func differs(_ part: String, _ other: String) throws {
        let first = try recipe(Self.base)
        #expect(try recipe(Self.base.replacing(part, with: other)).key != first.key)
        #expect(try recipe(Self.base, template: "sha256:u").key != first.key)
        #expect(try recipe(Self.base, inputs: ["in": "sha256:2"]).key != first.key)
        #expect(try recipe(Self.base, inputs: ["other": "sha256:1"]).key != first.key)
        #expect(try recipe(Self.base, site: "b").key != first.key)
        #expect(try recipe(Self.base, owner: "eve").key != first.key)
        #expect(try recipe(Self.base, ground: .init(salt: "2")).key != first.key)
        #expect(try recipe(Self.base, ground: .init(software: "2026-11")).key != first.key)
    }

    @Test("of a pinned image is the same at every site; without a digest there is none")
    func containers() throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let pinned = Self.base + "\ncontainer: {image: /i, digest: \"\(digest)\"}"
        #expect(try recipe(pinned, site: "a").key == recipe(pinned, site: "b").key)
        for (text, reason) in [
            (Self.base + "\ncontainer: {image: /i}", "no digest"),
            (pinned.replacing("image: /i", with: "image: /i, binds: [\"/d:/d\"]"), "folders of the site"),
            (Self.base + "\ndeterministic: false", "non-deterministic"),
            (Self.base.replacing("outputs: [b, a]", with: "outputs: []"), "no outputs"),
        ] {
            let error = #expect(throws: ResultRecipe.NotCacheable.self) { try recipe(text) }
            #expect(error?.reason.contains(reason) == true, "\(text)")
        }
    }

    @Test("is the digest of a text that tells everything, and frames it")
    func text() throws {
        let found = try recipe(Self.base)
        #expect(SHA256Digest(of: found.text.utf8) == found.key)
        #expect(found.text.contains(#""inputs":{"in":"sha256:1"}"#))
        #expect(
            try recipe(Self.base, inputs: ["a": "b", "c": "d"]).key
                != recipe(Self.base, inputs: ["a": "bc", "d": ""]).key
        )
    }
}

@Suite("Sources of inputs")
struct InputSourceTests {
    @Test(
        "are read back as they were written",
        arguments: [
            "https://a.example/b?c=d", "s3://bucket/key with space/ü", "file:///scratch/a%20b/c",
            "artifact:sha256:" + String(repeating: "0", count: 64), "job:job_01j00000000000000000000000/out/a.txt",
            "job:job_01j00000000000000000000000/out/",
        ]
    )
    func kept(_ text: String) throws {
        #expect(try InputSource(text).text == text)
        #expect(try InputSource(InputSource(text).text) == InputSource(text))
    }

    @Test(
        "that cannot be are refused with a reason",
        arguments: [
            "x", "ftp://a/b", "https://", "https://user:word@a.example/x", "https://a.example/a b", "s3://Bucket/k",
            "s3://bucket", "s3://bucket/folder/", "file://host/x", "file:///a/../b", "file:///", "file:///a%00b",
            "artifact:sha256:00", "job:nothing/x", "job:job_01j00000000000000000000000/../x", "dataset:vlass",
            "https://a.example/\u{0}",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: InputSource.Refusal.self) { try InputSource(text) }
    }

    @Test("say every fault of an input at its place")
    func faults() {
        let zeros = "sha256:" + String(repeating: "0", count: 64)
        for (input, path) in [
            ("{path: a}", "/inputs/0"), ("{path: a, content: x, source: \"file:///b\"}", "/inputs/0"),
            ("{path: a, source: \"dataset:x\"}", "/inputs/0/source"),
            ("{path: a, content: x, digest: \"\(zeros)\"}", "/inputs/0"),
            ("{path: a, content: x}, {path: a/b, content: y}", "/inputs/1"),
            ("{path: a, source: \"file:///b/\", digest: \"\(zeros)\"}", "/inputs/0"),
            ("{path: a, source: \"s3://abc/d\", digest: md5}", "/inputs/0/digest"),
        ] {
            let error = #expect(throws: GatewayError.self) {
                try JobManifestReader.read(try Document(yaml: "name: x\ncommand: a\ninputs: [\(input)]"))
            }
            #expect(error?.faults.map(\.path) == [path], "\(input)")
        }
    }
}

@Suite("Copies at sites")
struct SiteCopyTests {
    private let digest = SHA256Digest(of: [1])
    private let now = Timestamp(seconds: 1_000_000)

    @Test("are trusted while size and time stay, for a while")
    func standing() {
        let artifact = StoredArtifact(digest: digest, size: 5)
        func of(_ size: Int64?, _ modified: Int64, age: Int, known: Bool = true) -> CopyStanding {
            CopyStanding.of(
                artifact,
                found: size.map { .init(digest: digest.hexadecimal, size: $0, modified: modified) },
                known: known
                    ? SiteCopyStore.Copy(
                        digest: digest,
                        size: 5,
                        modified: 7,
                        verifiedAt: now + .seconds(-age),
                        lastUsedAt: now
                    ) : nil,
                now: now,
                verifyAfter: .seconds(100)
            )
        }
        #expect(of(5, 7, age: 10) == .good)
        #expect(of(5, 7, age: 100) == .doubtful)
        #expect(of(5, 8, age: 10) == .doubtful)
        #expect(of(5, 7, age: 10, known: false) == .doubtful)
        #expect(of(4, 7, age: 10) == .missing)
        #expect(of(nil, 7, age: 10) == .missing)
    }

    @Test("that must go are the ones not used for the longest, and no more than needed")
    func surplus() {
        let idle = (0..<4).map { (SHA256Digest(of: [UInt8($0)]), Int64(10)) }
        #expect(SiteStaging.surplus(idle, tooMuch: 0).isEmpty)
        #expect(SiteStaging.surplus(idle, tooMuch: 11) == idle.prefix(2).map(\.0))
        #expect(SiteStaging.surplus(idle, tooMuch: 1000).count == 4)
    }
}
