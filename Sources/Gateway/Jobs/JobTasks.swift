internal import Documents
package import Storage
package import TaskQueue

/// What the spine's tasks are called.
package enum TaskKind {
    /// See whether a job may go to its site; key: the job.
    package static let prepare = "job.prepare"
    /// Bring a job's inputs to its site; key: the job.
    package static let stage = "job.stage"
    /// Send what waits for a site; key: the lane.
    package static let submit = "site.submit"
    /// Look at a site; key: the lane.
    package static let follow = "site.follow"
    /// Tell a site to end a job; key: the job.
    package static let cancel = "job.cancel"
    /// Bring a job's files home; key: the job.
    package static let retrieve = "job.retrieve"

    /// Remove what ended jobs left at a site, and what is too much in its cache; key: the lane.
    package static let clean = "site.clean"
    /// Certify what a job did, once it has ended; key: the job.
    package static let certify = "job.certify"
    /// Pay for what ended jobs used; key: the site.
    package static let settleLedger = "ledger.settle"
    /// Read what Slurm says of the accounts of allocations; key: the site.
    package static let readAccounts = "ledger.read"
    /// Send what waits for a webhook; key: the webhook.
    package static let deliverWebhook = "webhook.deliver"

    /// End a held job that nobody decided on in time; key: the approval.
    package static let expireApproval = "approval.expire"
    /// Hand a message to the mail relay; key: none.
    package static let deliverMail = "mail.deliver"

    /// Free what no artifact holder needs; key: `daily`.
    package static let collectGarbage = "artifacts.collect"

    /// Ask a model once more about a job that the heuristic advised on; key: the job.
    package static let adviseLate = "advice.late"

    /// All of them, in the order of a job's life.
    package static let all = [
        prepare, stage, submit, follow, cancel, retrieve, certify, settleLedger, readAccounts, clean, deliverWebhook,
        expireApproval, deliverMail, collectGarbage, adviseLate,
    ]
}

