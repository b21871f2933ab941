import Documents
import Foundation
import TestSupport
import Testing

/// `Fixtures/datacite_server.py`: a registry of DOIs that checks by DataCite's public schema.
final class Registry: @unchecked Sendable {
    // Safe: owned by one test, which commands it in sequence.
    private let process: ChildProcess
    private let commands = ChildPipe()
    private let answers = ChildPipe()
    private let folder = NSTemporaryDirectory() + "farfield-registry-" + UUID().uuidString
    /// Where it listens.
    let url: String

    static let password = "hush-hush-7"

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.password.write(toFile: folder + "/password", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/password")
        process = try ChildProcess(
            TestCluster.variable("FARFIELD_TEST_PYTHON"),
            [
                Repository.root + "/Tests/Integration/Fixtures/datacite_server.py", "FARFIELD.TEST", Self.password,
                folder + "/requests",
            ],
            input: commands.reading.fileDescriptor,
            output: answers.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try answers.writing.close()
        let line = Self.line(answers)
        url = "http://127.0.0.1:\(try #require(Int(line), "the registry did not start: \(line)"))"
    }

    deinit {
        kill(process.identifier, SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The lines of the configuration that name it, below `provenance:`.
    var configuration: String {
        "  doi: {endpoint: \"\(url)\", prefix: \"10.5072\", user: FARFIELD.TEST, passwordFile: \(folder)/password}"
    }

    /// Requests so far, in order.
    var requests: [JSONValue] {
        get throws {
            let text = (try? String(contentsOfFile: folder + "/requests", encoding: .utf8)) ?? ""
            return try text.split(separator: "\n").map { try JSONValue(json: $0.utf8) }
        }
    }

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
