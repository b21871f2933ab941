import Documents
import Foundation
import TestSupport
import Testing

/// `Fixtures/receiver.py`: a receiver of webhooks that verifies and reads by public libraries.
final class Receiver: @unchecked Sendable {
    // Safe: owned by one test, which commands it in sequence.
    private let process: ChildProcess
    private let commands = ChildPipe()
    private let answers = ChildPipe()
    private let log = NSTemporaryDirectory() + "farfield-receiver-" + UUID().uuidString
    /// Where it listens.
    let port: Int

    init() throws {
        process = try ChildProcess(
            TestCluster.variable("FARFIELD_TEST_PYTHON"),
            [Repository.root + "/Tests/Integration/Fixtures/receiver.py", log],
            input: commands.reading.fileDescriptor,
            output: answers.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try answers.writing.close()
        let line = Self.line(answers)
        port = try #require(Int(line), "the receiver did not start: \(line)")
    }

    deinit {
        kill(process.identifier, SIGKILL)
        try? FileManager.default.removeItem(atPath: log)
    }

    /// What came so far, in order.
    var messages: [JSONValue] {
        get throws {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            return try text.split(separator: "\n").map { try JSONValue(json: $0.utf8) }
        }
    }

    /// What it took, in order.
    var taken: [JSONValue] { get throws { try messages.filter { $0["answered"]?.integerValue == 200 } } }

    func command(_ line: String) {
        commands.writing.write(Data((line + "\n").utf8))
        _ = Self.line(answers)
    }

    private static func line(_ pipe: ChildPipe) -> String {
        var bytes: [UInt8] = []
        while let byte = pipe.reading.readData(ofLength: 1).first, byte != 10 { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
