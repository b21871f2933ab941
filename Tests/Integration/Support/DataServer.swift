import Documents
import Foundation
import TestSupport
import Testing

/// `Fixtures/data_server.py`: a web server for inputs; it ends with this object.
final class DataServer: @unchecked Sendable {
    // Safe: owned by one test, which commands it in sequence.
    private let process: ChildProcess
    private let commands = ChildPipe()
    private let answers = ChildPipe()
    /// Its address, without a slash at the end.
    let url: String
    /// `sha256:…` of what stands at `/file`.
    let digest: String

    init() throws {
        process = try ChildProcess(
            TestCluster.variable("FARFIELD_TEST_PYTHON"),
            [Repository.root + "/Tests/Integration/Fixtures/data_server.py"],
            input: commands.reading.fileDescriptor,
            output: answers.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try answers.writing.close()
        let line = try JSONValue(json: Self.line(answers).utf8)
        url = "http://127.0.0.1:\(try #require(line["port"]?.integerValue))"
        digest = "sha256:\(try #require(line["sha256"]?.stringValue))"
    }

    deinit { kill(process.identifier, SIGKILL) }

    /// How many requests it has had.
    var requests: Int {
        commands.writing.write(Data("count\n".utf8))
        return Int(Self.line(answers)) ?? -1
    }

    private static func line(_ pipe: ChildPipe) -> String {
        var bytes: [UInt8] = []
        while let byte = pipe.reading.readData(ofLength: 1).first, byte != 10 { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
