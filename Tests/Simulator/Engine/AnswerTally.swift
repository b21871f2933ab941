import Documents
import Foundation
import LanguageModels
import Logging
import TestSupport
import Testing

/// What came of many questions.
struct AnswerTally: Sendable {
    /// The schema and the value of each answer that was accepted.
    private(set) var accepted: [JSONValue] = []
    /// Failures that are ours: no model can cause them.
    private(set) var faults: [String: Int] = [:]
    private var ends: [String: Int] = [:]
    private var asked = 0

    /// Asks as many questions as `count`, four at once, each at a desk of its own, so that no breaker spares the engine.
    mutating func ask(
        _ count: Int,
        of question: @Sendable @escaping (Int) -> StructuredQuestion,
        at engine: ModelEngine
    )
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
        at engine: ModelEngine
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

    /// Holds what was accepted against a public validator, and looks for failures of ours.
    func expectFitting() async throws {
        let verdict = try await Validator.verdict(on: accepted)
        #expect(verdict["wrong"] == [])
        #expect(verdict["checked"]?.integerValue == accepted.count)
        #expect(faults == [:], "the desk or the driver failed, not the model")
    }

    /// One line with the shares.
    func tell(_ name: String) {
        let shares = ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        print("engine, \(name): \(asked) questions, \(shares.joined(separator: ", "))")
    }
}

/// A public validator of JSON Schema.
private enum Validator {
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
