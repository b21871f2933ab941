import CurlClient
import Documents
import Foundation
import Gateway
import Testing

/// The table of rights, tried line by line: every operation of the API document as every role, as somebody else than the
/// owner, with a token that is good for reading only, and as nobody.
@Suite("Rights", .timeLimit(.minutes(10)))
struct RightsTests {
    /// Somebody who tries, and who the table takes them for.
    private struct Caller {
        let name: String
        let api: API
        let person: Person?
    }

    /// An operation of the API document with the names of alice's things in its address.
    private struct Attempt {
        let method: String
        let path: String
        let operation: Gateway.Operation

        var label: String { "\(method) \(path)" }
    }

    @Test("are what the table says, for everybody and every operation of the API document")
    func table() async throws {
        let gateway = try await GatewayProcess(general: "limits: {rates: off}\n").start()
        let admin = API(gateway)
        for (name, role) in [("alice", "researcher"), ("bob", "researcher"), ("rita", "reader"), ("carol", "admin")] {
            let body = "{\"name\": \"\(name)\", \"role\": \"\(role)\"}"
            #expect(try await admin.post("/api/v1/people", body, type: "application/json").status == 201)
        }
        let alice = try await caller("alice", .researcher, [.read, .write], gateway)
        let names = try await alicesThings(alice.api, admin)
        let callers = [
            alice,
            try await caller("bob", .researcher, [.read, .write], gateway),
            try await caller("alice", .researcher, [.read], gateway),
            try await caller("rita", .reader, [.read, .write], gateway),
            try await caller("carol", .admin, [.read, .write], gateway),
            Caller(name: "nobody", api: API(gateway, token: ""), person: nil),
            Caller(
                name: "a wrong token",
                api: API(gateway, token: "ff_" + String(repeating: "0", count: 64)),
                person: nil
            ),
        ]
        let attempts = try Self.attempts(try await admin.get("/openapi.json").json, names)
        #expect(
            Set(attempts.map(\.operation)).isSuperset(
                of: Gateway.Operation.allCases.filter { !Self.unrouted.contains($0) }
            )
        )
        for caller in callers {
            for attempt in attempts { try await check(attempt, caller) }
        }
        // Nothing that was refused left a trace: alice's job is as it was, and nobody else has any.
        let job = try await alice.api.get("/api/v1/jobs/\(names["job"] ?? "")").json
        #expect(job["owner"] == "alice")
        #expect(try await callers[1].api.get("/api/v1/jobs").json["items"]?.arrayValue?.isEmpty == true)
    }

    @Test("hold for names in bodies and queries: what is somebody else's is not there")
    func bodies() async throws {
        let token = NSTemporaryDirectory() + "farfield-token-" + UUID().uuidString
        try "secret".write(toFile: token, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: token) }
        let tokens = "[{prefix: \"https://data.example.org/\", tokenFile: \(token), people: [alice]}]"
        let gateway = try await GatewayProcess(general: "sources: {tokens: \(tokens)}\n").start()
        let admin = API(gateway)
        for name in ["alice", "bob"] {
            let body = "{\"name\": \"\(name)\", \"role\": \"researcher\"}"
            #expect(try await admin.post("/api/v1/people", body, type: "application/json").status == 201)
        }
        let alice = try await caller("alice", .researcher, [.read, .write], gateway).api
        let bob = try await caller("bob", .researcher, [.read, .write], gateway).api
        let hers = try await alice.post("/api/v1/artifacts", "hers alone", type: "application/octet-stream")
        let digest = hers.json["digest"]?.stringValue ?? ""
        let job = try await alice.submit("name: hers\nsite: a\ncommand: echo hers > out\noutputs: [out]\n")
        try await alice.wait(job)
        let absent = "job_" + String(repeating: "0", count: 26)
        for (lines, isAbsentToo) in [
            ("dependencies: [{job: JOB}]", true), ("inputs: [{path: x, source: \"job:JOB/out\"}]", true),
            ("inputs: [{path: x, source: \"artifact:\(digest)\"}]", false), ("project: hers", false),
            ("inputs: [{path: x, source: \"https://data.example.org/survey\"}]", false),
            ("resources: {account: TG-OTHER}", false),
        ] {
            let manifest = "name: his\nsite: a\ncommand: cat x > y\noutputs: [y]\n" + lines
            let answer = try await bob.post("/api/v1/jobs", manifest.replacing("JOB", with: job))
            #expect(answer.status == 422, "\(lines): \(answer.text)")
            guard isAbsentToo else { continue }
            // Nobody learns from the answer whether there is such a job.
            let other = try await bob.post("/api/v1/jobs", manifest.replacing("JOB", with: absent))
            #expect(other.status == 422)
            let (his, its) = (answer.json["errors"], other.json["errors"])
            #expect(its?.jsonText.replacing(absent, with: job) == his?.jsonText)
        }
        for query in ["left=\(job)&right=\(job)", "left=\(absent)&right=\(absent)"] {
            #expect(try await bob.get("/api/v1/comparisons?\(query)").status == 404)
        }
        let upload = try await bob.send(
            "POST",
            "/api/v1/artifacts?account=alice",
            body: Array("his".utf8),
            headers: ["Content-Type": "application/octet-stream"]
        )
        #expect(upload.status == 403 || upload.status == 400, "\(upload.text)")
        #expect(try await bob.get("/api/v1/jobs?owner=alice").json["items"]?.arrayValue?.isEmpty == true)
        #expect(try await bob.get("/api/v1/artifacts").json["items"]?.arrayValue?.isEmpty == true)
        // The result she computed is not his known result.
        let same = try await bob.submit("name: his\nsite: a\ncommand: echo hers > out\noutputs: [out]\n")
        let ended = try await bob.wait(same)
        #expect(ended["state"] == "completed" && ended["cache"]?["status"] == "miss", "\(ended)")
    }

    /// Rights that no address has of its own.
    private static let unrouted: Set<Gateway.Operation> = [.sendUrgently, .exceedCaps]

    private func caller(
        _ name: String,
        _ role: Role,
        _ scopes: Set<Scope>,
        _ gateway: GatewayProcess
    ) async throws -> Caller {
        let list = scopes.map { "\"\($0.rawValue)\"" }.sorted().joined(separator: ", ")
        let token = try await API(gateway).post(
            "/api/v1/people/\(name)/tokens",
            "{\"label\": \"test\", \"scopes\": [\(list)]}",
            type: "application/json"
        )
        try #require(token.status == 201, "\(token.text)")
        let secret = try #require(token.json["secret"]?.stringValue)
        return Caller(
            name: "\(name) (\(list))",
            api: API(gateway, token: secret),
            person: Person(name: name, role: role, scopes: scopes)
        )
    }

    /// Makes one of each thing that can belong to somebody, and tells their names.
    private func alicesThings(_ alice: API, _ admin: API) async throws -> [String: String] {
        let job = try await alice.post(
            "/api/v1/jobs",
            "name: hers\nsite: a\ncommand: sleep 600\nresources: {walltime: 20m}\n",
            type: "application/yaml"
        )
        try #require(job.status == 202, "\(job.text)")
        let artifact = try await alice.post("/api/v1/artifacts", "hers alone", type: "application/octet-stream")
        try #require(artifact.status == 201, "\(artifact.text)")
        let project = try await admin.post(
            "/api/v1/projects",
            "{\"name\": \"hers\", \"title\": \"Hers\", \"contact\": \"a@b.example\", \"members\": [{\"person\": \"alice\"}]}",
            type: "application/json"
        )
        try #require(project.status == 201, "\(project.text)")
        return [
            "job": job.json["id"]?.stringValue ?? "", "artifact": artifact.json["digest"]?.stringValue ?? "",
            "project": "hers", "person": "alice",
        ]
    }

    /// Every operation of the document, with alice's names in the address.
    private static func attempts(_ document: JSONValue, _ names: [String: String]) throws -> [Attempt] {
        var attempts: [Attempt] = []
        for (pattern, item) in (document["paths"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            for (method, details) in (item.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
                let right = try #require(details["x-farfield-right"]?.stringValue)
                let operation = Gateway.Operation(rawValue: right)
                guard let operation else { throw WaitFailure(description: "\(right) is no right") }
                let object = Rights.of(operation).object
                var path = pattern
                if let object, let name = names[object.rawValue] {
                    path = path.replacing("{\(object.parameter)}", with: name)
                }
                path = path.replacing("{name}", with: "a").replacing("{digest}", with: names["artifact"] ?? "")
                path = path.replacing(/\{[a-z]+\}/, with: "none")
                attempts.append(Attempt(method: method.uppercased(), path: path, operation: operation))
            }
        }
        return attempts
    }

    private func check(_ attempt: Attempt, _ caller: Caller) async throws {
        // What ends something of alice's is tried by those who must not, and never by those who may.
        let right = Rights.of(attempt.operation)
        let reach = Rights.reach(attempt.operation, of: caller.person)
        let isAllowed = reach == .all || (reach == .own && (right.object == nil || caller.person?.name == "alice"))
        if isAllowed, attempt.method != "GET" { return }
        let answer = try await caller.api.send(
            attempt.method,
            attempt.path,
            body: ["POST", "PUT", "PATCH"].contains(attempt.method) ? Array("{}".utf8) : nil,
            headers: ["Content-Type": "application/json"]
        )
        let isPage = attempt.path.hasPrefix("/console")
        let what: Comment = "\(caller.name): \(attempt.label) answered \(answer.status)"
        switch (isAllowed, caller.person) {
        case (true, _): #expect(![401, 403].contains(answer.status) || attempt.path == "/login/callback", what)
        case (false, nil): #expect(answer.status == 401 || (isPage && answer.status == 303), what)
        case (false, _) where reach == .none: #expect(answer.status == 403, what)
        // A name that is none is told as such; one of somebody else's is not there.
        case (false, _): #expect(attempt.path.contains("none") ? answer.status >= 400 : answer.status == 404, what)
        }
    }
}
