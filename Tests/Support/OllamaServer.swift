package import Foundation
import Glibc

/// `Tests/Integration/Fixtures/ollama_server.py`: Ollama's protocol without a model, owned by one test.
///
/// A model's name says what it does; the words stand in the fixture's head.
package final class OllamaServer: @unchecked Sendable {
    // Safe: one test commands it in sequence.

    /// What it was asked.
    package struct Report: Decodable, Sendable {
        /// One request.
        package struct Request: Decodable, Sendable {
            /// GET, HEAD or POST.
            package var method: String
            /// The path, without a query.
            package var path: String
            /// The model that was asked for.
            package var model: String?
            /// The answer's status; 499 when the client went away, nil while it is worked on.
            package var status: Int?
            /// Whether the client went away before its answer was complete.
            package var aborted: Bool
        }

        /// How many requests there were.
        package var count: Int
        /// How many of them their clients gave up.
        package var aborted: Int
        /// How many hold a slot or wait for one.
        package var active: Int
        /// How many connections are open.
        package var open: Int
        /// How often a model began to load.
        package var loads: Int
        /// The requests, oldest first.
        package var requests: [Request]
    }

    /// Its base URL, without a slash at the end.
    package let url: String
    private let process: ChildProcess
    private let commands = ChildPipe()
    private let answers = ChildPipe()

    /// Starts it.
    ///
    /// - Parameters:
    ///   - python: the interpreter; the standard library is enough.
    ///   - models: names it has beside those made of its own words.
    ///   - slots: how many requests a model works on at once.
    ///   - queue: how many wait for a slot before it says that it is busy.
    ///   - more: further arguments, see the fixture's head.
    /// - Throws: when it does not start.
    package init(
        python: String,
        models: [String] = [],
        slots: Int = 4,
        queue: Int = 512,
        more: [String] = []
    ) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Integration/Fixtures/ollama_server.py")
        let options = ["--models", models.joined(separator: ","), "--parallel", "\(slots)", "--max-queue", "\(queue)"]
        process = try ChildProcess(
            python,
            [script.path, "--stdin"] + options + more,
            input: commands.reading.fileDescriptor,
            output: answers.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try answers.writing.close()
        let start = try JSONDecoder().decode([String: Int].self, from: Self.line(answers))
        url = "http://127.0.0.1:\(start["port"] ?? 0)"
    }

    deinit { kill(process.identifier, SIGKILL) }

    /// What it was asked so far.
    package var report: Report {
        get throws { try JSONDecoder().decode(Report.self, from: reportText) }
    }

    /// The same as JSON, with the bodies of the requests.
    package var reportText: Data { command("requests") }

    /// Forgets what it was asked, and unloads every model.
    package func reset() { _ = command("reset") }

    private func command(_ line: String) -> Data {
        commands.writing.write(Data((line + "\n").utf8))
        return Self.line(answers)
    }

    private static func line(_ pipe: ChildPipe) -> Data {
        var bytes = Data()
        while bytes.last != 10 {
            let more = pipe.reading.availableData
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }
}
