import CurlClient
import Documents
import Foundation
import Testing

/// The REST API keeps its word.
@Suite("The API", .timeLimit(.minutes(4)))
struct APITests {
    private static let manifest = "name: api\ncommand: 'true'\nresources: {memory: 50M, walltime: 2m}"

    @Test("refuses with problem documents that say what would be right")
    func problems() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let none = "job_00000000000000000000000000"
        let big = "name: x\ncommand: " + String(repeating: "x", count: 3 << 20)
        let deep = String(repeating: "[", count: 100_000)
        let cases: [(API.Answer, Int, String)] = [
            (try await api.get("/api/v1/jobs", token: nil), 401, "unauthenticated"),
            (try await api.get("/api/v1/jobs", token: "wrong"), 401, "unauthenticated"),
            (try await api.get("/api/v1/nothing"), 404, "not-found"),
            (try await api.get("/api/v1/jobs/\(none)"), 404, "not-found"),
            (try await api.get("/api/v1/jobs/..%2f..%2fetc"), 404, "not-found"),
            (try await api.send("PUT", "/api/v1/jobs"), 405, "method-not-allowed"),
            (try await api.post("/api/v1/jobs", "x", type: "text/plain"), 415, "unsupported-media-type"),
            (try await api.post("/api/v1/jobs", "{", type: "application/json"), 400, "invalid-request"),
            (try await api.post("/api/v1/jobs", "a: [", type: "application/yaml"), 400, "invalid-request"),
            (try await api.post("/api/v1/jobs", deep, type: "application/json"), 400, "invalid-request"),
            (try await api.post("/api/v1/jobs", deep, type: "application/yaml"), 400, "invalid-request"),
            (try await api.post("/api/v1/jobs", big), 413, "payload-too-large"),
            (try await api.post("/api/v1/jobs", "name: x"), 422, "invalid-manifest"),
            (try await api.post("/api/v1/jobs", Self.manifest + "\nsite: mars"), 422, "invalid-manifest"),
            (try await api.post("/api/v1/jobs", Self.manifest + "\ntemplate: mars"), 422, "invalid-manifest"),
            (
                try await api.post("/api/v1/jobs", Self.manifest + "\ndependencies: [{job: \(none)}]"), 422,
                "invalid-manifest"
            ),
            (try await api.get("/api/v1/jobs?state=sleeping&limit=0&colour=red"), 400, "invalid-request"),
            (try await api.get("/api/v1/jobs?cursor=zzz"), 400, "invalid-request"),
            (try await api.get("/api/v1/sites/mars"), 404, "not-found"),
        ]
        for (answer, status, slug) in cases {
            #expect(answer.status == status, "\(answer.text.prefix(300))")
            #expect(answer.headers["Content-Type"] == "application/problem+json")
            #expect(
                answer.json["type"]?.stringValue == "https://farfield.dev/problems/\(slug)",
                "\(answer.text.prefix(300))"
            )
            #expect(answer.json["requestId"]?.stringValue == answer.headers["X-Request-Id"])
            #expect(answer.json["detail"]?.stringValue?.isEmpty == false)
        }
        #expect(cases[5].0.headers["Allow"] == "GET, HEAD, POST")
        #expect(cases[0].0.headers["WWW-Authenticate"] != nil)
        #expect(try await api.send("HEAD", "/api/v1/sites").status == 200)
    }

    @Test("knows a repeated request by its key, also when it comes many times at once")
    func idempotency() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 {
                group.addTask { try await api.submit(Self.manifest, headers: ["Idempotency-Key": "k-1"]) }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        let other = try await api.post(
            "/api/v1/jobs",
            Self.manifest + "\npriority: 9",
            headers: ["Idempotency-Key": "k-1"]
        )
        #expect(other.status == 422)
        #expect(other.json["type"]?.stringValue?.hasSuffix("/idempotency-key-reused") == true)
        #expect(try await api.post("/api/v1/jobs", Self.manifest, headers: ["Idempotency-Key": "a b"]).status == 400)
        #expect(try await api.get("/api/v1/jobs").json["items"]?.arrayValue?.count == 1)
    }

    @Test("previews without storing, and makes the same of YAML and JSON")
    func dryRun() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let yaml = try await api.post("/api/v1/jobs?dryRun=true", Self.manifest)
        let json = try await api.post(
            "/api/v1/jobs",
            #"{"name":"api","command":"true","resources":{"memory":"50M","walltime":"2m"},"dryRun":true}"#,
            type: "application/json; charset=utf-8"
        )
        #expect(yaml.status == 200 && json.status == 200)
        #expect(yaml.json["scriptDigest"] == json.json["scriptDigest"])
        #expect(yaml.json["script"]?.stringValue?.hasPrefix("#!/bin/bash\n") == true)
        #expect(try await api.get("/api/v1/jobs").json["items"]?.arrayValue?.isEmpty == true)
        let file = gateway.home + "/job.yaml"
        try Self.manifest.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await gateway.cli("render", file).output == yaml.json["script"]?.stringValue)
    }

    @Test("lists with filters and pages while new jobs arrive")
    func lists() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        var ids: [String] = []
        for number in 0..<7 {
            ids.append(
                try await api.submit(
                    "name: n\(number % 2)\ncommand: 'true'\nlabels: {k: v\(number)}\nresources: {memory: 50M, walltime: 2m}"
                )
            )
        }
        var seen: [String] = []
        var next: String? = ""
        while let cursor = next {
            let page = try await api.get("/api/v1/jobs?limit=2" + (cursor.isEmpty ? "" : "&cursor=\(cursor)")).json
            seen += (page["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
            next = page["next"]?.stringValue
            _ = try await api.submit(Self.manifest)
        }
        #expect(seen == ids.reversed())
        #expect(try await api.get("/api/v1/jobs?name=n1").json["items"]?.arrayValue?.count == 3)
        #expect(
            try await api.get("/api/v1/jobs?label=k%3Dv3").json["items"]?.arrayValue?.first?["id"]?.stringValue
                == ids[3]
        )
        for id in ids { try await api.wait(id) }
        #expect(try await api.get("/api/v1/jobs?state=completed&name=n0").json["items"]?.arrayValue?.count == 4)
    }

    @Test("streams events: replayed, live, resumed, and ended after the last")
    func events() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let id = try await api.submit("name: e\ncommand: sleep 1\nresources: {memory: 50M, walltime: 2m}")
        let stream = try await api.get("/api/v1/jobs/\(id)/events", headers: ["Accept": "text/event-stream"])
        #expect(stream.headers["Content-Type"] == "text/event-stream")
        let numbers = stream.text.matches(of: /(?m)^id: (\d+)$/).compactMap { Int($0.1) }
        #expect(numbers == Array(1...numbers.count))
        #expect(stream.text.contains("\"state\":\"completed\""))
        let rest = try await api.get(
            "/api/v1/jobs/\(id)/events",
            headers: ["Accept": "text/event-stream", "Last-Event-ID": "\(numbers.count - 1)"]
        )
        #expect(rest.text.split(separator: "\n").count(where: { $0.hasPrefix("id: ") }) == 1)
        let list = try await api.get("/api/v1/jobs/\(id)/events?after=1").json["items"]?.arrayValue ?? []
        #expect(list.count == numbers.count - 1)
        let refused = try await api.get("/api/v1/jobs/\(id)/events", headers: ["Accept": "image/png"])
        #expect(refused.status == 406)
        let bad = try await api.get(
            "/api/v1/jobs/\(id)/events",
            headers: ["Accept": "text/event-stream", "Last-Event-ID": "x"]
        )
        #expect(bad.status == 400)
    }

    @Test("ends endless streams when it is asked to stop, and ends well")
    func gracefulShutdown() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let id = try await api.submit("name: e\ncommand: sleep 60\nresources: {memory: 50M, walltime: 2m}")
        try await api.wait(id, for: ["running"])
        async let events = api.get("/api/v1/jobs/\(id)/events", headers: ["Accept": "text/event-stream"])
        async let log = api.get("/api/v1/jobs/\(id)/logs/stdout?follow=true")
        try await eventually("both streams are open") {
            gateway.log.contains("logs/stdout") && gateway.log.contains("/events")
        }
        let begin = ContinuousClock.now
        #expect(gateway.stop(with: SIGTERM) == 0)
        #expect(ContinuousClock.now - begin < .seconds(10))
        _ = try? await (events, log)
        try await gateway.start()
        _ = try await API(gateway).post("/api/v1/jobs/\(id)/cancel", "")
        #expect(try await API(gateway).wait(id)["state"] == "cancelled")
    }

    @Test("reads logs in ranges and while they grow, and outputs with odd names")
    func files() async throws {
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        let id = try await api.submit(
            """
            name: files
            script: |
              echo first; sleep 3; echo second
              mkdir -p "o ut"; printf 0123456789 > "o ut/é 'x' \\"y\\".bin"; ln -s /etc/passwd "o ut/link"
            outputs: ["o ut/*", "missing/*"]
            resources: {memory: 50M, walltime: 2m}
            """
        )
        try await api.wait(id, for: ["running"])
        let followed = try await api.get("/api/v1/jobs/\(id)/logs/stdout?follow=true")
        #expect(followed.text == "first\nsecond\n")
        let job = try await api.wait(id)
        #expect(job["state"] == "completed")
        #expect(job["reason"]?.stringValue?.contains("symbolic link") == true, "\(job.jsonText)")
        #expect(job["reason"]?.stringValue?.contains("missing/*") == true)
        let path = "/api/v1/jobs/\(id)/logs/stdout"
        let part = try await api.get(path, headers: ["Range": "bytes=2-4"])
        #expect(part.status == 206 && part.text == "rst" && part.headers["Content-Range"] == "bytes 2-4/13")
        #expect(try await api.get(path, headers: ["Range": "bytes=-7"]).text == "second\n")
        #expect(try await api.get(path, headers: ["Range": "bytes=99-"]).status == 416)
        #expect(try await api.get(path + "?task=1").status == 404)
        let outputs = try await api.get("/api/v1/jobs/\(id)/outputs").json["items"]?.arrayValue ?? []
        #expect(outputs.map { $0["path"] } == ["o ut/é 'x' \"y\".bin"])
        let link = try #require(outputs.first?["links"]?["content"]?.stringValue)
        let file = try await api.get(link)
        #expect(file.text == "0123456789")
        let tag = try #require(file.headers["ETag"])
        #expect(tag == "\"\(outputs[0]["digest"]?.stringValue ?? "")\"")
        #expect(try await api.get(link, headers: ["If-None-Match": tag]).status == 304)
        #expect(try await api.get(link, headers: ["Range": "bytes=8-"]).text == "89")
    }
}
