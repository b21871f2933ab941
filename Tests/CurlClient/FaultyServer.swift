import Foundation
import Testing

/// The server of `Fixtures/faulty_server.py`, one for all tests; it ends when this process does.
final class FaultyServer: Sendable {
    let url: String
    let secureURL: String
    let certificatePath: String
    /// Nobody listens there.
    let closedURL: String

    /// The server reads its standard input, whose end is the end of this process.
    private let input = Pipe()

    static let shared = Result { try FaultyServer() }

    private struct Announcement: Decodable {
        var http: Int
        var https: Int
        var certificate: String
    }

    private init() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/faulty_server.py")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path]
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != 0x0a {
            let more = output.fileHandleForReading.availableData
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
