package import Documents
internal import Storage

/// Everything needed to decide about one job.
package struct ApprovalDossier: Sendable, Hashable {
    /// The question.
    package let approval: Approval
    /// What people decided so far.
    package let decisions: [ApprovalDecision]
    /// The job.
    package let job: Job
    /// What it can cost at worst, by which rate.
    package let price: JobPrice
    /// What its owner did before.
    package let history: ApplicantHistory
    /// The last job of the same owner and template that was approved; nil for the first.
    package let lastApproved: JobID?
    /// What this manifest has otherwise than that job's.
    package let differences: [ManifestDifference]
    /// What the allocation that pays has left, this job's claim taken off; nil where nobody pays.
    package let balance: ServiceUnits?
    /// What was said of the job at its submission; nil where nobody was asked.
    package let advice: JobAdvice?
}

/// What came of one approval among several.
package struct BulkAnswer: Sendable {
    /// Its name, as it was given.
    package let id: String
    /// Where it stands now; nil when nothing was done.
    package let state: Approval.State?
    /// Why nothing was done.
    package let error: GatewayError?
}

/// What people do with approvals.
package struct ApprovalService: Sendable {
    let database: any Database
    let desk: ApprovalDesk

    // MARK: - Reading

    /// Questions, the oldest first.
    ///
    /// - Parameters:
    ///   - state: only those that stand so.
    ///   - id: only younger ones than this.
    ///   - limit: at most so many.
    /// - Returns: what is needed to decide on each, and the last one's name where there are more.
    /// - Throws: storage errors.
    package func list(
        _ state: Approval.State?,
        after id: ApprovalID?,
        limit: Int
    ) async throws -> (items: [ApprovalDossier], next: ApprovalID?) {
        try await database.read { connection in
            let found = try ApprovalStore.list(state, after: id, limit: limit + 1, on: connection)
            let items = try found.prefix(limit).compactMap { try dossier($0, on: connection) }
            return (items, found.count > limit ? items.last?.approval.id : nil)
        }
    }

    /// One question.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func approval(_ id: ApprovalID) async throws -> ApprovalDossier {
        let found = try await database.read { connection in
            try ApprovalStore.find(id, on: connection).flatMap { try dossier($0, on: connection) }
        }
        guard let found else { throw GatewayError(.notFound, "There is no approval \(id).") }
        return found
    }

    private func dossier(_ approval: Approval, on connection: any StorageConnection) throws -> ApprovalDossier? {
        guard let job = try desk.store.find(approval.job, on: connection) else { return nil }
        let last = try ApprovalHistoryStore.lastApproved(before: job, on: connection)
        let cost = try JobCostStore.find(job.id, on: connection)
        return ApprovalDossier(
            approval: approval,
            decisions: try ApprovalStore.decisions(on: approval.id, on: connection),
            job: job,
            price: try desk.work(of: job, on: connection).price,
            history: try ApprovalHistoryStore.history(of: job, on: connection),
            lastApproved: last?.id,
            differences: last.map { ManifestDifference.between($0.manifestText, job.manifestText) } ?? [],
            balance: try cost.flatMap { try AllocationStore.find($0.allocation, on: connection)?.balance.available },
            advice: try AdviceStore.find(job.id, on: connection)
        )
    }

    // MARK: - Deciding

    /// Approves what somebody has seen; the last approval that is needed lets the job go on.
    ///
    /// - Parameters:
    ///   - id: the question.
    ///   - document: `{digest, reason?}`.
    ///   - person: who decides.
    /// - Returns: the question as it stands then.
    /// - Throws: ``GatewayError``: `invalidRequest`, `notFound`, `conflict`, or `forbidden` for a job of their own.
    package func approve(_ id: ApprovalID, _ document: Document, by person: Person) async throws -> ApprovalDossier {
        let wish = try DecisionWish.approving(document)
        return try await rule(
            .init(choice: .approved, reason: wish.reason, digest: wish.digest, person: person),
            on: id
        )
    }

    /// Refuses a job, which ends it.
    ///
    /// - Parameters:
    ///   - id: the question.
    ///   - document: `{reason}`.
    ///   - person: who decides.
    /// - Returns: the question as it stands then.
    /// - Throws: as ``approve(_:_:by:)``.
    package func refuse(_ id: ApprovalID, _ document: Document, by person: Person) async throws -> ApprovalDossier {
        let wish = try DecisionWish.refusing(document)
        return try await rule(.init(choice: .refused, reason: wish.reason, digest: nil, person: person), on: id)
    }

    private func rule(_ ruling: ApprovalDesk.Ruling, on id: ApprovalID) async throws -> ApprovalDossier {
        try Self.requireApprover(ruling.person)
        try await database.transaction { connection in _ = try desk.rule(ruling, on: id, on: connection) }
        return try await approval(id)
    }

    /// Approves several, each by itself: one that cannot be does not keep the others.
    ///
    /// - Parameters:
    ///   - document: `{approvals: [{id, digest}], reason?}`, at most 100.
    ///   - person: who decides.
    /// - Returns: what came of each, in the given order.
    /// - Throws: ``GatewayError`` for a body with faults.
    package func approve(several document: Document, by person: Person) async throws -> [BulkAnswer] {
        try Self.requireApprover(person)
        let wish = try BulkWish.read(document)
        var answers: [BulkAnswer] = []
        for item in wish.items {
            let ruling = ApprovalDesk.Ruling(
                choice: .approved,
                reason: wish.reason,
                digest: item.digest,
                person: person
            )
            do {
                guard let id = ApprovalID(item.id) else {
                    throw GatewayError(.notFound, "'\(item.id.prefix(60))' is no approval.")
                }
                let approval = try await database.transaction { try desk.rule(ruling, on: id, on: $0) }
                answers.append(BulkAnswer(id: item.id, state: approval.state, error: nil))
            } catch let error as GatewayError {
                answers.append(BulkAnswer(id: item.id, state: nil, error: error))
            }
        }
        return answers
    }

    private static func requireApprover(_ person: Person) throws(GatewayError) {
        guard Rights.reach(.decideApprovals, of: person) == .all else {
            throw Rights.refusal(.decideApprovals, of: person)
        }
    }

    // MARK: - Standing approvals

    /// Approves a class of jobs beforehand.
    ///
    /// - Parameters:
    ///   - document: which jobs, `costPerJob`, `totalCost`, `validFor`, `reason`.
    ///   - person: who answers for it.
    /// - Returns: it.
    /// - Throws: ``GatewayError``: `invalidRequest`, or `forbidden` for jobs of their own.
    package func grant(_ document: Document, by person: Person) async throws -> StandingApproval {
        try Self.requireApprover(person)
        let wish = try StandingWish.read(document)
        guard wish.subject.person != person.name else {
            throw GatewayError(.forbidden, "Nobody approves jobs of their own. Ask another admin.")
        }
        let now = desk.keeper.now()
        var random = SystemRandomNumberGenerator()
        let standing = StandingApproval(
            id: StandingApprovalID(at: now, random: &random),
            subject: wish.subject,
            mostEach: wish.mostEach,
            mostInAll: wish.mostInAll,
            used: .zero,
            expiresAt: now + .seconds(wish.validSeconds),
            grantedBy: person.name,
            createdAt: now,
            reason: wish.reason,
            revokedAt: nil,
            revokedBy: nil
        )
        try await database.transaction { connection in
            try StandingApprovalStore.insert(standing, on: connection)
            let entry = AuditEntry(
                "standing-approval.granted",
                .init("standing-approval", standing.id.text),
                by: person,
                reason: wish.reason,
                details: Self.details(standing)
            )
            try AuditStore.append(entry, at: now, on: connection)
        }
        return standing
    }

    /// Standing approvals, the newest first.
    package func standing(
        before id: StandingApprovalID?,
        limit: Int
    ) async throws -> (items: [StandingApproval], next: StandingApprovalID?) {
        let found = try await database.read {
            try StandingApprovalStore.list(before: id, limit: limit + 1, on: $0)
        }
        let items = Array(found.prefix(limit))
        return (items, found.count > limit ? items.last?.id : nil)
    }

    /// Takes a standing approval back; what it approved before stays approved.
    ///
    /// - Throws: ``GatewayError``: `notFound`, or `conflict` when it was taken back before.
    package func revoke(_ id: StandingApprovalID, by person: Person) async throws -> StandingApproval {
        try Self.requireApprover(person)
        let now = desk.keeper.now()
        return try await database.transaction { connection in
            let isNew = try StandingApprovalStore.revoke(id, by: person.name, at: now, on: connection)
            guard let standing = try StandingApprovalStore.find(id, on: connection) else {
                throw GatewayError(.notFound, "There is no standing approval \(id).")
            }
            guard isNew else {
                throw GatewayError(.conflict, "It was taken back before, by \(standing.revokedBy ?? "somebody").")
            }
            let entry = AuditEntry(
                "standing-approval.revoked",
                .init("standing-approval", id.text),
                by: person,
                details: Self.details(standing)
            )
            try AuditStore.append(entry, at: now, on: connection)
            return standing
        }
    }

    private static func details(_ standing: StandingApproval) -> JSONValue {
        let subject = standing.subject
        let members = [
            ("person", subject.person), ("project", subject.project), ("site", subject.site),
            ("template", subject.template), ("partition", subject.partition),
            ("costPerJob", standing.mostEach.description), ("totalCost", standing.mostInAll.description),
            ("used", standing.used.description), ("expiresAt", standing.expiresAt.iso8601),
        ]
        return .object(
            Dictionary(members.map { ($0.0, $0.1.map { .string($0) } ?? .null) }) { first, _ in first }
        )
    }
}
