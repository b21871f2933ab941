/// What a remote command left behind.
///
/// A nonzero exit is an ordinary result.
package struct SSHOutput: Sendable, Hashable {
    /// The exit status; nil when a signal ended the command.
    package var exitStatus: Int32?
    /// The signal's name without SIG (RFC 4254 §6.10); nil when the command exited.
    package var exitSignal: String?
    /// All bytes of the standard output (a login shell's own noise before the command is left out).
    package var standardOutput: [UInt8]
    /// All bytes of the standard error, the login shell's included.
    package var standardError: [UInt8]

    /// An outcome from its parts.
    package init(exitStatus: Int32?, exitSignal: String?, standardOutput: [UInt8], standardError: [UInt8]) {
        self.exitStatus = exitStatus
        self.exitSignal = exitSignal
        self.standardOutput = standardOutput
        self.standardError = standardError
    }

    /// Whether the command exited with 0.
    package var isSuccess: Bool { exitStatus == 0 && exitSignal == nil }
}

/// What becomes of a remote command whose caller no longer waits (deadline, cancellation, too much output).
package enum SSHAbandonment: Sendable, Hashable {
    /// Its process group gets TERM, and KILL two to three seconds later.
    case killRemote
    /// It goes on, also when the connection dies: hang-up and broken pipes are ignored. Its standard input may
    /// have ended early, so a command that must not act on half its input has to check for the end itself.
    case leaveRunning
}
