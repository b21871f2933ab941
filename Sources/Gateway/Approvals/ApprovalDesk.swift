internal import Documents
package import Storage
internal import TaskQueue

/// Asks the admins about jobs, and keeps a job from its site until they have answered.
///
/// Everything happens on a connection that the caller gives. Who writes about a job locks the job first, then the
/// question, then standing approvals, then the audit trail.
package struct ApprovalDesk: Sendable {
    let policy: ApprovalPolicy
    let pricing: ApprovalPricing
    let store: JobStore
    let mail: MailBox
    let keeper: TimeKeeper
    let queue = TaskStore()

    /// A desk.
    ///
    /// - Parameters:
    ///   - policy: the rules.
    ///   - pricing: tells what jobs can cost.
    ///   - store: writes jobs.
    ///   - mail: writes messages.
    ///   - keeper: tells the time.
    package init(
        policy: ApprovalPolicy,
        pricing: ApprovalPricing,
        store: JobStore,
        mail: MailBox,
        keeper: TimeKeeper
    ) {
        self.policy = policy
        self.pricing = pricing
        self.store = store
        self.mail = mail
        self.keeper = keeper
    }

    /// Holds a job that was just written, when the rules ask and no standing approval answers.
    ///
    /// A job with a known result, or one that waits for another's, computes nothing and is not held.
    ///
    /// - Parameters:
    ///   - job: the job, as written in this transaction.
    ///   - connection: the transaction.
    /// - Returns: the job as it stands then.
    /// - Throws: storage errors.
    package func consider(_ job: Job, on connection: any StorageConnection) throws -> Job {
        guard policy.isActive, !job.state.isFinal, job.cache?.status != .joined else { return job }
        let work = try work(of: job, on: connection)
        let verdict = try verdict(on: work, on: connection)
        guard verdict.isAsked else { return job }
        if let entry = try answerBeforehand(work, verdict, on: connection) {
            try AuditStore.append(entry, at: keeper.now(), on: connection)
        } else {
            try ask(about: work, verdict, changed: [], on: connection)
        }
        return try store.find(job.id, on: connection) ?? job
    }

    // MARK: - What is judged

    /// A job with everything the rules and an approval look at.
    struct Work {
        let job: Job
        let manifest: JobManifest?
        let price: JobPrice
        let covered: CoveredWork

        /// Whether it has a worst case: it names a walltime, or its site is metered and what it can cost was claimed.
        var isBounded: Bool { manifest?.resources.walltime != nil || price.allocation != nil }
    }

    func work(of job: Job, on connection: any StorageConnection) throws -> Work {
        let manifest = job.manifest
        let price = try manifest.map { try pricing.price(job, $0, connection) } ?? Self.unknownPrice(job)
        return Work(job: job, manifest: manifest, price: price, covered: try CoveredWork(job, price: price))
    }

    /// A manifest that cannot be read has no price; the rules take it for one without bounds.
    private static func unknownPrice(_ job: Job) -> JobPrice {
        JobPrice(
            site: job.site,
            partition: nil,
            nodes: 1,
            tasks: job.arrayCount ?? 1,
            walltimeSeconds: 0,
            attempts: 1,
            rate: .one,
            project: nil,
            allocation: nil
        )
    }

    func verdict(on work: Work, on connection: any StorageConnection) throws -> ApprovalVerdict {
        let resources = work.manifest?.resources
        let isFirst =
            try policy.asksForFirstJobs && ApprovalHistoryStore.isFirstJob(of: work.job.owner, on: connection)
        let facts = ApprovalFacts(
            price: work.price,
            isBounded: work.isBounded,
            gpus: (resources?.gpus?.count ?? 0) * (resources?.nodes ?? 1),
            isFirstJob: isFirst
        )
        return ApprovalRules.verdict(policy.rules, facts)
    }

    // MARK: - Asking

    /// Uses a standing approval for a job, where one answers for it; one person's word is not enough for a job that
    /// needs two, and without a walltime no limit can be kept.
    ///
    /// - Returns: what the audit trail must be told, as the last thing of the transaction; nil when none answers.
    func answerBeforehand(
        _ work: Work,
        _ verdict: ApprovalVerdict,
        on connection: any StorageConnection
    ) throws -> AuditEntry? {
        guard verdict.needed == 1, work.isBounded else { return nil }
        let now = keeper.now()
        let standing = try StandingApprovalStore.use(
            for: work.job.owner,
            template: work.job.template,
            price: work.price,
            at: now,
            on: connection
        )
        guard let standing else { return nil }
        var approval = question(about: work, verdict, changed: [], at: now)
        approval.state = .approved
        approval.given = 1
        approval.decidedAt = now
        approval.validUntil = now + policy.validFor
        approval.standing = standing.id
        try ApprovalStore.insert(approval, on: connection)
        let decision = ApprovalDecision(
            person: standing.grantedBy,
            choice: .approved,
            reason: standing.reason,
            at: now,
            standing: standing.id
        )
        try ApprovalStore.record(decision, on: approval, on: connection)
        _ = try store.tell(
            .init(kind: .approved, data: Self.told(approval, [decision])),
            of: work.job.id,
            on: connection
        )
        return AuditEntry(
            "approval.approved",
            .init("approval", approval.id.text),
            by: .gateway,
            reason: "the standing approval \(standing.id) of \(standing.grantedBy)",
            details: Self.details(approval)
        )
    }

    /// Writes a question and holds the job; `changed` is what is not as it was approved before.
    func ask(
        about work: Work,
        _ verdict: ApprovalVerdict,
        changed: [String],
        on connection: any StorageConnection
    ) throws {
        let now = keeper.now()
        let approval = question(about: work, verdict, changed: changed, at: now)
        try ApprovalStore.insert(approval, on: connection)
        try queue.enqueue(
            TaskRequest(
                kind: TaskKind.expireApproval,
                key: approval.id.text,
                runAt: approval.expiresAt.microseconds,
                maximumAttempts: 1000
            ),
            on: connection
        )
        let job = try store.apply(.held(reason: reason(of: approval)), to: work.job.id, on: connection) ?? work.job
        _ = try store.tell(.init(kind: .held, data: Self.told(approval, [])), of: work.job.id, on: connection)
        try mail.tellAdmins(
            ApprovalLetters.subject("A job waits for approval", job),
            ApprovalLetters.asking(approval, job),
            about: approval.id.text,
            at: now,
            on: connection
        )
    }

    private func question(
        about work: Work,
        _ verdict: ApprovalVerdict,
        changed: [String],
        at now: Timestamp
    ) -> Approval {
        var random = SystemRandomNumberGenerator()
        return Approval(
            id: ApprovalID(at: now, random: &random),
            job: work.job.id,
            owner: work.job.owner,
            state: .open,
            reasons: verdict.reasons,
            needed: max(1, verdict.needed),
            given: 0,
            covered: work.covered.text,
            digest: work.covered.digest,
            cost: work.price.worstCase,
            changed: changed,
            createdAt: now,
            expiresAt: now + policy.undecidedFor
        )
    }

    // MARK: - Words

    /// What a held job shows: why it is held, and who can decide.
    func reason(of approval: Approval) -> String {
        let change =
            approval.changed.isEmpty
            ? "" : "It is not as it was approved: \(approval.changed.joined(separator: ", ")). "
        let still = approval.needed - approval.given
        let who =
            still == 1
            ? "an admin other than \(approval.owner) decides"
            : "\(still) different admins other than \(approval.owner) decide"
        let given = approval.given > 0 ? "\(approval.given) of \(approval.needed) have approved; " : ""
        let contact = policy.contact.map { "; ask at \($0)" } ?? ""
        return "\(change)Held for approval: \(approval.reasons.joined(separator: "; ")); \(given)\(who)\(contact)."
    }

    /// What events tell of an approval.
    static func told(_ approval: Approval, _ decisions: [ApprovalDecision]) -> JSONValue {
        [
            "approval": .string(approval.id.text), "reasons": .array(approval.reasons.map { .string($0) }),
            "needed": .integer(approval.needed), "given": .integer(approval.given),
            "expiresAt": .string(approval.expiresAt.iso8601),
            "by": .array(decisions.map { .string($0.person) }),
            "why": decisions.last?.reason.map { .string($0) } ?? .null,
        ]
    }

    /// What the audit trail keeps of an approval.
    static func details(_ approval: Approval) -> JSONValue {
        [
            "job": .string(approval.job.text), "owner": .string(approval.owner), "digest": .string(approval.digest),
            "cost": .string(approval.cost.description), "state": .string(approval.state.rawValue),
            "given": .integer(approval.given), "needed": .integer(approval.needed),
        ]
    }
}
