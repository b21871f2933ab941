import CurlClient
import Documents
import Foundation
import Testing

/// A file of random bytes, whose digest sha256sum(1) tells.
struct RandomFile: Sendable {
    let path: String
    let digest: String

    init(_ count: Int, in folder: String) async throws {
        path = "\(folder)/\(UUID().uuidString).bin"
        let made = try await Command.shell("head -c \(count) /dev/urandom > '\(path)' && sha256sum < '\(path)'")
        digest = "sha256:" + made.output.prefix(64)
    }

    var bytes: [UInt8] { Array(FileManager.default.contents(atPath: path) ?? Data()) }
}

extension GatewayProcess {
    /// Where the bytes of an artifact lie.
    func artifactPath(_ digest: String) -> String {
        let digits = digest.dropFirst(7)
        return "\(state)/artifacts/sha256/\(digits.prefix(2))/\(digits.dropFirst(2))"
    }

    /// Waits until somebody appends to an upload of which nothing had come before.
    func awaitWriter(_ upload: String) async throws {
        let file = "\(state)/artifacts/uploads/\(upload.split(separator: "/").last ?? "")"
        try await eventually("somebody has the upload") { FileManager.default.fileExists(atPath: file) }
    }

    /// Names of files whose bytes are not those of their names.
    func wrongArtifacts() async throws -> String {
        try await Command.shell(
            """
            cd '\(state)/artifacts' && find sha256 -type f ! -name '*.blocks' | while read -r path; do
              name=$(printf %s "${path#sha256/}" | tr -d /)
              sha256sum "$path" | grep -q "^$name " || echo "$path"
            done
            """
        ).output
    }
}

@Suite("Artifacts", .timeLimit(.minutes(5)))
struct ArtifactTests {
    private static let binary = ["Content-Type": "application/octet-stream"]

