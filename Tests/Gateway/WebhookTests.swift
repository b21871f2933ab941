import CurlClient
import Documents
import Foundation
import Logging
import Storage
import Synchronization
import Testing

@testable import Gateway
@testable import TaskQueue

/// A receiver that follows a script, on a clock that the test moves.
private final class ScriptedReceiver: Sendable {
    /// What came, and when.
    struct Message: Sendable {
        let id: String
        let at: Timestamp
    }

    let clock = Mutex(Timestamp(seconds: 1_800_000_000))
    let heard = Mutex<[Message]>([])
    private let answer: @Sendable (String, Int) throws -> HTTPResponse

    /// - Parameter answer: what to say to a message, by its id and how often it came.
    init(_ answer: @escaping @Sendable (String, Int) throws -> HTTPResponse) { self.answer = answer }

    var now: Timestamp { clock.withLock { $0 } }
    var keeper: TimeKeeper { TimeKeeper { self.now } }
    var ids: [String] { heard.withLock { $0.map(\.id) } }

    var sender: WebhookSender {
        WebhookSender(policy: WebhookPolicy()) { request in
            let id = request.headers["webhook-id"] ?? ""
            let count = self.heard.withLock { heard in
                heard.append(Message(id: id, at: self.now))
                return heard.count { $0.id == id }
            }
            return try self.answer(id, count)
        }
    }

    static func says(_ status: Int, _ headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(head: HTTPResponseHead(status: status, headers: headers), body: Array("said".utf8))
    }
}

/// A webhook on a database, and what is due of it.
private struct WebhookBench {
    let database: any Database
    let receiver: ScriptedReceiver
    let service: WebhookService
    let id: WebhookID
    let job: JobID