/// Turns the next steps of jobs into durable tasks, in the transaction that decided them.
package struct JobTasks: Sendable {
    /// A terabyte at a slow site takes most of a day.
    private static let transferSeconds = 86_400

    private let queue: TaskStore
    private let accounts: [String: String]

    /// A writer of tasks.
    ///
    /// - Parameters:
    ///   - queue: where they go.
    ///   - accounts: the account of each site for manifests without one.
    package init(queue: TaskStore, accounts: [String: String] = [:]) {
        self.queue = queue
        self.accounts = accounts
    }

    /// Writes a task for each step.
    func enqueue(_ steps: [NextStep], for job: Job, at now: Timestamp, on connection: any StorageConnection) throws {
        for step in steps { try queue.enqueue(request(step, job, now), on: connection) }
    }

    /// Looks again at every job that waits for this one.
    func wakeDependents(of job: Job, at now: Timestamp, on connection: any StorageConnection) throws {
        for dependent in try SubmissionStore.dependents(of: job.id, on: connection) {
            try queue.enqueue(task(TaskKind.prepare, key: dependent, job.priority, now), on: connection)
        }
    }

    /// Notes what an ended job left at its site, and plans its removal where that is soon.
    func noteFolders(of job: Job, at now: Timestamp, on connection: any StorageConnection) throws {
        let account = job.manifest?.resources.account ?? accounts[job.site] ?? job.owner
        try JobFolderStore.jobEnded(job, account: account, at: now, on: connection)
        if case .seconds(let seconds)? = job.manifest?.folderRetention, seconds < 600 {
            try clean(job.lane, at: now + .seconds(seconds), on: connection)
        }
    }

    /// Cleans a site up at a moment, if that is not planned earlier.
    func clean(_ lane: Lane, at moment: Timestamp, on connection: any StorageConnection) throws {
        try queue.enqueue(task(TaskKind.clean, key: lane.text, 20, moment), on: connection)
    }

    /// Certifies an ended job, which the wing of provenance does.
    package func certify(_ job: JobID, at now: Timestamp, on connection: any StorageConnection) throws {
        try queue.enqueue(task(TaskKind.certify, key: job.text, 10, now), on: connection)
    }

    /// Gives back what an ended job had claimed, or lets its site's accounting be asked what it used.
    func settle(_ job: Job, at now: Timestamp, on connection: any StorageConnection) throws {
        guard try Budget.ended(job, at: now, on: connection) else { return }
        try queue.enqueue(task(TaskKind.settleLedger, key: job.site, 15, now), on: connection)
    }

    /// Reads what Slurm says of a site's accounts, now.
    func readAccounts(site: String, at moment: Timestamp, on connection: any StorageConnection) throws {
        try queue.enqueue(task(TaskKind.readAccounts, key: site, 5, moment), on: connection)
    }

    /// Lets the jobs that wait for this one's result look again: for its result, or for who computes it instead.
    func wakeFollowers(of job: Job, at now: Timestamp, on connection: any StorageConnection) throws {
        guard let cache = job.cache, let key = cache.key, let scope = cache.scope, cache.status != .hit else { return }
        // Whoever looks at the same moment joins before this, and is seen, or after it, and computes.
        try connection.lock("result \(scope) \(key)")
        try ResultStore.release(job.id, on: connection)
        for follower in try ResultStore.followers(of: job.id, on: connection) {
            let stage = task(
                TaskKind.stage,
                key: follower.text,
                job.priority,
                now,
                timeoutSeconds: Self.transferSeconds
            )
            try queue.enqueue(stage, on: connection)
        }
    }

    /// Looks at a site at a moment, if there is not already an earlier look planned.
    package func follow(_ lane: Lane, at moment: Timestamp, on connection: any StorageConnection) throws {
        try queue.enqueue(task(TaskKind.follow, key: lane.text, 100, moment), on: connection)
    }

    /// Sends what waits for a site, now.
    package func submit(_ lane: Lane, at moment: Timestamp, on connection: any StorageConnection) throws {
        try queue.enqueue(task(TaskKind.submit, key: lane.text, 90, moment), on: connection)
    }

    /// Does at once what a job waits for at its site, for the way there may be open again.
    func resume(_ job: Job, at now: Timestamp, on connection: any StorageConnection) throws {
        let step: NextStep =
            switch job.state {
            case .retrieving: .retrieve
            case .queued: .prepare
            case .staging: .stage
            default: .cancel
            }
        try queue.enqueue(request(step, job, now), on: connection)
    }

    /// Makes sure that a task is still ours; see ``TaskStore/requireLease(_:on:)``.
    package func requireLease(_ task: LeasedTask, on connection: any StorageConnection) throws {
        try queue.requireLease(task, on: connection)
    }

    private func request(_ step: NextStep, _ job: Job, _ now: Timestamp) -> TaskRequest {
        switch step {
        case .prepare: task(TaskKind.prepare, key: job.id.text, job.priority, now)
        case .stage: task(TaskKind.stage, key: job.id.text, job.priority, now, timeoutSeconds: Self.transferSeconds)
        case .submit: task(TaskKind.submit, key: job.lane.text, 90, now)
        case .follow: task(TaskKind.follow, key: job.lane.text, 100, now)
        case .cancel: task(TaskKind.cancel, key: job.id.text, 110, now)
        case .retrieve:
            task(TaskKind.retrieve, key: job.id.text, job.priority, now, timeoutSeconds: Self.transferSeconds)
        }
    }

    /// Site and job tasks look after their own repetitions, so a failure here is a fault of the gateway: try long.
    private func task(
        _ kind: String,
        key: String,
        _ priority: Int,
        _ moment: Timestamp,
        timeoutSeconds: Int = 3600
    ) -> TaskRequest {
        TaskRequest(
            kind: kind,
            key: key,
            priority: priority,
            runAt: moment.microseconds,
            maximumAttempts: 1000,
            timeoutSeconds: timeoutSeconds
        )
    }
}
