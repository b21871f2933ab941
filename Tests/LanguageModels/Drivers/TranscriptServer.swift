import Foundation
import LanguageModels
import TestSupport
import Testing

/// The server of `Fixtures/transcript_server.py`; it ends when it is let go, or when this process does.
final class TranscriptServer: Sendable {
    let port: Int
    /// The server reads its standard input, whose end is its own.
    private let input = ChildPipe()

    /// One for all tests that need none of their own.
    static let shared = Result { try TranscriptServer() }

    init() throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let script = fixtures.appending(path: "Fixtures/transcript_server.py")
        let output = ChildPipe()
        _ = try ChildProcess(
            "python3",
            [script.path],
            input: input.reading.fileDescriptor,
            output: output.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try output.writing.close()
        try input.reading.close()
        var line = Data()
        while line.last != 0x0a {
            let more = output.reading.availableData
            try #require(!more.isEmpty, "the server did not start")
            line += more
        }
        port = try #require(Int(String(decoding: line.dropLast(), as: UTF8.self)))
    }

    /// An endpoint whose every request the server answers as the words say.
    func endpoint(_ words: String, _ dialect: ModelEndpoint.Dialect) -> ModelEndpoint {
        ModelEndpoint(name: "local", url: "http://127.0.0.1:\(port)/\(words)", dialect: dialect, model: "mistral")
    }

    /// Descriptors of this process that are sockets connected with the server.
    var openDescriptors: Int {
        get throws {
            let folder = "/proc/self/fd/"
            let targets = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: folder + $0)
            }
            let remote = ":" + String(port, radix: 16, uppercase: true)
            let sockets = try String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8).split(separator: "\n")
                .map { $0.split(separator: " ") }
                .filter { $0.count > 9 && $0[2].hasSuffix(remote) }
                .map { "socket:[\($0[9])]" }
            return targets.count { sockets.contains($0) }
        }
    }
}
