/// A command for a site's login node: a value with its text and the parser of its answer.
///
/// The work is not in the command line but in a script on standard input, so the login shell (bash, tcsh, fish)
/// never reads more than one trivial line.
package protocol RemoteCommand: Sendable {
    /// What the parser makes of the answer.
    associatedtype Output: Sendable

    /// The command line given to the login shell.
    var text: String { get }
    /// The script for its standard input: one compound command, so that a truncated script runs nothing.
    var input: [UInt8] { get }
    /// How long to wait for the end of the answer.
    var deadline: Duration { get }
    /// Whether the remote side must be left to finish when the connection or the caller gives up.
    var leavesRunning: Bool { get }

    /// Reads the answer; an exit status of nil means the connection broke before it came.
    func parse(exitStatus: Int32?, standardOutput: [UInt8], standardError: [UInt8]) throws(SlurmError) -> Output
}

extension RemoteCommand {
    package var text: String { RemoteShell.commandLine }
}

/// A way to run a command at a site; SSH outside, a local shell in tests.
package protocol CommandTransport: Sendable {
    /// Runs the command and gives back what its parser made of the answer.
    func run<Command: RemoteCommand>(_ command: Command) async throws -> Command.Output
}
