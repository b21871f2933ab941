import Documents
import Foundation
import TestSupport
import Testing

@Suite("The double of Ollama")
struct OllamaServerTests {
    private static let python = ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"]

    @Test("The official clients of Ollama and OpenAI take it for the real one", .timeLimit(.minutes(2)))
    func referee() async throws {
        let python = try #require(Self.python, "FARFIELD_TEST_PYTHON is not set: run ./scripts/test")
        let server = try OllamaServer(python: python, slots: 4, queue: 8)
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Integration/Fixtures/check_ollama.py")
        let output = ChildPipe()
        let referee = try ChildProcess(
            python,
            [script.path, server.url],
            output: output.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try output.writing.close()
        #expect(await referee.ended() == 0)
        let verdict = try JSONValue(json: output.reading.readDataToEndOfFile())
        #expect(verdict["failed"] == [:])
        #expect(verdict["passed"]?.integerValue == 23)
    }
}
