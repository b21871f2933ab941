import Documents
import Foundation
import Testing

/// The signed record of a real job, before our own verifier and before other people's.
@Suite("Signed records", .timeLimit(.minutes(5)))
struct ManifestTests {
    private static let python = TestCluster.variable("FARFIELD_TEST_PYTHON")

    private static func fixture(_ name: String) -> String { "\(Repository.root)/Tests/Integration/Fixtures/\(name)" }

    /// A record as somebody has it who downloaded everything.
    private struct Download {
        let gateway: GatewayProcess
        let job: String
        let folder: String
        let keys: String
        let pem: String
        let logKey: String

        /// Runs a job, and downloads its record, its outputs and the gateway's keys.
        init(outputs: String = "printf 'a,b\\n1,2\\n' > table.csv; mkdir d; echo x > 'd/é 1.txt'") async throws {
            gateway = try await GatewayProcess().start()
            let api = API(gateway)
            job = try await api.submit(
                """
                name: record
                script: |
                  \(outputs)
                outputs: ["table.csv", "d/*"]
                resources: {memory: 50M, walltime: 2m}
                """
            )
            #expect(try await api.wait(job)["state"] == "completed")
            _ = try await api.envelope(of: job)
            folder = gateway.home + "/record"
            try #require(try await gateway.cli("manifest", "get", job, "--all", folder).status == 0)
            try #require(try await gateway.cli("outputs", job, "--download", folder + "/outputs").status == 0)
            keys = gateway.home + "/keys.json"
            let history = try await gateway.cli("keys", "--json")
            try history.output.write(toFile: keys, atomically: true, encoding: .utf8)
            let list = try JSONValue(json: history.output.utf8)["keys"]?.arrayValue ?? []
            pem = gateway.home + "/manifest.pem"
            let key = try #require(list.first { $0["use"] == "manifest" }?["publicKey"]?.stringValue)
            try key.write(toFile: pem, atomically: true, encoding: .utf8)
            logKey = try #require(list.first { $0["use"] == "log" }?["verifierKey"]?.stringValue)
        }

        func verify(_ arguments: String...) async throws -> CommandResult {
            try await Command.run(Repository.binary, ["manifest", "verify"] + arguments)
        }

        func path(_ name: String) -> String { folder + "/" + name }

        func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

        func change(_ name: String, at place: Int) throws -> Data {
            let original = try bytes(name)
            var changed = original
            changed[changed.startIndex + place] ^= 1
            try changed.write(to: URL(filePath: path(name)))
            return original
        }

        /// Where, near its end, a file has a character of Base64 that is another one after ``change(_:at:)``.
        func signatureCharacter(in name: String) throws -> Int {
            let bytes = Array(try bytes(name))
            let place = (0..<(bytes.count - 10)).last { Character(Unicode.Scalar(bytes[$0] ^ 1)).isLetter }
            return try #require(place)
        }

        func restore(_ name: String, _ bytes: Data) throws { try bytes.write(to: URL(filePath: path(name))) }
    }

    @Test("a record is good for whoever trusts the keys, and the exit code says what is not")
    func verify() async throws {
        let download = try await Download()
        let (folder, url) = (download.folder, download.gateway.url)
        let whole = [folder, "--keys", download.keys, "--identity", url, "--require-log", "--require-files"]
        let good = try await Command.run(Repository.binary, ["manifest", "verify"] + whole)
        #expect(good.status == 0, "\(good)")
        #expect(good.output.contains("ok    files"), "\(good.output)")
        #expect(good.output.contains("-     status     NOT CHECKED: "), "\(good.output)")
        for file in ["manifest.sigstore.json", "manifest.dsse.json"] {
            let alone = try await download.verify(
                download.path(file),
                "--key",
                download.pem,
                "--identity",
                url + "/sites/a",
                "--log-key",
                download.logKey,
                "--require-log",
                "--json"
            )
            #expect(alone.status == 0, "\(alone)")
            #expect(try JSONValue(json: alone.output.utf8)["verdict"] == "good")
        }
        // No policy, half a policy, no such file.
        #expect(try await download.verify(folder).status == 2)
        #expect(try await download.verify(folder, "--key", download.pem).status == 2)
        #expect(try await download.verify(folder + "/none", "--key", download.pem, "--identity", url).status == 2)
        // Another gateway; a status that nobody gave; a file that is missing.
        let other = try await download.verify(folder, "--key", download.pem, "--identity", "https://gw.example.org")
        #expect(other.status == 1 && other.output.contains("'identity' does not hold"), "\(other)")
        let dated = try await download.verify(folder, "--key", download.pem, "--identity", url, "--status-age", "1d")
        #expect(dated.status == 3, "\(dated)")
        try FileManager.default.removeItem(atPath: download.path("outputs/table.csv"))
        let missing = try await Command.run(Repository.binary, ["manifest", "verify"] + whole)
        #expect(missing.status == 3 && missing.output.contains("'outputs/table.csv'"), "\(missing)")
    }

