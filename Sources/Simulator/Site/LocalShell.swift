internal import Foundation
internal import Gateway
internal import Slurm

/// Runs the commands that sites are given on this machine instead, in a process that knows none of the gateway's
/// variables.
struct LocalShell: CommandTransport {
    /// Its home.
    let folder: String

    /// A wrapper with a marker that nobody can guess.
    static func wrapper() throws -> RemoteShell {
        var random = SystemRandomNumberGenerator()
        let words = (0..<4).map { _ in String(UInt64.random(in: .min ... .max, using: &random), radix: 36) }
        return try RemoteShell(marker: String(("ffs" + words.joined()).prefix(40)))
    }

    func run<Command: RemoteCommand>(_ command: Command) async throws -> Command.Output {
        let (input, deadline, folder) = (command.input, command.deadline, folder)
        let output = try await Task.blocking { try Self.run(input, deadline: deadline, in: folder) }
        return try command.parse(
            exitStatus: output.status,
            standardOutput: output.text,
            standardError: output.errors
        )
    }

    /// What a process left.
    private struct Output: Sendable {
        /// Nil when it had to be ended.
        let status: Int32?
        let text: [UInt8]
        let errors: [UInt8]
    }

    /// Runs a script to its end; blocks.
    private static func run(_ script: [UInt8], deadline: Duration, in folder: String) throws -> Output {
        // Through files: a pipe that nobody reads to its end stops a process, and a broken one ends ours.
        let place = NSTemporaryDirectory() + "farfield-simulator-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: place,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: place) }
        for (name, bytes) in [("input", script), ("output", []), ("errors", [])] {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(place)/\(name)"))
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-s"]
        process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LC_ALL": "C", "TZ": "UTC0"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(place)/input"))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(place)/output"))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(place)/errors"))
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let isInTime = ended.wait(timeout: .now() + .seconds(Int(deadline.components.seconds))) == .success
        if !isInTime {
            process.terminate()
            ended.wait()
        }
        return Output(
            status: isInTime ? process.terminationStatus : nil,
            text: Array(try Data(contentsOf: URL(fileURLWithPath: "\(place)/output"))),
            errors: Array(try Data(contentsOf: URL(fileURLWithPath: "\(place)/errors")).prefix(10_000))
        )
    }
}
