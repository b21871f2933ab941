import Foundation
import TestSupport
import Testing

/// Somebody else's program, run in the suite's Python.
enum PublicTool {
    static var python: String? { ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"] }

    static func fixture(_ name: String) throws -> String {
        try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/\(name)").path
    }

    /// Runs a program to its end.
    ///
    /// - Returns: its exit status and what it printed.
    static func run(
        _ program: String,
        _ arguments: [String],
        folder: String? = nil,
        in scratch: ScratchFolder
    ) async throws -> (status: Int32, output: String) {
        let file = scratch.path + "/printed-\(UUID().uuidString)"
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        let handle = try #require(FileHandle(forWritingAtPath: file))
        let child = try ChildProcess(
            program,
            arguments,
            folder: folder,
            output: handle.fileDescriptor,
            errors: handle.fileDescriptor
        )
        let status = await child.ended()
        try handle.close()
        return (status, try String(contentsOfFile: file, encoding: .utf8))
    }

    /// Runs one of our Python programs; its last line is JSON.
    static func json<Answer: Decodable>(
        _ script: String,
        _ arguments: [String],
        as type: Answer.Type = Answer.self,
        in scratch: ScratchFolder
    ) async throws -> Answer {
        let result = try await run(try #require(python), [try fixture(script)] + arguments, in: scratch)
        let line = result.output.split(separator: "\n").last ?? ""
        guard result.status == 0, let answer = try? JSONDecoder().decode(Answer.self, from: Data(line.utf8)) else {
            throw Failed(output: String(result.output.suffix(400)))
        }
        return answer
    }

    struct Failed: Error {
        let output: String
    }
}