    @Test("one changed byte of any file is found, and the step and the place are named")
    func changed() async throws {
        let download = try await Download()
        let url = download.gateway.url
        let copy = download.gateway.home + "/copy"
        try FileManager.default.copyItem(atPath: download.folder, toPath: copy)
        for (name, step) in [
            ("outputs/table.csv", "files"), ("ro-crate-metadata.json", "crate"), ("manifest.tlog-proof", "log"),
        ] {
            let place = try name == "manifest.tlog-proof" ? download.signatureCharacter(in: name) : 3
            let original = try download.change(name, at: place)
            let result = try await download.verify(
                download.path("manifest.dsse.json"),
                "--keys",
                download.keys,
                "--identity",
                url,
                "--compare",
                copy
            )
            #expect(result.status == 1 && result.output.contains("'\(step)' does not hold"), "\(result)")
            if step != "log" {
                #expect(result.output.contains("the first byte that differs is byte 3 "), "\(result)")
            }
            try download.restore(name, original)
        }
        let policy = download.gateway.home + "/policy.yaml"
        let text = "keyHistories: [keys.json]\nidentity: \(url)\nrequireLog: true\nrequireFiles: true\n"
        try text.write(toFile: policy, atomically: true, encoding: .utf8)
        #expect(try await download.verify(download.folder, "--policy", policy).status == 0)
        try "identity: any\nrequireLog: 1".write(toFile: policy, atomically: true, encoding: .utf8)
        let faulty = try await download.verify(download.folder, "--policy", policy)
        #expect(faulty.status == 2 && faulty.errors.contains("/requireLog"), "\(faulty)")
    }

    @Test("a published analysis is verified with its status, as files and as an archive; a withdrawn one is bad")
    func published() async throws {
        let download = try await Download()
        let (gateway, api) = (download.gateway, API(download.gateway))
        let words = "title: Ones\nauthors: [{name: Josiah Carberry}]\nlicence: CC-BY-4.0\nabstract: Some ones."
        let answer = try await api.post("/api/v1/jobs/\(download.job)/publish", words)
        let id = try #require(answer.json["id"]?.stringValue, "\(answer.text)")
        let archive = gateway.home + "/archive.zip"
        try Data(try await api.get("/analysis/\(id)/archive.zip", token: nil).bytes).write(to: URL(filePath: archive))
        let demands = [
            "--keys", download.keys, "--identity", gateway.url, "--require-log", "--status-age", "1h", "--outputs",
            download.path("outputs"), "--require-files",
        ]
        func verify(_ folder: String) async throws -> CommandResult {
            try #require(try await gateway.cli("manifest", "get", id, "--all", folder).status == 0)
            return try await Command.run(Repository.binary, ["manifest", "verify", folder] + demands)
        }
        let good = try await verify(gateway.home + "/analysis")
        #expect(good.status == 0 && good.output.contains("ok    status"), "\(good)")
        let zip = try await download.verify(
            archive,
            "--keys",
            download.keys,
            "--identity",
            gateway.url,
            "--require-log",
            "--require-files"
        )
        #expect(zip.status == 0 && zip.output.contains("ok    files"), "\(zip)")
        var bytes = try Data(contentsOf: URL(filePath: archive))
        let place = try #require(bytes.firstRange(of: Data("a,b\n1,2\n".utf8))).lowerBound
        bytes[place] ^= 1
        try bytes.write(to: URL(filePath: archive))
        let changed = try await download.verify(archive, "--keys", download.keys, "--identity", gateway.url)
        #expect(changed.status == 1 && changed.output.contains("'files' does not hold"), "\(changed)")
        let verdict = try await api.post(
            "/api/v1/analyses/\(id)/retract",
            "code: error-in-data\nreason: The antenna was off."
        )
        #expect((200..<300).contains(verdict.status), "\(verdict.text)")
        let bad = try await verify(gateway.home + "/analysis")
        #expect(bad.status == 1 && bad.output.contains("retracted: The antenna was off."), "\(bad)")
        #expect(try await gateway.cli("log", "verify", "--keys", download.keys).status == 0)
    }

