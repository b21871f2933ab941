import Foundation
import TestSupport
import Testing

/// `Fixtures/mail_relay.py`: a real mail relay, owned by one test.
final class MailRelayServer: @unchecked Sendable {
    // Safe: one test commands it in sequence.
    struct Announcement: Decodable {
        var plain: Int
        var secure: Int
        var certificate: String
    }

    /// A message it has taken, as Python's email package reads it.
    struct Taken: Decodable {
        var from: String
        var to: [String]
        var secure: Bool
        var user: String?
        var fields: [String: String]
        var fieldCount: Int
        var text: String
        var longest: Int
    }

    let ports: Announcement
    private let process: ChildProcess
    private let commands = ChildPipe()
    private let answers = ChildPipe()
    private let log = NSTemporaryDirectory() + "farfield-mail-" + UUID().uuidString

    init() throws {
        let python = try #require(ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"], "run ./scripts/test")
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/mail_relay.py")
        process = try ChildProcess(
            python,
            [script.path, log],
            input: commands.reading.fileDescriptor,
            output: answers.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try answers.writing.close()
        ports = try JSONDecoder().decode(Announcement.self, from: Self.line(answers))
    }

    deinit {
        kill(process.identifier, SIGKILL)
        try? FileManager.default.removeItem(atPath: log)
        try? FileManager.default.removeItem(
            at: URL(filePath: ports.certificate).deletingLastPathComponent()
        )
    }

    /// What it has taken, in order.
    var taken: [Taken] {
        get throws {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            return try text.split(separator: "\n").map { try JSONDecoder().decode(Taken.self, from: Data($0.utf8)) }
        }
    }

    /// What it answers from now on.
    func command(_ line: String) {
        commands.writing.write(Data((line + "\n").utf8))
        _ = Self.line(answers)
    }

    private static func line(_ pipe: ChildPipe) -> Data {
        var bytes = Data()
        while let byte = pipe.reading.readData(ofLength: 1).first, byte != 10 { bytes.append(byte) }
        return bytes
    }
}
