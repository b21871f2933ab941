import Foundation
import TestSupport
import Testing

/// A proxy before an sshd, whose faults a test commands.
final class Proxy: @unchecked Sendable {
    // Safe: owned by one test, which commands it in sequence.
    private let process: ChildProcess
    private let commands = ChildPipe()
    private let answers = ChildPipe()
    /// Where it listens.
    let port: Int

    /// What it does with bytes.
    enum Mode: String {
        case pass, cut
        case holdUp = "hold-up"
        case holdDown = "hold-down"
    }

    init(before upstream: Int) throws {
        process = try ChildProcess(
            "python3",
            [Repository.root + "/Tests/Integration/Fixtures/proxy.py", String(upstream)],
            input: commands.reading.fileDescriptor,
            output: answers.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try answers.writing.close()
        let line = Self.line(answers)
        port = try #require(Int(line), "the proxy did not start: \(line)")
    }

    deinit {
        try? commands.writing.close()
        kill(process.identifier, SIGTERM)
    }

    func set(_ mode: Mode) { command(mode.rawValue) }

    /// Lets so many more bytes of the server through while they are held.
    func allow(_ bytes: Int) { command("allow \(bytes)") }

    /// Breaks each connection after so many more bytes from the server.
    func cut(after bytes: Int) { command("cut-after \(bytes)") }

    /// Breaks each connection after so many more bytes from the client.
    func cut(afterSending bytes: Int) { command("cut-up-after \(bytes)") }

    /// How many bytes the client has sent.
    var sent: Int { Int(command("sent")) ?? -1 }

    @discardableResult
    private func command(_ line: String) -> String {
        commands.writing.write(Data((line + "\n").utf8))
        return Self.line(answers)
    }

    private static func line(_ pipe: ChildPipe) -> String {
        var bytes: [UInt8] = []
        while let byte = pipe.reading.readData(ofLength: 1).first, byte != 10 { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