    // MARK: - Other people's tools

    @Test("OpenSSL, jq and coreutils verify signature and files, and find a changed byte")
    func shell() async throws {
        let download = try await Download()
        func openssl() async throws -> Int32 {
            try await Command.shell(
                #"""
                set -e; cd "$RECORD"
                jq -r .payload manifest.dsse.json | base64 -d > ../payload
                jq -r '.signatures[0].sig' manifest.dsse.json | base64 -d > ../signature
                type=$(jq -r .payloadType manifest.dsse.json)
                { printf 'DSSEv1 %d %s %d ' ${#type} "$type" $(stat -c %s ../payload); cat ../payload; } > ../signed
                openssl pkeyutl -verify -pubin -inkey ../manifest.pem -rawin -in ../signed -sigfile ../signature
                """#,
                environment: ["RECORD": download.folder, "PATH": "/usr/bin:/bin"]
            ).status
        }
        func sums() async throws -> Int32 {
            try await Command.shell(
                #"""
                cd "$RECORD"; jq -r '.subject[] | .digest.sha256 + "  " + .name' ../payload | sha256sum -c --status
                """#,
                environment: ["RECORD": download.folder, "PATH": "/usr/bin:/bin"]
            ).status
        }
        #expect(try await openssl() == 0)
        #expect(try await sums() == 0)
        let output = try download.change("outputs/table.csv", at: 0)
        #expect(try await sums() != 0)
        try download.restore("outputs/table.csv", output)
        // One letter of the payload's Base 64, far from its end.
        let place = try #require(try download.bytes("manifest.dsse.json").firstIndex(of: UInt8(ascii: "e"))) + 200
        let envelope = try download.change("manifest.dsse.json", at: place)
        #expect(try await openssl() != 0)
        try download.restore("manifest.dsse.json", envelope)
        #expect(try await openssl() == 0)
    }

    @Test("securesystemslib, in-toto and libsodium verify the envelope; an own program the proof")
    func libraries() async throws {
        let download = try await Download()
        func envelope() async throws -> CommandResult {
            let script = Self.fixture("verify_envelope.py")
            return try await Command.run(Self.python, [script, download.path("manifest.dsse.json"), download.pem])
        }
        func proof() async throws -> CommandResult {
            let script = Self.fixture("verify_proof.py")
            return try await Command.run(Self.python, [script, download.path("manifest.tlog-proof"), download.logKey])
        }
        let found = try await envelope()
        try #require(found.status == 0, "\(found.errors.suffix(300))")
        let digest = try #require(try JSONValue(json: found.output.utf8)["statement"]?.stringValue)
        #expect(try await API(download.gateway).statement(of: download.job).digest == "sha256:" + digest)
        let entry = try await proof()
        try #require(entry.status == 0, "\(entry.errors.suffix(300))")
        #expect(try JSONValue(json: entry.output.utf8)["statement"]?.stringValue == "sha256:" + digest)
        // A letter in the middle of the payload, and one of the entry.
        let middle = try download.bytes("manifest.dsse.json").count / 2
        let original = try download.change("manifest.dsse.json", at: middle)
        #expect(try await envelope().status != 0)
        try download.restore("manifest.dsse.json", original)
        _ = try download.change("manifest.tlog-proof", at: 60)
        #expect(try await proof().status != 0)
    }

    @Test("the community's validator accepts the crate at both levels", arguments: ["required", "recommended"])
    func crate(level: String) async throws {
        let download = try await Download()
        let script = "\(Repository.root)/Tests/Provenance/Fixtures/check_crates.py"
        let result = try await Command.run(
            Self.python,
            [script, level, download.folder],
            environment: ProcessInfo.processInfo.environment.merging(["FARFIELD_METADATA_ONLY": "1"]) { $1 }
        )
        try #require(result.status == 0, "\(result.errors.suffix(300))")
        let found = try JSONValue(json: (result.output.split(separator: "\n").last ?? "").utf8)
        #expect(found[download.folder] == .array([]), "\(result.output.suffix(400))")
    }

    // MARK: - The log

    @Test("the log is read again by our command, by pymerkle and by Go; an altered leaf is named")
    func log() async throws {
        let download = try await Download()
        let (gateway, old) = (download.gateway, download.gateway.home + "/old.checkpoint")
        let first = try await gateway.cli("log", "verify", "--log-key", download.logKey, "--save", old)
        #expect(first.status == 0, "\(first)")
        #expect(try await gateway.cli("log", "verify").status == 3)
        let api = API(gateway)
        for number in 1...3 {
            let id = try await api.submit(
                "name: more\ncommand: 'true'\nparameters: {n: \(number)}\nresources: {memory: 50M, walltime: 2m}"
            )
            try await api.wait(id)
            _ = try await api.envelope(of: id)
        }
        let arguments = [
            "log", "verify", "--keys", download.keys, "--checkpoint", old, "--checkpoint",
            download.path("manifest.tlog-proof"),
        ]
        let good = try await gateway.cli(arguments)
        // A key of manifests, a key of the log, and the first job were there before.
        #expect(good.status == 0 && good.output.contains("still begins with its 3 entries"), "\(good)")
        let copy = try await copyOfLog(gateway)
        let folder = try await Command.run(Repository.binary, ["log", "verify", copy, "--keys", download.keys])
        #expect(folder.status == 0, "\(folder)")
        let read = try await Command.run(Self.python, [Self.fixture("read_log.py"), copy])
        #expect(try JSONValue(json: read.output.utf8)["agrees"]?.isTrue == true, "\(read)")
        try await go(copy, download.logKey, old)
        try await alter(gateway, leaf: 2)
        let bad = try await gateway.cli(arguments)
        #expect(bad.status == 1 && bad.output.contains("leaf 2 is the first that is wrong"), "\(bad)")
        #expect(gateway.stop() == 0)
        #expect(try await gateway.cli(arguments).status == 3)
    }

    /// The log's files in a folder, as a mirror has them.
    private func copyOfLog(_ gateway: GatewayProcess) async throws -> String {
        let copy = gateway.home + "/log"
        let api = API(gateway)
        let checkpoint = try await api.get("/log/checkpoint", token: nil).text
        let size = checkpoint.split(separator: "\n")[1]
        for name in ["checkpoint", "tile/entries/000.p/\(size)", "tile/0/000.p/\(size)"] {
            let url = URL(filePath: "\(copy)/\(name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(try await api.get("/log/\(name)", token: nil).bytes).write(to: url)
        }
        return copy
    }

    /// The code that the specifications come from, where Debian's packages of it are installed.
    private func go(_ copy: String, _ logKey: String, _ old: String) async throws {
        guard FileManager.default.fileExists(atPath: "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog") else {
            return
        }
        let program = copy + "/verify_log"
        let variables = [
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": copy + "/cache", "PATH": "/usr/bin:/bin",
        ]
        let built = try await Command.run(
            "/usr/bin/go",
            ["build", "-o", program, Self.fixture("verify_log.go")],
            environment: variables
        )
        try #require(built.status == 0, "\(built.errors)")
        let result = try await Command.run(program, [copy, logKey, "2", old])
        #expect(result.output == "verified 6\n", "\(result)")
    }

    /// Somebody with the database changes what was logged.
    private func alter(_ gateway: GatewayProcess, leaf: Int) async throws {
        let program = """
            import sqlite3, sys
            with sqlite3.connect(sys.argv[1], timeout=20) as database:
                row = database.execute("SELECT entry FROM log_entries WHERE position = ?", (int(sys.argv[2]),)).fetchone()
                changed = row[0].replace(b'"sha256:', b'"sha256:0000')[:len(row[0])]
                database.execute("UPDATE log_entries SET entry = ? WHERE position = ?", (changed, int(sys.argv[2])))
            """
        let result = try await Command.run(
            "/usr/bin/python3",
            ["-c", program, gateway.state + "/farfield.sqlite", "\(leaf)"]
        )
        try #require(result.status == 0, "\(result.errors)")
    }
}
