import Documents
import Foundation
import Synchronization
import TestSupport
import Testing

/// Holds every answer that a test sees against the API's document.
final class Contract: Sendable {
    static let shared = Contract()

    /// A conversation with the checker, one exchange at a time.
    private struct Line {
        let input: FileHandle
        let output: FileHandle
    }

    private let line: Mutex<Line?>

    private init() {
        let (commands, answers) = (ChildPipe(), ChildPipe())
        do {
            _ = try ChildProcess(
                "/usr/bin/python3",
                [
                    Repository.root + "/Tests/Integration/Fixtures/contract.py",
                    Repository.root + "/Sources/GatewayHTTP/OpenAPI/openapi.json",
                ],
                input: commands.reading.fileDescriptor,
                output: answers.writing.fileDescriptor,
                errors: STDERR_FILENO
            )
            try answers.writing.close()
            line = Mutex(Line(input: commands.writing, output: answers.reading))
        } catch {
            line = Mutex(nil)
        }
    }

    /// Records an issue when an answer is not as documented.
    func check(_ method: String, _ path: String, status: Int, type: String?, body: [UInt8]) {
        let text = String(validating: body, as: UTF8.self)
        let exchange: JSONValue = [
            "method": .string(method), "path": .string(String(path.prefix { $0 != "?" })), "status": .integer(status),
            "type": type.map { .string($0) } ?? .null, "body": text.map { .string($0) } ?? .null,
        ]
        let answer = line.withLock { line -> String in
            guard let line else { return "the checker of the API's document does not run" }
            line.input.write(Data((exchange.jsonText + "\n").utf8))
            var bytes: [UInt8] = []
            while let byte = line.output.readData(ofLength: 1).first, byte != 10 { bytes.append(byte) }
            return String(decoding: bytes, as: UTF8.self)
        }
        if answer != "ok" { Issue.record("not as documented: \(answer)") }
    }
}
