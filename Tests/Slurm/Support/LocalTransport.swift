import Foundation
import Slurm
import TestSupport

/// What a program left behind.
struct Ended: Sendable {
    var exitStatus: Int32
    var standardOutput: [UInt8]
    var standardError: [UInt8]

    var text: String { String(decoding: standardOutput, as: UTF8.self) }
}

/// Runs commands in a real shell on this machine, or through ssh when given its command line.
struct LocalTransport: CommandTransport {
    /// The login shell and its option for a command line.
    var loginShell = ["/bin/bash", "-c"]
    /// Folders found before the machine's own programs.
    var path: [String] = []
    /// Only so much of the script arrives.
    var deliveredBytes: Int?
    var environment: [String: String] = [:]
    /// The machine's own programs are not found.
    var onlyOwnPath = false

    func run<Command: RemoteCommand>(_ command: Command) async throws -> Command.Output {
        let ended = try await raw(command)
        return try command.parse(
            exitStatus: ended.exitStatus,
            standardOutput: ended.standardOutput,
            standardError: ended.standardError
        )
    }

    func raw(_ command: some RemoteCommand) async throws -> Ended {
        let input = deliveredBytes.map { Array(command.input.prefix($0)) } ?? command.input
        var environment = [
            "PATH": (path + (onlyOwnPath ? [] : ["/usr/bin", "/bin"])).joined(separator: ":"),
            "HOME": NSTemporaryDirectory(),
        ]
        environment.merge(self.environment) { $1 }
        return try await execute(loginShell + [command.text], input: input, environment: environment)
    }
}

/// Runs a program to its end.
func execute(
    _ words: [String],
    input: [UInt8] = [],
    environment: [String: String] = ["PATH": "/usr/bin:/bin"]
) async throws -> Ended {
    let scratch = try Scratch()
    let files = try ["in", "out", "err"].map { name in
        let url = scratch.url.appendingPathComponent(name)
        try Data(name == "in" ? input : []).write(to: url)
        return name == "in" ? try FileHandle(forReadingFrom: url) : try FileHandle(forWritingTo: url)
    }
    let process = try ChildProcess(
        words[0],
        Array(words.dropFirst()),
        environment: environment,
        input: files[0].fileDescriptor,
        output: files[1].fileDescriptor,
        errors: files[2].fileDescriptor
    )
    return Ended(
        exitStatus: await process.ended(),
        standardOutput: try scratch.bytes("out"),
        standardError: try scratch.bytes("err")
    )
}

/// A folder of this test's own, removed with the value.
final class Scratch: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("slurm-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var path: String { url.path }

    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url.appendingPathComponent(name))) }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
    }

    func write(_ name: String, _ text: String, executable: Bool = false) throws {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: file)
        if executable {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
    }
}
