import Foundation
import TestSupport

/// What a program left behind.
struct CommandResult: Sendable {
    let status: Int32
    let output: String
    let errors: String
}

/// Runs programs.
enum Command {
    /// Runs one to its end; its output goes through files, so that it never blocks.
    static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        input: String? = nil
    ) async throws -> CommandResult {
        let folder = NSTemporaryDirectory() + "farfield-command-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func file(_ name: String, _ content: String = "") throws -> FileHandle {
            _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: Data(content.utf8))
            guard let handle = FileHandle(forUpdatingAtPath: "\(folder)/\(name)") else {
                throw CocoaError(.fileReadUnknown)
            }
            return handle
        }
        let files = [try file("in", input ?? ""), try file("out"), try file("err")]
        let process = try ChildProcess(
            program,
            arguments,
            environment: environment,
            folder: Repository.root,
            input: files[0].fileDescriptor,
            output: files[1].fileDescriptor,
            errors: files[2].fileDescriptor
        )
        let status = await process.ended()
        func text(_ name: String) -> String {
            (try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))).map {
                String(decoding: $0, as: UTF8.self)
            } ?? ""
        }
        return CommandResult(status: status, output: text("out"), errors: text("err"))
    }

    /// Runs a line of shell.
    static func shell(_ line: String, environment: [String: String]? = nil) async throws -> CommandResult {
        try await run("/bin/bash", ["-c", line], environment: environment)
    }
}

/// Where things are in this checkout.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let binary = ProcessInfo.processInfo.environment["FARFIELD_TEST_BINARY"] ?? root + "/.build/debug/farfield"
}
