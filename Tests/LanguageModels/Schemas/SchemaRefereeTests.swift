import Documents
import Foundation
import LanguageModels
import TestSupport
import Testing

@Suite("Answers, judged by somebody else's validator", .timeLimit(.minutes(1)))
struct SchemaRefereeTests {
    private static let python = ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"]

    private struct Case {
        let schema: JSONValue
        let text: String
    }

    /// Whether we take an answer.
    private func takes(_ schema: JSONValue, _ text: String) -> Bool {
        guard let value = try? AnswerText.value(text) else { return false }
        return SchemaValidator.faults(value, schema: schema).isEmpty
    }

    private func judge(_ cases: [Case]) async throws -> [Bool] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("answers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appendingPathComponent("in"), folder.appendingPathComponent("out"))
        let lines = cases.map { JSONValue.array([$0.schema, .string($0.text)]).jsonText }
        try Data(lines.joined(separator: "\n").utf8).write(to: input)
        let script = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/judge_answers.py")
        let child = try ChildProcess(try #require(Self.python), [script.path, input.path, output.path])
        #expect(await child.ended() == 0)
        return try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map { $0 == "1" }
    }

    @Test(
        "Of thousands of answers that nearly fit, those are taken that fit, and no other",
        .enabled(if: python != nil)
    )
    func nearlyFitting() async throws {
        var generator = AnswerGenerator(dice: Dice(seed: 7))
        var cases: [Case] = []
        for round in 0..<400 {
            generator.isWide = round % 2 == 1
            let schema = generator.schema()
            if !generator.isWide { #expect(SchemaRules.faults(in: schema) == []) }
            for slips in [0, 0, 3, 8, 8, 20, 20, 40, 40, 40] {
                let value = generator.value(schema, slips: slips)
                cases.append(Case(schema: schema, text: generator.written(value, slips: slips)))
            }
        }
        let verdicts = try await judge(cases)
        #expect(verdicts.count == cases.count)
        let taken = cases.map { takes($0.schema, $0.text) }
        for (index, (verdict, taken)) in zip(verdicts, taken).enumerated() where verdict != taken {
            let one = cases[index]
            Issue.record(
                "\(taken ? "taken" : "refused"): \(one.text.prefix(150)) for \(one.schema.jsonText.prefix(250))"
            )
        }
        // Both kinds are there in numbers.
        #expect((1000...3200).contains(verdicts.count { $0 }))
    }

    @Test("No answer takes more tokens than its schema's bound")
    func bound() {
        var generator = AnswerGenerator(dice: Dice(seed: 11))
        for _ in 0..<300 {
            let schema = generator.schema()
            let bound = SchemaRules.tokenBound(schema)
            for _ in 0..<5 {
                let text = generator.written(generator.value(schema, slips: 0), slips: 0)
                #expect(text.utf8.count + 16 <= bound)
            }
        }
    }
}
