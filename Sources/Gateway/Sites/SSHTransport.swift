internal import SSHClient
internal import Slurm

/// Runs Slurm's commands over SSH: where the two modules that know nothing of each other meet.
struct SSHTransport: CommandTransport {
    /// More than `squeue` and `sacct` print for ten thousand jobs.
    private static let outputLimit = 64 << 20

    let pool: SSHConnectionPool
    let calls: RemoteCalls

    func run<Command: RemoteCommand>(_ command: Command) async throws -> Command.Output {
        try await calls.counted("\(Command.self)") { try await send(command) }
    }

    private func send<Command: RemoteCommand>(_ command: Command) async throws -> Command.Output {
        let output = try await pool.run(
            command.text,
            input: command.input,
            deadline: command.deadline,
            outputLimit: Self.outputLimit,
            onCancel: command.leavesRunning ? .leaveRunning : .killRemote
        )
        return try command.parse(
            exitStatus: output.exitStatus,
            standardOutput: output.standardOutput,
            standardError: output.standardError
        )
    }
}