    @Test("are given whole and in parts, by digest, as curl and sha256sum see it")
    func download() async throws {
        let gateway = try await GatewayProcess(sites: "").start()
        let api = API(gateway)
        let file = try await RandomFile(3_000_000, in: gateway.home)
        let given = try await api.send("POST", "/api/v1/artifacts?name=n.fits", body: file.bytes, headers: Self.binary)
        #expect(given.status == 201, "\(given.text)")
        #expect(given.json["digest"]?.stringValue == file.digest)
        let path = "/api/v1/artifacts/\(file.digest)"
        func curl(_ options: String) async throws -> String {
            let line = "curl -sS -H 'Authorization: Bearer \(gateway.token)' \(options) '\(gateway.url)\(path)'"
            return try await Command.shell("set -o pipefail; \(line)").output
        }
        #expect(try await curl("-o '\(gateway.home)/whole'") == "")
        let part = "\(gateway.home)/part"
        for range in ["0-0", "1048570-1048590", "2999999-2999999", "2000000-", "-5"] {
            _ = try await curl("-r \(range) -o '\(part)'")
            let bounds = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            let first = bounds[0] ?? 3_000_000 - (bounds[1] ?? 0)
            let last = bounds[0] == nil ? 2_999_999 : bounds[1] ?? 2_999_999
            #expect(
                Array(FileManager.default.contents(atPath: part) ?? Data()) == Array(file.bytes[first...last]),
                "\(range)"
            )
        }
        // A download that was cut goes on.
        let resumed = try await Command.shell(
            """
            cd '\(gateway.home)' && head -c 1234567 whole > cut && curl -sS -C - -o cut \
              -H 'Authorization: Bearer \(gateway.token)' '\(gateway.url)\(path)' && cmp cut '\(file.path)'
            """
        )
        #expect(resumed.status == 0, "\(resumed.errors)")
        let head = try await api.send("HEAD", path + "?name=n.fits", headers: ["Range": "bytes=0-1"])
        #expect(head.status == 200)
        #expect(head.headers["Content-Length"] == "3000000")
        #expect(head.headers["Content-Type"] == "application/fits")
        #expect(head.headers["Content-Disposition"]?.contains("filename=\"n.fits\"") == true)
        let tag = "\"\(file.digest)\""
        #expect(head.headers["ETag"] == tag)
        let encoded = try await Command.shell("openssl dgst -sha256 -binary '\(file.path)' | base64")
        #expect(head.headers["Repr-Digest"] == "sha-256=:\(encoded.output.prefix(44)):")
        #expect(try await api.get(path, headers: ["If-None-Match": tag]).status == 304)
        let ranged = ["Range": "bytes=0-9"]
        #expect(try await api.get(path, headers: ranged.merging(["If-Range": tag]) { $1 }).status == 206)
        #expect(try await api.get(path, headers: ranged.merging(["If-Range": "\"other\""]) { $1 }).status == 200)
        #expect(try await api.get(path, headers: ["Range": "bytes=3000000-"]).status == 416)
        #expect(try await api.get("/api/v1/artifacts/sha256:12").status == 400)
        let unknown = "/api/v1/artifacts/sha256:" + String(repeating: "0", count: 64)
        #expect(try await api.get(unknown).status == 404)
        #expect(try await api.get(path.replacing(":", with: "%3A")).status == 200)
        let liar = ["Repr-Digest": "sha-256=:\(Data(repeating: 0, count: 32).base64EncodedString()):"]
        let refused = try await api.send(
            "POST",
            "/api/v1/artifacts",
            body: [1],
            headers: Self.binary.merging(liar) { $1 }
        )
        #expect(refused.status == 422)
    }

    @Test("with one wrong byte are never handed out; the fault is told, and the right bytes heal it")
    func corruption() async throws {
        let gateway = try await GatewayProcess(sites: "").start()
        let api = API(gateway)
        let file = try await RandomFile(2_500_000, in: gateway.home)
        _ = try await api.send("POST", "/api/v1/artifacts", body: file.bytes, headers: Self.binary)
        let path = "/api/v1/artifacts/\(file.digest)"
        let stored = gateway.artifactPath(file.digest)
        let before = file.bytes
        for offset in [0, 1_048_576, 2_499_999] {
            let octal = String(before[offset] ^ 1, radix: 8)
            let line =
                "chmod 644 '\(stored)' && printf '\\\(octal)' | dd of='\(stored)' bs=1 seek=\(offset) conv=notrunc"
            #expect(try await Command.shell(line).status == 0)
            // The head may be on its way before the wrong block is met: then the transfer breaks off.
            let answer = try? await api.get(path)
            #expect(answer?.bytes.starts(with: before) != true)
            if let answer, answer.status != 200 {
                #expect(answer.json["type"]?.stringValue?.hasSuffix("corrupt") == true)
            }
            let refused = try await api.get(path, headers: ["Range": "bytes=\(offset)-\(offset)"])
            #expect(refused.status == 500)
            #expect(refused.json["type"] == "https://farfield.dev/problems/artifact-corrupt")
            #expect(try await api.get(path + "/metadata").json["state"] == "corrupt")
            _ = try await api.send("POST", "/api/v1/artifacts", body: before, headers: Self.binary)
            #expect(try await api.get(path).bytes == before)
        }
        #expect(gateway.log.contains("an artifact is damaged"))
        #expect(try await api.get("/metrics", token: nil).text.contains("artifacts_corrupt_total 3"))
    }

    @Test("are freed by a collection that shows them first; a killed one is gone on with")
    func garbage() async throws {
        try await SharedInstallation.with { installation in
            let gateway = try await installation.gateway(sites: "").start()
            let api = API(gateway)
            let files = try await [10_000, 20_000, 30_000].asyncMap { try await RandomFile($0, in: gateway.home) }
            for file in files {
                let answer = try await gateway.cli("upload", "--quiet", file.path, "--account", "TG-AST1")
                #expect(answer.output == file.digest + "\n", "\(answer.errors)")
            }
            #expect(try await gateway.cli("storage").output.contains("TG-AST1     3          58.5 KiB"))
            for file in files.prefix(2) {
                #expect(try await gateway.cli("artifacts", "rm", file.digest).status == 0)
            }
            let early = try await gateway.cli("artifacts", "gc", "--yes")
            #expect(early.errors.contains("Nothing to free."))
            try await installation.sql("UPDATE artifacts SET last_used_at = 1")
            let plan = try await gateway.cli("artifacts", "gc")
            #expect(plan.output.contains("unreferenced  TG-AST1     2      29.2 KiB"), "\(plan.output)")
            #expect(try await api.get("/api/v1/artifacts").json["items"]?.arrayValue?.count == 3)
            // Another gateway died after it had claimed one and removed its bytes.
            try FileManager.default.removeItem(atPath: gateway.artifactPath(files[0].digest))
            try await installation.sql("UPDATE artifacts SET state = 'deleting' WHERE digest = '\(files[0].digest)'")
            let freed = try await gateway.cli("artifacts", "gc", "--yes")
            #expect(freed.errors.contains("Freed 29.2 KiB."), "\(freed.errors)\(freed.output)")
            for file in files.prefix(2) {
                #expect(try await api.get("/api/v1/artifacts/\(file.digest)").status == 404)
                #expect(!FileManager.default.fileExists(atPath: gateway.artifactPath(file.digest)))
            }
            let out = gateway.home + "/out"
            #expect(try await gateway.cli("artifacts", "get", files[2].digest, "-o", out).status == 0)
            #expect(FileManager.default.contents(atPath: out) == Data(files[2].bytes))
            #expect(try await gateway.cli("artifacts", "rm", files[2].digest).status == 0)
            #expect(try await gateway.cli("artifacts", "rm", files[2].digest).status == 4)
        }
    }

    @Test("survive kills of their gateway: no half artifact under a final name, and everything goes on")
    func kills() async throws {
        let gateway = try GatewayProcess(sites: "")
        let files = try await (0..<6).map { 1_500_000 + $0 }.asyncMap { try await RandomFile($0, in: gateway.home) }
        try await gateway.start()
        try await withThrowingTaskGroup(of: CommandResult.self) { group in
            for file in files { group.addTask { try await gateway.cli("upload", "--quiet", file.path) } }
            // Each kill comes when another upload has become an artifact, while the others are under way.
            for number in 1...3 {
                try await eventually("\(number) are kept") {
                    gateway.log.matches(of: /became an artifact/).count >= number
                }
                gateway.stop(with: SIGKILL)
                #expect(try await gateway.wrongArtifacts() == "")
                try await gateway.start()
            }
            for try await result in group { #expect(result.status == 0, "\(result.errors)") }
        }
        #expect(try await gateway.wrongArtifacts() == "")
        for file in files {
            #expect(try await API(gateway).get("/api/v1/artifacts/\(file.digest)").bytes == file.bytes)
        }
    }
}

extension Sequence {
    /// One after another.
    func asyncMap<T>(_ body: (Element) async throws -> T) async throws -> [T] {
        var mapped: [T] = []
        for element in self { mapped.append(try await body(element)) }
        return mapped
    }
}
