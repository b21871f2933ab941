import Documents
import LanguageModels
import Synchronization

/// A model that does what a test says, on the test's own clock.
final class ScriptedModel: LanguageModel {
    /// What becomes of a request.
    enum Act: Sendable {
        /// The text, all at once, after a while.
        case text(String, after: Duration = .zero, reason: ModelFinish.Reason = .stop)
        case fails(ModelFailure.Kind, after: Duration = .zero, retryAfter: Duration? = nil)
        /// The text, and no end.
        case noEnd(String)
        case hangs
    }

    /// What the desk did to it, and when.
    struct Seen: Sendable {
        var requests: [(at: Duration, request: ModelRequest)] = []
        var statuses: [Duration] = []
        var loads: [Duration] = []
        /// Generations that were broken off.
        var cancelled = 0
        var going = 0
        var mostGoing = 0
    }

    let endpoint: ModelEndpoint
    private let time: any DeskClock
    private let script: @Sendable (Int, ModelRequest) -> Act
    private let told: Mutex<Result<ModelStatus, ModelFailure>>
    private let loading: Duration
    private let seen = Mutex(Seen())

    /// A model whose requests, the first being 0, become what the script says.
    init(
        _ name: String = "one",
        time: any DeskClock,
        slots: Int = 1,
        status: Result<ModelStatus, ModelFailure> = .success(.init(version: "1", digest: "d1", isLoaded: true)),
        loading: Duration = .zero,
        script: @escaping @Sendable (Int, ModelRequest) -> Act
    ) {
        var endpoint = ModelEndpoint(name: name, url: "http://127.0.0.1:1", dialect: .ollama, model: "mistral")
        endpoint.slots = slots
        self.endpoint = endpoint
        self.time = time
        self.loading = loading
        self.script = script
        told = Mutex(status)
    }

    /// What it tells from now on.
    func tell(_ status: Result<ModelStatus, ModelFailure>) { told.withLock { $0 = status } }

    var requests: [ModelRequest] { seen.withLock { $0.requests.map(\.request) } }
    var times: [Duration] { seen.withLock { $0.requests.map(\.at) } }
    var loads: [Duration] { seen.withLock { $0.loads } }
    var cancelled: Int { seen.withLock { $0.cancelled } }
    var going: Int { seen.withLock { $0.going } }
    /// The most generations that went on at once.
    var mostGoing: Int { seen.withLock { $0.mostGoing } }

    func generate(_ request: ModelRequest) -> AsyncThrowingStream<ModelEvent, any Error> {
        let number = seen.withLock { seen in
            seen.requests.append((time.now, request))
            seen.going += 1
            seen.mostGoing = max(seen.mostGoing, seen.going)
            return seen.requests.count - 1
        }
        let act = script(number, request)
        let events = Mutex<[ModelEvent]?>(nil)
        return AsyncThrowingStream {
            if events.withLock({ $0 == nil }) {
                defer { self.seen.withLock { $0.going -= 1 } }
                do {
                    let found = try await self.perform(act)
                    events.withLock { $0 = found }
                } catch let error as CancellationError {
                    self.seen.withLock { $0.cancelled += 1 }
                    throw error
                }
            }
            return events.withLock { $0?.isEmpty == false ? $0?.removeFirst() : nil }
        }
    }

    private func perform(_ act: Act) async throws -> [ModelEvent] {
        let isLoaded = (try? told.withLock { $0 }.get())?.isLoaded ?? true
        if !isLoaded { try await time.sleep(loading) }
        switch act {
        case .text(let text, let delay, let reason):
            try await time.sleep(delay)
            return [.text(text), .finish(ModelFinish(reason: reason, promptTokens: 10, answerTokens: 5))]
        case .fails(let kind, let delay, let retryAfter):
            try await time.sleep(delay)
            throw ModelFailure(kind, "scripted", retryAfter: retryAfter)
        case .noEnd(let text): return [.text(text)]
        case .hangs:
            try await time.sleep(.seconds(1_000_000))
            return []
        }
    }

    func status() async throws(ModelFailure) -> ModelStatus {
        seen.withLock { $0.statuses.append(time.now) }
        return try told.withLock { $0 }.get()
    }

    func load() async throws(ModelFailure) {
        seen.withLock { $0.loads.append(time.now) }
        try? await time.sleep(loading)
        if case .success(let status) = told.withLock({ $0 }), status.isLoaded == false {
            tell(.success(.init(version: status.version, digest: status.digest, isLoaded: true)))
        }
    }
}

extension StructuredQuestion {
    /// A question of the tests.
    static func about(_ subject: String, temperature: Double = 0) -> StructuredQuestion {
        StructuredQuestion(
            name: "test",
            version: 1,
            instructions: "Judge.",
            facts: ["subject": .string(subject)],
            schema: [
                "type": "object", "additionalProperties": false, "required": ["ok", "score"],
                "properties": [
                    "ok": ["type": "boolean"], "score": ["type": "integer", "minimum": 0, "maximum": 100],
                ],
            ],
            temperature: temperature
        )
    }

    /// An answer that fits it.
    static let fitting = #"{"ok":true,"score":7}"#
}
