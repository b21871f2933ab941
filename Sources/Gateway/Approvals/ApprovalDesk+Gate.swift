internal import Storage

/// The last gate before a job is sent.
extension ApprovalDesk {
    /// The jobs that may be sent now; the others are held, with a question that says why.
    ///
    /// What is compared is what the row holds now, under its lock: nothing comes between this and "about to submit",
    /// which is written in the same transaction.
    ///
    /// - Parameters:
    ///   - waiting: jobs that are about to be sent, by priority.
    ///   - connection: the transaction.
    /// - Returns: those of them that may be.
    /// - Throws: storage errors.
    func clear(_ waiting: [Job], on connection: any StorageConnection) throws -> [Job] {
        guard policy.isActive else { return waiting }
        var entries: [AuditEntry] = []
        var cleared: [Job] = []
        // Always in the same order, so that two who lock several do not wait for one another.
        for job in waiting.sorted(by: { $0.id.text < $1.id.text }) {
            guard let current = try store.lock(job.id, on: connection) else { continue }
            // An earlier try may have come through: only asking the site can tell.
            if current.submission == .trying {
                cleared.append(current)
            } else if current.submission == .ready, try mayGo(current, &entries, on: connection) {
                cleared.append(current)
            }
        }
        for entry in entries { try AuditStore.append(entry, at: keeper.now(), on: connection) }
        let allowed = Set(cleared.map(\.id))
        return waiting.filter { allowed.contains($0.id) }
    }

    private func mayGo(_ job: Job, _ entries: inout [AuditEntry], on connection: any StorageConnection) throws -> Bool {
        let work = try work(of: job, on: connection)
        let now = keeper.now()
        guard var latest = try ApprovalStore.latest(of: job.id, on: connection) else {
            return try mayGoUnasked(work, &entries, on: connection)
        }
        let changed = work.covered.differences(from: latest.covered)
        // Further attempts are covered; that the first was sent in time is all that was asked.
        let isInTime = latest.sentAt != nil || latest.validUntil.map { now < $0 } ?? false
        if latest.state == .approved, changed.isEmpty, latest.digest == work.covered.digest, isInTime {
            if latest.sentAt == nil {
                latest.sentAt = now
                try ApprovalStore.update(latest, on: connection)
            }
            return true
        }
        try supersede(&latest, at: now, on: connection)
        let rules = try verdict(on: work, on: connection)
        let late = changed.isEmpty ? ["its approval held until \(latest.validUntil?.iso8601 ?? "it was decided")"] : []
        let again = ApprovalVerdict(
            reasons: late + (rules.isAsked ? rules.reasons : latest.reasons),
            needed: max(rules.needed, latest.needed)
        )
        try ask(about: work, again, changed: changed, on: connection)
        return false
    }

    /// A job nobody was asked about: one that waited for another's result, or from before the rules.
    private func mayGoUnasked(
        _ work: Work,
        _ entries: inout [AuditEntry],
        on connection: any StorageConnection
    ) throws -> Bool {
        // What was sent before the rules were written runs to its end.
        guard work.job.attempt == 1 else { return true }
        let verdict = try verdict(on: work, on: connection)
        guard verdict.isAsked else { return true }
        guard let entry = try answerBeforehand(work, verdict, on: connection) else {
            try ask(about: work, verdict, changed: [], on: connection)
            return false
        }
        entries.append(entry)
        if var approval = try ApprovalStore.latest(of: work.job.id, on: connection) {
            approval.sentAt = keeper.now()
            try ApprovalStore.update(approval, on: connection)
        }
        return true
    }

    private func supersede(_ approval: inout Approval, at now: Timestamp, on connection: any StorageConnection) throws {
        let isUnused = approval.state == .approved && approval.sentAt == nil
        approval.state = .superseded
        approval.decidedAt = approval.decidedAt ?? now
        try ApprovalStore.update(approval, on: connection)
        if isUnused, let standing = approval.standing {
            try StandingApprovalStore.giveBack(approval.cost, to: standing, on: connection)
        }
    }
}
