internal import Storage

/// What people, and the time, decide.
extension ApprovalDesk {
    /// What somebody decides.
    struct Ruling: Sendable {
        let choice: ApprovalDecision.Choice
        let reason: String?
        /// The digest of what they have seen; nil for a refusal, which covers whatever it is.
        let digest: String?
        let person: Person
    }

    /// Writes a decision, and what follows from it.
    ///
    /// - Returns: the approval as it stands then.
    /// - Throws: ``GatewayError``: `notFound`; `conflict` when it is not open any more, or not what was seen; `forbidden`
    ///   for the owner.
    func rule(_ ruling: Ruling, on id: ApprovalID, on connection: any StorageConnection) throws -> Approval {
        var (approval, job) = try locked(id, on: connection)
        let earlier = try ApprovalStore.decisions(on: id, on: connection)
        try check(ruling, approval, job, earlier)
        let now = keeper.now()
        let decision = ApprovalDecision(
            person: ruling.person.name,
            choice: ruling.choice,
            reason: ruling.reason,
            at: now,
            standing: nil
        )
        try ApprovalStore.record(decision, on: approval, on: connection)
        switch ruling.choice {
        case .approved:
            approval.given += 1
            if approval.given >= approval.needed {
                approval.state = .approved
                approval.decidedAt = now
                approval.validUntil = now + policy.validFor
            }
        case .refused:
            approval.state = .refused
            approval.decidedAt = now
        }
        try ApprovalStore.update(approval, on: connection)
        try follow(approval, earlier + [decision], on: connection)
        let entry = AuditEntry(
            "approval.\(ruling.choice.rawValue)",
            .init("approval", id.text),
            by: ruling.person,
            reason: ruling.reason,
            details: Self.details(approval)
        )
        try AuditStore.append(entry, at: now, on: connection)
        return approval
    }

    /// Ends a question that nobody decided in time.
    ///
    /// - Returns: when it can be ended; nil when there is nothing to do any more.
    func expire(_ id: ApprovalID, on connection: any StorageConnection) throws -> Timestamp? {
        guard let found = try ApprovalStore.find(id, on: connection), found.state == .open else { return nil }
        _ = try store.lock(found.job, on: connection)
        guard var approval = try ApprovalStore.lock(id, on: connection), approval.state == .open else { return nil }
        let now = keeper.now()
        guard approval.expiresAt <= now else { return approval.expiresAt }
        approval.state = .expired
        approval.decidedAt = now
        try ApprovalStore.update(approval, on: connection)
        try follow(approval, try ApprovalStore.decisions(on: id, on: connection), on: connection)
        let entry = AuditEntry(
            "approval.expired",
            .init("approval", id.text),
            by: .gateway,
            details: Self.details(approval)
        )
        try AuditStore.append(entry, at: now, on: connection)
        return nil
    }

    /// The job before its question, as everybody locks them.
    private func locked(_ id: ApprovalID, on connection: any StorageConnection) throws -> (Approval, Job) {
        guard let found = try ApprovalStore.find(id, on: connection),
            let job = try store.lock(found.job, on: connection),
            let approval = try ApprovalStore.lock(id, on: connection)
        else { throw GatewayError(.notFound, "There is no approval \(id).") }
        return (approval, job)
    }

    private func check(
        _ ruling: Ruling,
        _ approval: Approval,
        _ job: Job,
        _ earlier: [ApprovalDecision]
    ) throws(GatewayError) {
        let name = ruling.person.name
        guard name != approval.owner, name != job.owner else {
            throw GatewayError(.forbidden, "Nobody decides on a job of their own. Ask another admin.")
        }
        guard approval.state == .open, job.state == .held else {
            throw GatewayError(
                .conflict,
                "The approval is \(approval.state.rawValue), and its job is \(job.state.rawValue): there is nothing to decide."
            )
        }
        guard !earlier.contains(where: { $0.person == name }) else {
            throw GatewayError(.conflict, "You have approved it already; another person must, too.")
        }
        if let digest = ruling.digest, digest != approval.digest {
            throw GatewayError(
                .conflict,
                "What you have seen is not what would run now. Look at the approval again; its digest is \(approval.digest)."
            )
        }
    }

    /// Tells the job, those who follow it, and its owner.
    private func follow(
        _ approval: Approval,
        _ decisions: [ApprovalDecision],
        on connection: any StorageConnection
    ) throws {
        let told = Self.told(approval, decisions)
        let last = decisions.last
        switch approval.state {
        case .open:
            _ = try store.apply(.held(reason: reason(of: approval)), to: approval.job, on: connection)
            return
        case .approved:
            _ = try store.apply(.approved, to: approval.job, on: connection)
            _ = try store.tell(.init(kind: .approved, data: told), of: approval.job, on: connection)
        case .refused:
            _ = try store.tell(.init(kind: .refused, data: told), of: approval.job, on: connection)
            let reason = "\(last?.person ?? "An admin") refused it" + (last?.reason.map { ": \($0)" } ?? ".")
            _ = try store.apply(.refusedByApprover(reason: reason), to: approval.job, on: connection)
        case .expired:
            _ = try store.tell(.init(kind: .refused, data: told), of: approval.job, on: connection)
            let reason = "Nobody decided on it until \(approval.expiresAt.iso8601). Submit it again, and ask an admin."
            _ = try store.apply(.refusedByApprover(reason: reason), to: approval.job, on: connection)
        case .superseded, .withdrawn: return
        }
        guard let job = try store.find(approval.job, on: connection) else { return }
        try mail.tell(
            job.owner,
            ApprovalLetters.subject("Your job is \(approval.state.rawValue)", job),
            ApprovalLetters.decided(approval, job, decisions),
            about: "\(approval.id.text).decided",
            at: keeper.now(),
            on: connection
        )
    }
}