    init(_ database: any Database, _ receiver: ScriptedReceiver) async throws {
        self.database = database
        self.receiver = receiver
        service = WebhookService(
            database: database,
            policy: WebhookPolicy(),
            sender: receiver.sender,
            source: "urn:uuid:0",
            keeper: receiver.keeper
        )
        let document = try Document(json: Array(#"{"url": "https://lab.example/events"}"#.utf8))
        id = try await service.create(document, by: Person(name: "admin", isAdmin: true)).webhook.id
        let job = sampleJob()
        self.job = job.id
        try await database.transaction { try SubmissionStore.insert(job, dependencies: [], on: $0) }
    }

    /// Writes events as a change of the job does.
    func write(_ sequences: ClosedRange<Int>) async throws {
        let (job, now) = (job, receiver.now)
        try await database.transaction { connection in
            guard let job = try JobStore(tasks: JobTasks(queue: TaskStore()), keeper: .system).find(job, on: connection)
            else { return }
            for sequence in sequences {
                let fact = JobEvents.Fact(kind: .progress, data: [:])
                try EventStore.append(fact, sequence: sequence, of: job, at: now, on: connection)
            }
        }
    }

    /// Runs the webhook's task whenever it is due, until nothing waits or so much time has passed.
    func run(for time: Duration) async throws {
        let end = receiver.now + time
        let queue = TaskStore(time: TimeSource(now: { receiver.now.microseconds }, sleep: { _ in }))
        let handler = DeliverWebhook(
            database: database,
            queue: queue,
            sender: receiver.sender,
            source: "urn:uuid:0",
            keeper: receiver.keeper,
            logger: Logger(label: "test"),
            random: { 0.5 }
        )
        while receiver.now < end {
            let moment = receiver.now
            let task = try await database.transaction { connection in
                try queue.enqueue(WebhookWatch.task(id, moment), on: connection)
                return try queue.claim(
                    kind: TaskKind.deliverWebhook,
                    limit: 1,
                    owner: "test",
                    lease: .seconds(3600),
                    on: connection
                ).first
            }
            let outcome = try await handler.run(try #require(task))
            try await database.transaction { try $0.execute("DELETE FROM tasks") }
            guard case .again(let pause) = outcome else { return }
            receiver.clock.withLock { $0 = $0 + pause }
        }
        receiver.clock.withLock { $0 = end }
    }

    func states() async throws -> [WebhookDelivery.State] {
        try await service.deliveries(of: id, state: nil, limit: 100).reversed().map(\.state)
    }

    func message(_ sequence: Int) -> String { "\(job.text)-\(sequence)" }
}

@Suite("Webhooks", .timeLimit(.minutes(2)))
struct WebhookTests {
    @Test("are signed as Standard Webhooks 1.0 says")
    func signature() throws {
        // The example of the reference libraries.
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = secret.signature(
            message: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            seconds: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8)
        )
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(
        "that could never be sent are refused",
        arguments: [
            ("ftp://lab.example/", GatewayError.Kind.invalidRequest), ("https://user@lab.example/", .invalidRequest),
            ("https://lab.example/#a", .invalidRequest), ("https://lab.example:0/", .invalidRequest),
            ("https://lab.example:65536/", .invalidRequest), ("https:///x", .invalidRequest), ("", .invalidRequest),
            ("https://[::1", .invalidRequest), ("https://[nowhere]/", .invalidRequest),
            ("https://lab.example/a b", .invalidRequest), ("https://127.0.0.1/", .forbidden),
            ("https://[::1]/", .forbidden), ("https://169.254.169.254/latest", .forbidden),
            ("https://[::ffff:10.0.0.1]:8443/", .forbidden), ("http://lab.example/", .forbidden),
            ("http://8.8.8.8/", .forbidden),
        ]
    )
    func refusals(url: String, kind: GatewayError.Kind) throws {
        let document = try Document(json: Array(JSONValue.object(["url": .string(url)]).jsonText.utf8))
        let error = #expect(throws: GatewayError.self) {
            try WebhookWish.read(document).requireAllowed(by: WebhookPolicy())
        }
        #expect(error?.kind == kind)
    }

    @Test("may lead where an operator allows it")
    func allowed() throws {
        let policy = WebhookPolicy(allowed: [try #require(AddressBlock("10.0.0.0/8"))])
        for url in ["http://10.1.2.3:8080/x?y=z", "https://10.1.2.3", "http://receiver.lab/", "https://8.8.8.8/"] {
            let document = try Document(json: Array(JSONValue.object(["url": .string(url)]).jsonText.utf8))
            try WebhookWish.read(document).requireAllowed(by: policy)
        }
        let inside = try #require(NetworkAddress("10.9.9.9"))
        let outside = try #require(NetworkAddress("8.8.8.8"))
        #expect(policy.permits(inside, isSecure: false))
        #expect(policy.permits(outside, isSecure: true))
        #expect(!policy.permits(outside, isSecure: false))
    }

    @Test("send every event once, in order; a receiver that is away loses nothing and nothing overtakes")
    func away() async throws {
        for engine in Engine.allCases {
            try await engine.withSpine { database, _ in
                let receiver = ScriptedReceiver { id, count in
                    if id.hasSuffix("-2"), count == 1 { return ScriptedReceiver.says(503, ["Retry-After": "600"]) }
                    if id.hasSuffix("-2"), count == 2 { throw HTTPClientError.refused("nobody listens") }
                    return ScriptedReceiver.says(204)
                }
                let bench = try await WebhookBench(database, receiver)
                try await bench.write(1...4)
                try await bench.run(for: .seconds(3600))
                #expect(receiver.ids == [1, 2, 2, 2, 3, 4].map(bench.message))
                let times = receiver.heard.withLock { $0.map(\.at) }
                #expect(times[2] - times[1] >= .seconds(600))
                #expect(try await bench.states() == [.delivered, .delivered, .delivered, .delivered])
                #expect(try await bench.service.webhook(bench.id).failures == 0)
            }
        }
    }

    @Test("go on with the next message when one is refused, and give it up after ten attempts in three days")
    func refused() async throws {
        for engine in Engine.allCases {
            try await engine.withSpine { database, _ in
                let receiver = ScriptedReceiver { id, _ in ScriptedReceiver.says(id.hasSuffix("-1") ? 500 : 200) }
                let bench = try await WebhookBench(database, receiver)
                try await bench.write(1...2)
                try await bench.run(for: .seconds(5 * 86_400))
                #expect(receiver.ids == [1, 2].map(bench.message) + (0..<9).map { _ in bench.message(1) })
                let times = receiver.heard.withLock { $0.filter { $0.id == bench.message(1) }.map(\.at) }
                let span = try #require(times.last) - times[0]
                #expect(span > .seconds(3 * 86_400) && span < .seconds(4 * 86_400))
                // What was delivered is remembered for three days.
                #expect(try await bench.states() == [.failed])
                let failed = try await bench.service.deliveries(of: bench.id, state: .failed, limit: 10)
                #expect(failed.map(\.error) == ["HTTP 500: said"])
                #expect(failed.map(\.attempts) == [10])
            }
        }
    }

    @Test("are disabled by 410, and after three days without an answer; resuming sends what was given up")
    func disabled() async throws {
        for engine in Engine.allCases {
            try await engine.withSpine { database, _ in
                let isBack = Mutex(false)
                let receiver = ScriptedReceiver { _, _ in
                    if isBack.withLock({ $0 }) { return ScriptedReceiver.says(200) }
                    throw HTTPClientError.timedOut("it is silent")
                }
                let bench = try await WebhookBench(database, receiver)
                try await bench.write(1...3)
                try await bench.run(for: .seconds(2 * 86_400))
                #expect(try await bench.service.webhook(bench.id).disabledReason == nil)
                try await bench.run(for: .seconds(2 * 86_400))
                let webhook = try await bench.service.webhook(bench.id)
                #expect(webhook.disabledReason?.contains("3 days: no answer in time") == true)
                #expect(try await bench.states() == [.failed, .failed, .failed])
                // What happens meanwhile is not noted for it.
                try await bench.write(4...4)
                #expect(try await bench.states().count == 3)
                isBack.withLock { $0 = true }
                receiver.heard.withLock { $0 = [] }
                #expect(try await bench.service.resume(bench.id, by: .gateway).waiting == 3)
                try await bench.run(for: .seconds(60))
                #expect(receiver.ids == [1, 2, 3].map(bench.message))
            }
            try await engine.withSpine { database, _ in
                let receiver = ScriptedReceiver { _, _ in ScriptedReceiver.says(410) }
                let bench = try await WebhookBench(database, receiver)
                try await bench.write(1...2)
                try await bench.run(for: .seconds(60))
                #expect(receiver.ids == [bench.message(1)])
                #expect(try await bench.service.webhook(bench.id).disabledReason?.contains("410") == true)
            }
        }
    }

    @Test("hear only the kinds they asked for; one removed hears nothing and leaves nothing")
    func kinds() async throws {
        for engine in Engine.allCases {
            try await engine.withSpine { database, _ in
                let receiver = ScriptedReceiver { _, _ in ScriptedReceiver.says(200) }
                let bench = try await WebhookBench(database, receiver)
                let wish = #"{"url": "https://b.example", "events": ["job.state"], "description": "ends"}"#
                let states = try await bench.service.create(
                    try Document(json: Array(wish.utf8)),
                    by: Person(name: "admin", isAdmin: true)
                )
                try await bench.write(1...3)
                #expect(try await bench.service.deliveries(of: states.webhook.id, state: nil, limit: 9).isEmpty)
                #expect(try await bench.service.list().map(\.waiting).sorted() == [0, 3])
                try await bench.service.remove(bench.id, by: .gateway)
                await #expect(throws: GatewayError.self) { try await bench.service.webhook(bench.id) }
                #expect(try await database.read { try WebhookDeliveryStore.waiting(on: $0) } == 0)
            }
        }
    }
}
