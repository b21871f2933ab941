import CurlClient
import Documents
import Foundation
import LanguageModels
import Logging
import TestSupport
import Testing

/// llama.cpp's server with a model of random weights, as `scripts/engine` starts it.
struct Engine: Sendable {
    /// Says well-formed noise.
    static let text = Engine("FARFIELD_TEST_ENGINE", "text")
    /// Says bytes that are no UTF-8, too.
    static let bytes = Engine("FARFIELD_TEST_ENGINE_BYTES", "bytes")
    private static let client = HTTPClient(.init(userAgent: "farfield-tests"))

    let model: any LanguageModel

    private init?(_ variable: String, _ name: String) {
        guard let url = ProcessInfo.processInfo.environment[variable] else { return nil }
        var endpoint = ModelEndpoint(name: name, url: url, dialect: .llamaServer, model: name)
        endpoint.slots = 4
        model = ModelDriver.model(endpoint, client: Self.client)
    }

    /// A request for free text.
    static func free(seed: Int, tokens: Int) -> ModelRequest {
        ModelRequest(
            messages: [.init(.user, "Say something.")],
            temperature: 1,
            seed: seed,
            maximumTokens: tokens,
            deadline: .seconds(30)
        )
    }

    /// Waits until no slot works.
    func untilIdle() async throws {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            let answer = try await Self.client.send(HTTPRequest("GET", model.endpoint.url + "/slots"))
            let slots = try JSONValue(json: answer.body).arrayValue ?? []
            if !slots.isEmpty, !slots.contains(where: { $0["is_processing"] == true }) { return }
            await Task.yield()
        }
        Issue.record("a slot still works after 20 s")
    }
}

/// What came of many questions.
struct EngineTally: Sendable {
    /// The schema and the value of each answer that was accepted.
    private(set) var accepted: [JSONValue] = []
    /// Failures that are ours: no model can cause them.
    private(set) var faults: [String: Int] = [:]
    private var ends: [String: Int] = [:]
    private var asked = 0

    /// Asks as many questions as `count`, four at once, each at a desk of its own, so that no breaker spares the engine.
    mutating func ask(_ count: Int, of question: @Sendable @escaping (Int) -> StructuredQuestion, at engine: Engine)
        async
    {
        await withTaskGroup(of: (JSONValue?, Result<AnswerSource, ModelFailure>).self) { group in
            for seed in 1...count {
                if seed > 4, let end = await group.next() { note(end) }
                group.addTask { await Self.answer(question(seed), at: engine) }
            }
            for await end in group { note(end) }
        }
    }

    private static func answer(
        _ question: StructuredQuestion,
        at engine: Engine
    ) async -> (JSONValue?, Result<AnswerSource, ModelFailure>) {
        let desk = ModelDesk(models: [engine.model], logger: Logger(label: "engine") { _ in SwiftLogNoOpLogHandler() })
        do {
            let answer = try await desk.ask(question, within: .seconds(60))
            return (["schema": question.schema, "value": answer.value], .success(answer.source))
        } catch {
            return (nil, .failure(error))
        }
    }

    private mutating func note(_ end: (JSONValue?, Result<AnswerSource, ModelFailure>)) {
        asked += 1
        if let answer = end.0 { accepted.append(answer) }
        switch end.1 {
        case .success(let source): ends[source.rawValue, default: 0] += 1
        case .failure(let failure):
            ends[failure.code, default: 0] += 1
            if case .processingError = failure.kind { faults[failure.description, default: 0] += 1 }
        }
    }

    /// One line with the shares.
    func tell(_ name: String) {
        let shares = ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        print("engine, \(name): \(asked) questions, \(shares.joined(separator: ", "))")
    }
}

/// A public validator of JSON Schema.
enum Referee {
    /// Holds answers against their schemas by Python's jsonschema.
    static func verdict(on answers: [JSONValue]) async throws -> JSONValue {
        let python = try #require(ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"])
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Integration/Fixtures/check_answers.py")
        let file = NSTemporaryDirectory() + "farfield-answers-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        try answers.map { $0.jsonText + "\n" }.joined().write(toFile: file, atomically: true, encoding: .utf8)
        let input = try #require(FileHandle(forReadingAtPath: file))
        let output = ChildPipe()
        let process = try ChildProcess(
            python,
            [script.path],
            input: input.fileDescriptor,
            output: output.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try output.writing.close()
        let verdict = try JSONValue(json: output.reading.readDataToEndOfFile())
        await process.ended()
        return verdict
    }
}
