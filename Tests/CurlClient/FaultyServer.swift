import Foundation
import TestSupport
import Testing

/// The server of `Fixtures/faulty_server.py`, one for all tests; it ends when this process does.
final class FaultyServer: Sendable {
    let url: String
    let secureURL: String
    let certificatePath: String
    /// Nobody listens there.
    let closedURL: String

    /// The server reads its standard input, whose end is the end of this process.
    private let input = ChildPipe()

    static let shared = Result { try FaultyServer() }

    private struct Announcement: Decodable {
        var http: Int
        var https: Int
        var certificate: String
    }

    private init() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/faulty_server.py")
        let output = ChildPipe()
        _ = try ChildProcess(
            "python3",
            [script.path],
            input: input.reading.fileDescriptor,
            output: output.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try output.writing.close()
        var line = Data()
        while line.last != 0x0a {
            let more = output.reading.availableData
            try #require(!more.isEmpty, "the server did not start")
            line += more
        }
        let announcement = try JSONDecoder().decode(Announcement.self, from: line)
        url = "http://127.0.0.1:\(announcement.http)"
        secureURL = "https://127.0.0.1:\(announcement.https)"
        certificatePath = announcement.certificate
        closedURL = "http://127.0.0.1:1"
    }
}
