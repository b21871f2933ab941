internal import Foundation
import Glibc

/// `Tests/Integration/Fixtures/mail_relay.py`: a real mail relay, owned by one test.
package final class MailRelayServer: @unchecked Sendable {
    // Safe: one test commands it in sequence.

    /// What it says of itself.
    package struct Announcement: Decodable, Sendable {
        /// A port that asks for nothing.
        package var plain: Int
        /// A port that takes mail only after STARTTLS and a login.
        package var secure: Int
        /// The file of the authority to trust.
        package var certificate: String
    }

    /// A message it has taken, as Python's email package reads it.
    package struct Taken: Decodable, Sendable {
        /// The envelope's sender.
        package var from: String
        /// The envelope's recipients.
        package var to: [String]
        /// Whether it came by TLS.
        package var secure: Bool
        /// Who had logged in.
        package var user: String?
        /// Its fields.
        package var fields: [String: String]
        /// How many fields there are.
        package var fieldCount: Int
        /// Its text.
        package var text: String
        /// The length of its longest line, in bytes.
        package var longest: Int
    }

    /// Where it listens.
    package let ports: Announcement
    private let process: ChildProcess
    private let commands = ChildPipe()
    private let answers = ChildPipe()
    private let log = NSTemporaryDirectory() + "farfield-mail-" + UUID().uuidString

    /// Starts it.
    package init(python: String) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Integration/Fixtures/mail_relay.py")
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
        try? FileManager.default.removeItem(at: URL(filePath: ports.certificate).deletingLastPathComponent())
    }

    /// What it has taken, in order.
    package var taken: [Taken] {
        get throws {
            let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            return try text.split(separator: "\n").map { try JSONDecoder().decode(Taken.self, from: Data($0.utf8)) }
        }
    }

    /// What it answers from now on, such as `answer 451 later` or `drop`.
    package func command(_ line: String) {
        commands.writing.write(Data((line + "\n").utf8))
        _ = Self.line(answers)
    }

    private static func line(_ pipe: ChildPipe) -> Data {
        var bytes = Data()
        while let byte = pipe.reading.readData(ofLength: 1).first, byte != 10 { bytes.append(byte) }
        return bytes
    }
}
