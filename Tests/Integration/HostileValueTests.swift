import Documents
import Foundation
import Testing

/// Hostile values are refused, or arrive in the job byte for byte.
@Suite("Hostile values", .timeLimit(.minutes(3)))
struct HostileValueTests {
    static let values: [String] = [
        "'", "\"", "a'b\"c", "two\nlines", "cr\r\nlf", "$(touch /tmp/pwned)", "`touch /tmp/pwned`", "$HOME", "${PATH}",
        "; rm -rf x", "&& false", "| cat", "-rf", "--help", "../../etc/passwd", "*", "[a-z]?", "\\", "\\n", "%j %a",
        "#SBATCH --partition=gpu-a100", "\u{2028}line\u{2029}sep\u{85}", "\u{202E}rtl", "\u{FEFF}bom", "{{command}}",
        "{{{directives}}}", "\u{1}\u{7F}", "emoji \u{1F680} é", " leading and trailing ", "",
        String(repeating: "x", count: 100_000),
    ]

    private static let dump = """
        import json, os, sys
        environment = {k: list(os.fsencode(v)) for k, v in os.environ.items()}
        with open("input file.bin", "rb") as file: content = list(file.read())
        json.dump({"argv": [list(os.fsencode(a)) for a in sys.argv[1:]], "env": environment, "file": content}, open("dump.json", "w"))
        """

    private func dumped(_ manifest: JSONValue, _ gateway: GatewayProcess) async throws -> JSONValue {
        let api = API(gateway)
        let answer = try await api.post("/api/v1/jobs", manifest.jsonText, type: "application/json")
        try #require(answer.status == 202, "\(answer.text.prefix(2000))")
        let id = try #require(answer.json["id"]?.stringValue)
        let job = try await api.wait(id)
        try #require(job["state"] == "completed", "\(job.jsonText)")
        return try await api.get("/api/v1/jobs/\(id)/outputs/dump.json").json
    }

    private func bytes(_ value: JSONValue?) -> [UInt8] {
        (value?.arrayValue ?? []).compactMap { $0.integerValue.map(UInt8.init) }
    }

    @Test("arrive byte for byte as arguments, variables, parameters and file contents")
    func arrive() async throws {
        let gateway = try await GatewayProcess().start()
        var environment: [String: JSONValue] = [:]
        var parameters: [String: JSONValue] = [:]
        for (index, value) in Self.values.enumerated() {
            environment["E\(index)"] = .string(value)
            parameters["p\(index)"] = .string(value)
        }
        let content = Self.values.joined(separator: "\u{0}")
        let manifest: JSONValue = .object([
            "name": "it's $(hostile) \"name\" `x` #SBATCH --x; \\ %j",
            "command": .array([.string("python3"), "dump.py"] + Self.values.map { .string($0) }),
            "environment": .object(environment), "parameters": .object(parameters),
            "inputs": [
                ["path": "dump.py", "content": .string(Self.dump)],
                ["path": "input file.bin", "contentBase64": .string(Data(content.utf8).base64EncodedString())],
            ],
            "outputs": ["dump.json"], "labels": ["k": "$(x)\n\"'"],
            "resources": ["memory": "200M", "walltime": "2m"],
        ])
        let seen = try await dumped(manifest, gateway)
        for (index, value) in Self.values.enumerated() {
            #expect(bytes(seen["argv"]?.arrayValue?[index]) == Array(value.utf8), "argument \(index)")
            #expect(bytes(seen["env"]?["E\(index)"]) == Array(value.utf8), "variable \(index)")
            #expect(bytes(seen["env"]?["FARFIELD_PARAM_p\(index)"]) == Array(value.utf8), "parameter \(index)")
        }
        #expect(bytes(seen["file"]) == Array(content.utf8))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/pwned"))
    }

    @Test("arrive byte for byte as a script")
    func script() async throws {
        let gateway = try await GatewayProcess().start()
        let text =
            "#!/usr/bin/python3\n# '\"`$(x)\u{2028} \\ {{x}}\nimport hashlib\nprint(hashlib.sha256(open('user-script','rb').read()).hexdigest())\n"
        let api = API(gateway)
        let manifest: JSONValue = [
            "name": "s", "script": .string(text), "resources": ["memory": "100M", "walltime": "2m"],
        ]
        let id = try #require(
            try await api.post("/api/v1/jobs", manifest.jsonText, type: "application/json").json["id"]?.stringValue
        )
        #expect(try await api.wait(id)["state"] == "completed")
        let digest = try await Command.run("/usr/bin/sha256sum", ["-"], input: text).output.prefix(64)
        #expect(try await api.get("/api/v1/jobs/\(id)/logs/stdout").text == digest + "\n")
    }

    @Test("are refused where Slurm or the file system could take them for more than a value")
    func refused() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let names = [
            "a b", "a\n#SBATCH --x", "$(x)", "-x", "a;b", "a'b", "a\u{2028}b", "", String(repeating: "a", count: 200),
        ]
        for field in ["partition", "qos", "account", "reservation"] {
            for value in names {
                try await expectRefusal(["resources": [field: .string(value)]], at: "/resources/\(field)", api)
            }
        }
        for value in ["a b", "a\nb", "$(x)", "a'b", "a\"b", "\u{85}"] {
            try await expectRefusal(["resources": ["constraint": .string(value)]], at: "/resources/constraint", api)
            try await expectRefusal(["modules": [.string(value)]], at: "/modules/0", api)
            try await expectRefusal(["array": ["tasks": .string(value)]], at: "/array/tasks", api)
            try await expectRefusal(["container": ["image": .string(value)]], at: "/container/image", api)
            try await expectRefusal(["environment": [value: "x"]], at: "/environment/", api)
        }
        for value in [
            "../x", "/etc/passwd", "a/../b", "a//b", "job.sbatch", "jobid", "submitting", "a\nb", "", ".farfield-x/y",
        ] {
            try await expectRefusal(["inputs": [["path": .string(value), "content": "x"]]], at: "/inputs/0/path", api)
        }
        for value in ["../*", "/etc/*", "a/../../b", "[a", "", "a\nb"] {
            try await expectRefusal(["outputs": [.string(value)]], at: "/outputs/0", api)
        }
        for value in ["a\nb", "a\u{0}b", "\u{2028}", "\u{202E}x", ""] {
            try await expectRefusal(["name": .string(value)], at: "/name", api)
        }
        try await expectRefusal(["command": ["x", "a\u{0}b"]], at: "/command/1", api)
        try await expectRefusal(["environment": ["LD_PRELOAD": "x.so"]], at: "/environment/LD_PRELOAD", api)
        #expect(try await api.get("/api/v1/jobs").json["items"]?.arrayValue?.isEmpty == true)
    }

    private func expectRefusal(_ change: [String: JSONValue], at path: String, _ api: API) async throws {
        var manifest: [String: JSONValue] = ["name": "x", "command": ["true"]]
        manifest.merge(change) { $1 }
        let answer = try await api.post("/api/v1/jobs", JSONValue.object(manifest).jsonText, type: "application/json")
        let paths = answer.json["errors"]?.arrayValue?.compactMap { $0["path"]?.stringValue } ?? []
        #expect(
            answer.status == 422 && paths.contains { $0.hasPrefix(path) },
            "\(manifest) gave \(answer.status) \(answer.text.prefix(300))"
        )
    }
}
