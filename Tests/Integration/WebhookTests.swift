import Documents
import Foundation
import Testing

/// Events of jobs, sent to a real receiver that trusts nobody.
@Suite("Webhooks to a receiver", .timeLimit(.minutes(5)))
struct WebhookTests {
    private static let manifest = "name: told\ncommand: sleep 1\nresources: {memory: 20M, walltime: 2m}"
    private static let allowing = "webhooks: {allow: [127.0.0.1]}"

    /// Makes a webhook by the command line; gives its name.
    private func add(_ receiver: Receiver, _ gateway: GatewayProcess, _ more: [String] = []) async throws -> String {
        let url = "http://127.0.0.1:\(receiver.port)/hear?me=1"
        let arguments = ["webhooks", "add", url, "--json"] + more.flatMap { ["--event", $0] }
        let answer = try await gateway.cli(arguments)
        try #require(answer.status == 0, "\(answer)")
        let webhook = try JSONValue(json: answer.output.utf8)
        #expect(webhook["events"]?.arrayValue?.compactMap(\.stringValue) == more)
        receiver.command("secret \(try #require(webhook["secret"]?.stringValue))")
        return try #require(webhook["id"]?.stringValue)
    }

    /// Numbers of the events of a job, as its own list has them.
    private func sequences(
        of job: String,
        _ gateway: GatewayProcess,
        only kinds: Set<String>? = nil
    ) async throws -> [Int] {
        let items = try await API(gateway).get("/api/v1/jobs/\(job)/events").json["items"]?.arrayValue ?? []
        return items.filter { kinds?.contains($0["type"]?.stringValue ?? "") ?? true }.compactMap {
            $0["sequence"]?.integerValue
        }
    }

    private func sequences(of job: String, _ messages: [JSONValue]) -> [Int] {
        messages.filter { $0["event"]?["subject"]?.stringValue == job }
            .compactMap { $0["event"]?["data"]?["sequence"]?.integerValue }
    }

    @Test("every event of a job arrives once, in order, as a CloudEvent with a signature that others verify")
    func whole() async throws {
        let receiver = try Receiver()
        let gateway = try await GatewayProcess(general: Self.allowing).start()
        let id = try await add(receiver, gateway)
        let trial = try await gateway.cli("webhooks", "test", id)
        #expect(trial.status == 0 && trial.output == "delivered: HTTP 200\n", "\(trial)")
        let job = try await API(gateway).submit(Self.manifest + "\nlabels: {survey: deep}")
        try await API(gateway).wait(job)
        let expected = try await sequences(of: job, gateway)
        try await eventually("all events are told") { try sequences(of: job, receiver.messages) == expected }
        let messages = try receiver.messages
        #expect(messages.allSatisfy { $0["valid"]?.isTrue == true }, "\(messages)")
        #expect(messages.first?["read"]?["type"] == "dev.farfield.webhook.test")
        let last = try #require(messages.last)
        #expect(last["path"] == "/hear?me=1")
        #expect(last["read"]?["type"] == "dev.farfield.job.state")
        #expect(last["read"]?["id"] == last["id"])
        #expect(last["read"]?["source"]?.stringValue?.hasPrefix("urn:uuid:") == true)
        let data = try #require(last["event"]?["data"])
        #expect(data["state"] == "completed" && data["name"] == "told" && data["labels"]?["survey"] == "deep")
        #expect(Set(messages.compactMap { $0["id"]?.stringValue }).count == messages.count)
        // The same facts that the job's own stream tells.
        let events = try await API(gateway).get("/api/v1/jobs/\(job)/events").json["items"]?.arrayValue ?? []
        let told = try #require(events.last?.objectValue)
        #expect(told.allSatisfy { data[$0.key] == $0.value })
        let listed = try await gateway.cli("webhooks", "deliveries", id)
        #expect(listed.output.split(separator: "\n").count == expected.count + 1, "\(listed)")
        #expect(try await gateway.cli("webhooks").output.contains("active"))
        #expect(try await gateway.cli("webhooks", "remove", id).status == 0)
        #expect(try await gateway.cli("webhooks", "test", id).status == 4)
        #expect(gateway.log.contains("whsec_") == false)
    }

