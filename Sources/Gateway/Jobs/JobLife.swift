/// Something that happened to a job, told to ``JobLife``.
package enum JobInput: Sendable, Hashable {
    /// Another job must end first, or the site cannot be reached: nothing was sent.
    case waits(reason: String)
    /// A job it depends on will never satisfy it.
    case dependencyFailed(reason: String)
    /// Every dependency is satisfied.
    case ready
    /// Its inputs are on their way, or wait for the site.
    case staging(reason: String?)
    /// What it needs is known not to be had as the manifest says: nothing was sent.
    case inputsRefused(reason: String)
    /// Its inputs stand in its folder at the site, and no known result is the answer.
    case staged
    /// What was staged is not there any more: nothing was sent.
    case inputsLost(reason: String)
    /// What looking for a known result came to; `hit` is the end.
    case looked(JobCache)
    /// Somebody must approve it before it is sent.
    case held(reason: String)
    /// Enough people have approved it.
    case approved
    /// Somebody has refused it, or nobody decided in time.
    case refusedByApprover(reason: String)
    /// Its key is about to be sent to the site.
    case submitting
    /// Slurm has it under this id.
    case accepted(slurmID: String)
    /// Slurm refused it; the text says what to change.
    case refused(reason: String)
    /// It was certainly not submitted now; it will be tried again.
    case notSubmitted(reason: String)
    /// Nobody knows yet whether Slurm has it.
    case outcomeUnknown(reason: String)
    /// A search proved that Slurm has nothing of this attempt: it is sent once more.
    case provedAbsent
    /// The site told about it.
    case observed(Sighting)
    /// The site does not show it; `isWholeAnswer` when both the queue and the accounting did answer.
    case notVisible(reason: String, isWholeAnswer: Bool)
    /// Logs and outputs are home, or what is missing is said.
    case retrieved(note: String?)
    /// Logs and outputs cannot be fetched now.
    case retrievalDelayed(reason: String)
    /// Somebody wants it to end.
    case cancelRequested
}

/// What must be done next, written as tasks in the same transaction as the change.
package enum NextStep: Sendable, Hashable {
    /// See whether the job may go to its site.
    case prepare
    /// Bring its inputs to the site.
    case stage
    /// Send what waits for the job's site.
    case submit
    /// Look at the job's site soon.
    case follow
    /// Tell the site to end it.
    case cancel
    /// Bring logs and outputs home.
    case retrieve
}

