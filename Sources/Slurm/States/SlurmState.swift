/// A job's state as squeue(1) and sacct(1) name it ("JOB STATE CODES"), and what it means for us.
///
/// The table `phase` is the only place that says which states are ends.
package enum SlurmState: String, Sendable, Hashable, Codable, CaseIterable {
    case bootFail = "BOOT_FAIL"
    case cancelled = "CANCELLED"
    case completed = "COMPLETED"
    case completing = "COMPLETING"
    case configuring = "CONFIGURING"
    case deadline = "DEADLINE"
    case expediting = "EXPEDITING"
    case failed = "FAILED"
    case launchFailed = "LAUNCH_FAILED"
    case nodeFail = "NODE_FAIL"
    case outOfMemory = "OUT_OF_MEMORY"
    case pending = "PENDING"
    case powerUpNode = "POWER_UP_NODE"
    case preempted = "PREEMPTED"
    case reconfigureFail = "RECONFIG_FAIL"
    case requeued = "REQUEUED"
    case requeueFederation = "REQUEUE_FED"
    case requeueHold = "REQUEUE_HOLD"
    case reservationDeletedHold = "RESV_DEL_HOLD"
    case resizing = "RESIZING"
    case revoked = "REVOKED"
    case running = "RUNNING"
    case signaling = "SIGNALING"
    case specialExit = "SPECIAL_EXIT"
    case stageOut = "STAGE_OUT"
    case stopped = "STOPPED"
    case suspended = "SUSPENDED"
    case timeout = "TIMEOUT"
    case updatingDatabase = "UPDATE_DB"
    /// A word we do not know; the raw text says which.
    case unknown = "UNKNOWN"

    /// Where in its life a job of this state is.
    package var phase: Phase {
        switch self {
        case .pending, .configuring, .requeued, .requeueFederation, .requeueHold, .reservationDeletedHold,
            .specialExit, .powerUpNode, .expediting:
            .pending
        case .running, .suspended, .stopped, .signaling, .resizing: .running
        case .completing, .stageOut, .updatingDatabase: .completing
        case .completed: .ended(.completed)
        case .failed: .ended(.failed)
        case .cancelled: .ended(.cancelled)
        case .timeout: .ended(.timedOut)
        case .deadline: .ended(.deadlineMissed)
        case .outOfMemory: .ended(.outOfMemory)
        case .nodeFail, .bootFail, .launchFailed, .reconfigureFail: .ended(.nodeFailed)
        case .preempted: .ended(.preempted)
        case .revoked: .ended(.revoked)
        case .unknown: .unknown
        }
    }

    /// Where a job is in its life.
    package enum Phase: Sendable, Hashable {
        /// Slurm has it and it does not run.
        case pending
        /// It holds nodes.
        case running
        /// Its program has ended; Slurm is still cleaning up.
        case completing
        /// It has ended for good, unless Slurm queues it again.
        case ended(Ending)
        /// The state's word is not known to us: keep watching.
        case unknown
    }

    /// How a job ended.
    package enum Ending: String, Sendable, Hashable, Codable, CaseIterable {
        case completed
        case failed
        case cancelled
        /// Ran out of walltime.
        case timedOut
        /// Could not end before its own `--deadline`.
        case deadlineMissed
        case outOfMemory
        /// The node or its start failed: not the job's fault.
        case nodeFailed
        case preempted
        /// A sibling at another cluster of a federation runs instead.
        case revoked
    }

    /// Ends after which Slurm itself may have put the job back into the queue under the same id.
    var mayBeRequeued: Bool {
        switch phase {
        case .ended(.nodeFailed), .ended(.preempted), .ended(.revoked): true
        case .ended(.completed), .ended(.failed), .ended(.cancelled), .ended(.timedOut), .ended(.deadlineMissed),
            .ended(.outOfMemory), .pending, .running, .completing, .unknown:
            false
        }
    }

    /// Whether the job has ended.
    package var isEnded: Bool {
        if case .ended = phase { true } else { false }
    }
}

/// A state together with the words it was read from.
package struct ObservedState: Sendable, Hashable, Codable {
    package var state: SlurmState
    /// What Slurm wrote, such as `CANCELLED by 20001`.
    package var text: String

    /// Reads `RUNNING`, `CANCELLED by 20001` or `CANCELLED+`; the first word decides.
    package init(text: String) {
        self.text = text
        let word = text.prefix { $0 != " " && $0 != "+" }
        self.state = SlurmState(rawValue: String(word)) ?? .unknown
    }

    /// The numeric id of the user who cancelled the job, if told.
    package var cancelledBy: UInt32? {
        guard state == .cancelled, let by = text.split(separator: " ").last else { return nil }
        return UInt32(by)
    }
}
