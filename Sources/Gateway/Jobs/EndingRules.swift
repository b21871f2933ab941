package import Slurm

/// What each of Slurm's ends means for a Farfield job: the one table of it.
package enum EndingRules {
    /// The end of a job or an array task.
    ///
    /// - Parameters:
    ///   - ending: how Slurm says it ended.
    ///   - exitCode: the batch script's exit code, where known.
    ///   - signal: the signal that ended it, where known and not 0.
    ///   - cancelledBy: the numeric user id that cancelled it, where told.
    /// - Returns: the final state, the reason for a person, and the cause for ``JobManifest/Retries``.
    package static func ending(
        _ ending: SlurmState.Ending,
        exitCode: Int?,
        signal: Int?,
        cancelledBy: UInt32?
    ) -> JobEnding {
        switch ending {
        case .completed:
            JobEnding(state: .completed, reason: nil, cause: nil)
        case .failed:
            JobEnding(state: .failed, reason: program(exitCode, signal), cause: .failed)
        case .cancelled:
            JobEnding(state: .cancelled, reason: canceller(cancelledBy), cause: nil)
        case .timedOut:
            JobEnding(
                state: .timedOut,
                reason: "It reached its walltime and was ended. Ask for more, or save checkpoints.",
                cause: .timeout
            )
        case .deadlineMissed:
            JobEnding(state: .timedOut, reason: "It could not end before its deadline.", cause: .timeout)
        case .outOfMemory:
            JobEnding(
                state: .failed,
                reason: "It used more memory than it asked for. Raise /resources/memory.",
                cause: .outOfMemory
            )
        case .nodeFailed:
            JobEnding(
                state: .failed,
                reason: "A node failed, or did not start it. That is not the job's fault: submit it again.",
                cause: .nodeFailure
            )
        case .preempted:
            JobEnding(state: .failed, reason: "A more important job took its resources.", cause: .preempted)
        case .revoked:
            JobEnding(state: .cancelled, reason: "Another cluster of the federation runs it.", cause: nil)
        }
    }

    private static func program(_ exitCode: Int?, _ signal: Int?) -> String {
        if let signal, signal > 0 {
            return "The program was ended by signal \(signal)\(signalNames[signal].map { " (\($0))" } ?? "")."
        }
        switch exitCode {
        case 126?: return "The program could not be executed (exit code 126)."
        case 127?: return "The program was not found (exit code 127). Is a module or a path missing?"
        case 0?: return "Slurm says that it failed, though its exit code is 0."
        case let code?: return "The program ended with exit code \(code)."
        case nil: return "The program failed."
        }
    }

    private static func canceller(_ user: UInt32?) -> String {
        user.map { $0 == 0 ? "Cancelled by the site's administrator." : "Cancelled at the site by user id \($0)." }
            ?? "Cancelled at the site."
    }

    private static let signalNames = [
        1: "SIGHUP", 2: "SIGINT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV",
        13: "SIGPIPE", 15: "SIGTERM", 24: "SIGXCPU", 25: "SIGXFSZ",
    ]
}