/// The job's life as a pure function: an input and a job give the changed job and the next step.
///
/// The diagram is in `docs/state-machine.md`. An input that no longer fits the job's state changes nothing: steps may
/// run twice.
package enum JobLife {
    /// Applies an input.
    ///
    /// - Parameters:
    ///   - input: what happened.
    ///   - job: the job; changed in place.
    ///   - now: the present moment.
    /// - Returns: what must be done next.
    package static func apply(_ input: JobInput, to job: inout Job, at now: Timestamp) -> [NextStep] {
        if job.state.isFinal { return [] }
        let steps: [NextStep] =
            switch input {
            case .waits(let reason): wait(&job, reason)
            case .dependencyFailed(let reason): finishUnsent(&job, .cancelled, reason)
            case .ready: markReady(&job)
            case .staging(let reason): beginStaging(&job, reason)
            case .inputsRefused(let reason): job.state == .held ? [] : finishUnsent(&job, .failed, reason)
            case .staged: finishStaging(&job)
            case .inputsLost(let reason): stageAgain(&job, reason)
            case .looked(let cache): settle(&job, cache)
            case .held(let reason): hold(&job, reason)
            case .approved: release(&job)
            case .refusedByApprover(let reason): dismiss(&job, reason)
            case .submitting: beginSubmission(&job, now)
            case .accepted(let slurmID): accept(&job, slurmID)
            case .refused(let reason): refuse(&job, reason)
            case .notSubmitted(let reason): returnToQueue(&job, reason)
            case .outcomeUnknown(let reason): explain(&job, in: .staging, reason)
            case .provedAbsent: tryOnceMore(&job, now)
            case .observed(let sighting): observe(&job, sighting, now)
            case .notVisible(let reason, let isWholeAnswer): noteAbsence(&job, reason, isWholeAnswer, now)
            case .retrieved(let note): finishRetrieved(&job, note)
            case .retrievalDelayed(let reason): explain(&job, in: .retrieving, reason)
            case .cancelRequested: requestCancel(&job, now)
            }
        if job.state.isFinal, job.finishedAt == nil { job.finishedAt = now }
        return steps
    }

    // MARK: - Before the site

    private static func wait(_ job: inout Job, _ reason: String) -> [NextStep] {
        explain(&job, in: .queued, reason)
    }

    private static func explain(_ job: inout Job, in state: JobState, _ reason: String) -> [NextStep] {
        if job.state == state { job.reason = reason }
        return []
    }

    private static func finishUnsent(_ job: inout Job, _ state: JobState, _ reason: String) -> [NextStep] {
        guard job.isUnsent else { return [] }
        job.state = state
        job.reason = reason
        return []
    }

    private static func markReady(_ job: inout Job) -> [NextStep] {
        guard job.state == .queued else { return [] }
        if job.submission == .none, job.needsStaging { return [.stage] }
        if job.submission == .none { job.reason = nil }
        job.submission = .ready
        return [.submit]
    }

    // MARK: - Inputs and known results

    private static func beginStaging(_ job: inout Job, _ reason: String?) -> [NextStep] {
        guard job.isUnsent, job.state != .held, job.submission == .none else { return [] }
        job.state = .staging
        job.reason = reason
        return []
    }

    private static func finishStaging(_ job: inout Job) -> [NextStep] {
        guard job.isUnsent, job.state != .held, job.submission == .none else { return [] }
        job.isStaged = true
        job.submission = .ready
        job.reason = nil
        return [.submit]
    }

    private static func stageAgain(_ job: inout Job, _ reason: String) -> [NextStep] {
        guard job.state == .staging else { return [] }
        job.submission = .none
        job.isStaged = false
        job.reason = reason
        return job.cancelRequestedAt == nil ? [.stage] : finishUnsent(&job, .cancelled, reason)
    }

    /// A hit is the end: what was computed before is the answer.
    private static func settle(_ job: inout Job, _ cache: JobCache) -> [NextStep] {
        guard job.isUnsent, job.state != .held, job.submission == .none else { return [] }
        job.cache = cache
        job.reason = cache.status == .notCacheable || cache.status == .miss ? job.reason : cache.reason
        if cache.status == .joined { job.state = .queued }
        if cache.status == .hit { job.state = .completed }
        return []
    }

    // MARK: - Approval

    /// Takes it out of the queue; what was staged stays staged.
    private static func hold(_ job: inout Job, _ reason: String) -> [NextStep] {
        guard job.isUnsent else { return [] }
        job.state = .held
        job.submission = .none
        job.reason = reason
        return []
    }

    private static func release(_ job: inout Job) -> [NextStep] {
        guard job.state == .held else { return [] }
        job.state = .queued
        job.reason = nil
        return [.prepare]
    }

    private static func dismiss(_ job: inout Job, _ reason: String) -> [NextStep] {
        job.state == .held ? finishUnsent(&job, .cancelled, reason) : []
    }

    // MARK: - Sending

    /// Writes "about to submit": from here on Slurm may have the job.
    private static func beginSubmission(_ job: inout Job, _ now: Timestamp) -> [NextStep] {
        guard job.submission == .ready || job.submission == .trying else { return [] }
        if job.submission == .ready {
            job.firstTriedAt = job.firstTriedAt ?? now
            job.lastTriedAt = now
            job.reason = nil
        }
        job.state = .staging
        job.submission = .trying
        return []
    }

    private static func tryOnceMore(_ job: inout Job, _ now: Timestamp) -> [NextStep] {
        guard job.submission == .trying else { return [] }
        job.lastTriedAt = now
        job.reason = "Slurm has no job of this key; it is sent once more."
        return []
    }

    private static func accept(_ job: inout Job, _ slurmID: String) -> [NextStep] {
        guard job.state == .staging else { return [] }
        job.state = .pending
        job.submission = .accepted
        // Those of an attempt before were told when it ended.
        job.stages = []
        job.slurm = SlurmFacts(jobId: slurmID)
        job.reason = nil
        return job.cancelRequestedAt == nil ? [.follow] : [.cancel, .follow]
    }

    private static func refuse(_ job: inout Job, _ reason: String) -> [NextStep] {
        guard job.state == .staging else { return [] }
        job.state = job.cancelRequestedAt == nil ? .failed : .cancelled
        job.submission = .none
        job.reason = reason
        return []
    }

    private static func returnToQueue(_ job: inout Job, _ reason: String) -> [NextStep] {
        guard job.state == .staging else { return [] }
        job.submission = .ready
        job.reason = reason
        job.state = job.cancelRequestedAt == nil ? .queued : .cancelled
        return []
    }

    // MARK: - At the site

    private static func observe(_ job: inout Job, _ sighting: Sighting, _ now: Timestamp) -> [NextStep] {
        guard job.submission == .accepted, job.state == .pending || job.state == .running else { return [] }
        job.observedAt = now
        job.isInSight = true
        job.slurm = sighting.facts
        for task in sighting.tasks { job.tasks[task.index] = task }
        if !sighting.stages.isEmpty { job.stages = sighting.stages }
        job.reason = sighting.reason
        switch sighting.phase {
        case .pending: job.state = .pending
        case .running: job.state = .running
        case .ended(let ending): return end(&job, ending)
        }
        return []
    }

    /// An attempt ended: try again when the manifest says so, else bring home what there is.
    private static func end(_ job: inout Job, _ ending: JobEnding) -> [NextStep] {
        if let cause = ending.cause, job.cancelRequestedAt == nil, job.mayRetry(cause) {
            job.attempt += 1
            job.submission = .none
            job.state = .queued
            job.reason = "Attempt \(job.attempt - 1) ended: \(ending.reason ?? cause.rawValue). Trying again."
            job.slurm = nil
            job.isInSight = false
            job.isStaged = false
            job.tasks = [:]
            job.firstTriedAt = nil
            job.lastTriedAt = nil
            return [.prepare]
        }
        job.ending = ending
        job.isInSight = false
        job.state = .retrieving
        return [.retrieve]
    }

    /// How long after a cancellation a job that Slurm shows nowhere is taken for gone.
    static let absenceAfterCancellation = Duration.seconds(120)

    /// Not being shown ends nothing, with one exception: a cancelled job that queue and accounting do not know.
    private static func noteAbsence(
        _ job: inout Job,
        _ reason: String,
        _ isWholeAnswer: Bool,
        _ now: Timestamp
    ) -> [NextStep] {
        guard job.state == .pending || job.state == .running else { return [] }
        job.reason = reason
        job.isInSight = false
        guard isWholeAnswer, let cancelled = job.cancelRequestedAt, now - cancelled > absenceAfterCancellation else {
            return []
        }
        return end(&job, JobEnding(state: .cancelled, reason: "Slurm does not know the job any more.", cause: nil))
    }

    // MARK: - The end

    private static func finishRetrieved(_ job: inout Job, _ note: String?) -> [NextStep] {
        guard job.state == .retrieving, let ending = job.ending else { return [] }
        job.state = ending.state
        job.reason = [ending.reason, note].compactMap { $0 }.joined(separator: " ")
        if job.reason?.isEmpty == true { job.reason = nil }
        if ending.state == .completed, job.cancelRequestedAt != nil, job.reason == nil {
            job.reason = "It had completed before the cancellation reached Slurm."
        }
        return []
    }

    /// Before anything was sent a job ends at once; afterwards Slurm is asked, and what it says is the truth.
    private static func requestCancel(_ job: inout Job, _ now: Timestamp) -> [NextStep] {
        if job.cancelRequestedAt == nil { job.cancelRequestedAt = now }
        switch job.state {
        case .queued, .held: return finishUnsent(&job, .cancelled, "Cancelled before it was sent to the site.")
        case .staging where job.isUnsent: return finishUnsent(&job, .cancelled, "Cancelled before it was sent.")
        case .staging, .retrieving: return []
        case .pending, .running: return [.cancel, .follow]
        case .completed, .failed, .cancelled, .timedOut: return []
        }
    }
}

extension Job {
    /// Whether Slurm certainly has nothing of this attempt.
    fileprivate var isUnsent: Bool {
        switch state {
        case .queued, .held: true
        case .staging: submission == .none || submission == .ready
        default: false
        }
    }

    /// Whether something must be settled before it can be sent.
    fileprivate var needsStaging: Bool { (isStagedFirst && !isStaged) || cache?.status == .joined }

    /// Whether the manifest grants a further attempt after this cause.
    fileprivate func mayRetry(_ cause: JobManifest.Retries.Cause) -> Bool {
        attempt <= retries.limit && retries.causes.contains(cause)
    }
}