    @Test("a receiver that answers with errors, hangs up or is not there gets everything in the end")
    func failing() async throws {
        let receiver = try Receiver()
        receiver.command("answer 503 Retry-After=1")
        let gateway = try await GatewayProcess(general: Self.allowing).start()
        let kinds: Set = ["job.submitted", "job.state"]
        let id = try await add(receiver, gateway, kinds.sorted())
        let first = try await API(gateway).submit(Self.manifest)
        try await eventually("it was asked to wait") { try !receiver.messages.isEmpty }
        try await eventually("the webhook is seen to fail") {
            try await API(gateway).get("/api/v1/webhooks/\(id)").json["state"] == "failing"
        }
        receiver.command("drop")
        try await API(gateway).wait(first)
        try await eventually("the connection was dropped", within: .seconds(60)) {
            try receiver.messages.contains { $0["answered"] == "drop" }
        }
        let webhook = try await API(gateway).get("/api/v1/webhooks/\(id)").json
        #expect(webhook["reason"]?.stringValue?.isEmpty == false && webhook["restsUntil"] != .null, "\(webhook)")
        receiver.command("answer 200")
        // Somebody knows that it is back, and does not wait for the pause.
        #expect(try await gateway.cli("webhooks", "resume", id).status == 0)
        let expected = try await sequences(of: first, gateway, only: kinds)
        try await eventually("everything is told") { try sequences(of: first, receiver.taken) == expected }
        #expect(try receiver.messages.allSatisfy { $0["valid"]?.isTrue == true })
        // A message that is refused does not keep back the next ones.
        receiver.command("refuse job.submitted 500")
        let second = try await API(gateway).submit(Self.manifest)
        try await API(gateway).wait(second)
        try await eventually("the others are told") {
            try sequences(of: second, receiver.taken) == (try await sequences(of: second, gateway, only: ["job.state"]))
        }
        receiver.command("refuse")
        // On a slow machine it may have been refused twice, and would rest for minutes.
        #expect(try await gateway.cli("webhooks", "resume", id).status == 0)
        try await eventually("the refused one is sent again") {
            try sequences(of: second, receiver.taken).sorted()
                == (try await sequences(of: second, gateway, only: kinds))
        }
    }

    @Test("a gateway killed between an event and its delivery, or in the middle of one, sends it after its start")
    func killed() async throws {
        let receiver = try Receiver()
        receiver.command("hang")
        let gateway = try await GatewayProcess(general: Self.allowing).start()
        _ = try await add(receiver, gateway)
        let job = try await API(gateway).submit(Self.manifest)
        try await eventually("the first message is on its way") { try !receiver.messages.isEmpty }
        try await API(gateway).wait(job)
        gateway.stop(with: SIGKILL)
        receiver.command("answer 200")
        try await gateway.start()
        let expected = try await sequences(of: job, gateway)
        try await eventually("everything is told") {
            try sequences(of: job, receiver.taken) == expected
        }
        let messages = try receiver.messages
        let first = messages.filter { $0["id"] == messages[0]["id"] }
        #expect(first.count >= 2, "the interrupted message comes again under its own name")
        #expect(Set(first.map { $0["event"]?.jsonText }).count == 1, "with the same bytes")
    }

    @Test("addresses that are not public get nothing unless an operator names them, whatever name leads there")
    func guarded() async throws {
        let receiver = try Receiver()
        let gateway = try await GatewayProcess().start()
        let api = API(gateway)
        func create(_ url: String) async throws -> API.Answer {
            try await api.post("/api/v1/webhooks", #"{"url": "\#(url)"}"#, type: "application/json")
        }
        for host in ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254"] {
            let answer = try await create("https://\(host):\(receiver.port)/")
            #expect(answer.status == 403 && answer.text.contains("webhooks.allow"), "\(answer.text)")
        }
        #expect(try await create("http://lab.example/").status == 403)
        let faulty = try await create("https://user:secret@lab.example/")
        #expect(faulty.status == 400 && faulty.json["errors"]?.arrayValue?.first?["path"] == "/url", "\(faulty.text)")
        let answer = try await create("https://localhost:\(receiver.port)/")
        #expect(answer.status == 201)
        let id = try #require(answer.json["id"]?.stringValue)
        let trial = try await gateway.cli("webhooks", "test", id)
        #expect(trial.status == 1 && trial.output.contains("is not public"), "\(trial)")
        #expect(try receiver.messages.isEmpty)
        #expect(try await api.get("/api/v1/webhooks", token: "other").status == 401)
    }

    @Test("a redirect is not followed")
    func redirected() async throws {
        let (receiver, other) = (try Receiver(), try Receiver())
        receiver.command("answer 307 Location=http://127.0.0.1:\(other.port)/")
        let gateway = try await GatewayProcess(general: Self.allowing).start()
        let id = try await add(receiver, gateway)
        let trial = try await gateway.cli("webhooks", "test", id)
        #expect(trial.status == 1 && trial.output.contains("redirects are not followed"), "\(trial)")
        #expect(try other.messages.isEmpty)
    }

    @Test("two gateways on one database tell each event once")
    func two() async throws {
        try await SharedInstallation.with { installation in
            let receiver = try Receiver()
            let first = try await installation.gateway(general: Self.allowing).start()
            let second = try await installation.gateway(general: Self.allowing).start()
            _ = try await add(receiver, first)
            var jobs: [String] = []
            for number in 0..<6 { jobs.append(try await API([first, second][number % 2]).submit(Self.manifest)) }
            for job in jobs { try await API(second).wait(job) }
            for job in jobs {
                let expected = try await sequences(of: job, first)
                try await eventually("all events are told") { try sequences(of: job, receiver.messages) == expected }
            }
        }
    }
}
