package import Attestation
internal import Documents
package import Gateway
internal import Logging
internal import Storage

/// Running published analyses, and one's own jobs, again.
package struct ReplayService: Sendable {
    let spine: Spine

    /// What came of asking.
    package enum Answer: Sendable {
        /// Only the report was wanted, or something stands in the way.
        case report(ReplayReport)
        /// The new job.
        case submitted(Job, ReplayReport)
    }

    /// What is run again, as it was read.
    private struct Parent: Sendable {
        let record: RecordID?
        let statement: SHA256Digest
        let facts: ReplayFacts
    }

    /// Looks whether something can be run again; nothing is written and no site is asked.
    ///
    /// - Parameters:
    ///   - origin: what.
    ///   - changes: what is to be otherwise.
    ///   - person: who asks.
    /// - Returns: what was found.
    /// - Throws: `GatewayError` of the kinds `notFound`, `forbidden` and `conflict`.
    package func check(
        _ origin: ReplayOrigin,
        _ changes: ReplayChanges,
        by person: Gateway.Person
    ) async throws -> ReplayReport {
        try await judged(ReplayPlan(try await parent(origin, changes, by: person).facts, changes), by: person).report
    }

    /// Runs something again as a new job.
    ///
    /// The job, what it may use and where it comes from are written in one transaction.
    ///
    /// - Parameters:
    ///   - origin: what.
    ///   - changes: what is to be otherwise.
    ///   - bodyDigest: of the request's bytes, to know a repeated request.
    ///   - idempotencyKey: the client's key, if it sent one.
    ///   - person: who asks.
    /// - Returns: the new job; the report alone for a dry run.
    /// - Throws: `GatewayError` of the kinds `notFound`, `forbidden`, `conflict` when something stands in the way, and
    ///   those of a submission.
    package func replay(
        _ origin: ReplayOrigin,
        _ changes: ReplayChanges,
        bodyDigest: SHA256Digest,
        idempotencyKey: String?,
        by person: Gateway.Person
    ) async throws -> Answer {
        let parent = try await parent(origin, changes, by: person)
        let (plan, report) = try await judged(ReplayPlan(parent.facts, changes), by: person)
        if changes.isDryRun { return .report(report) }
        guard report.isPossible, let manifest = plan.manifest, let text = plan.templateText else {
            let blocks = report.lines.filter { $0.level == .block }
            throw GatewayError(
                .conflict,
                "It cannot be run again: "
                    + blocks.map { "\($0.what): \($0.text)" }.joined(separator: " ")
            )
        }
        let (now, job) = (spine.keeper.now(), parent.facts.finished.job.id)
        let rerun = Rerun(templateText: text, granted: plan.granted) { child, connection in
            let replay = Replay(
                job: child.id,
                parent: job,
                record: parent.record,
                statement: parent.statement,
                owner: person.name,
                changes: changes.json,
                report: report.json,
                createdAt: now
            )
            try ReplayStore.insert(replay, on: connection)
        }
        let answer = try await spine.jobs.submit(
            Document(manifest),
            bodyDigest: bodyDigest,
            idempotencyKey: idempotencyKey,
            by: person,
            as: rerun
        )
        guard case .accepted(let child) = answer else { return .report(report) }
        spine.logger.info(
            "something is run again",
            metadata: ["job.id": "\(child.id)", "parent": "\(job)", "by": "\(person.name)"]
        )
        return .submitted(child, report)
    }

    /// What admission says of the new manifest, its script included, is part of the report.
    private func judged(
        _ plan: ReplayPlan,
        by person: Gateway.Person
    ) async throws -> (plan: ReplayPlan, report: ReplayReport) {
        var plan = plan
        guard let manifest = plan.manifest, plan.report.isPossible else { return (plan, plan.report) }
        do {
            _ = try await spine.jobs.preview(Document(manifest), by: person, template: plan.templateText)
        } catch let error as GatewayError
            where error.kind == .invalidManifest || error.kind == .conflict || error.kind == .outOfBudget
        {
            if error.faults.isEmpty { plan.note("manifest", .block, "manifest-refused", error.message) }
            for fault in error.faults.prefix(20) {
                plan.note(
                    "manifest\(fault.path)",
                    .block,
                    "manifest-refused",
                    "\(fault.message); expected: \(fault.expected)"
                )
            }
        }
        return (plan, plan.report)
    }

    // MARK: - Reading

    /// The jobs that ran an analysis again, the oldest first; public, so without what is their owners' alone.
    ///
    /// - Throws: `GatewayError` of kind `notFound`.
    package func replays(of record: RecordID) async throws -> [Replay] {
        try await spine.database.read { connection in
            guard try AnalysisStore.find(record, on: connection) != nil else { throw AnalysisService.missing(record) }
            return try ReplayStore.list(of: record, on: connection)
        }
    }

    /// What a job ran again, and which jobs ran it again.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - person: who asks; its owner, or an admin.
    /// - Returns: its descent both ways; `origin` is nil when it is no replay.
    /// - Throws: `GatewayError` of the kinds `notFound` and `forbidden`.
    package func descent(
        of id: JobID,
        for person: Gateway.Person
    ) async throws -> (origin: Replay?, replays: [Replay]) {
        let owner = try await spine.jobs.job(id).owner
        try AnalysisService.require(.readJob, on: id, of: owner, by: person)
        return try await spine.database.read { connection in
            (try ReplayStore.find(id, on: connection), try ReplayStore.list(of: id, on: connection))
        }
    }

    private func parent(
        _ origin: ReplayOrigin,
        _ changes: ReplayChanges,
        by person: Gateway.Person
    ) async throws -> Parent {
        let templates = try Dictionary(spine.templates.list().map { ($0.name, $0.digest) }) { first, _ in first }
        return try await spine.database.read { connection in
            switch origin {
            case .analysis(let record):
                guard let analysis = try AnalysisStore.find(record, on: connection),
                    let edition = try EditionStore.find(record, 1, on: connection)
                else { throw AnalysisService.missing(record) }
                return try parent(analysis.job, edition, analysis, templates, changes, person, on: connection)
            case .job(let id):
                guard let finished = try spine.finished.find(id, on: connection) else {
                    throw GatewayError(.conflict, "There is no ended job \(id); what has ended can be run again.")
                }
                try AnalysisService.require(.replayJob, on: id, of: finished.job.owner, by: person)
                guard let edition = try EditionStore.first(of: id, on: connection) else {
                    throw GatewayError(.conflict, "The job's manifest is being signed. Try again in a moment.")
                }
                return try parent(id, edition, nil, templates, changes, person, on: connection)
            }
        }
    }

    private func parent(
        _ id: JobID,
        _ edition: Edition,
        _ analysis: Analysis?,
        _ templates: [String: String],
        _ changes: ReplayChanges,
        _ person: Gateway.Person,
        on connection: any StorageConnection
    ) throws -> Parent {
        guard let finished = try spine.finished.find(id, on: connection) else {
            throw GatewayError(.notFound, "There is no ended job \(id).")
        }
        let usable = try (finished.inputs.map(\.digest) + changes.artifacts).filter { digest in
            if let analysis, try spine.artifacts.isHeld(digest, as: .pin, by: analysis.record.text, on: connection) {
                return true
            }
            return try spine.artifacts.find(digest, on: connection) != nil
                && spine.artifacts.mayRead(digest, person, on: connection)
        }
        let facts = ReplayFacts(
            finished: finished,
            isOwner: Rights.allow(.replayJob, person, owner: finished.job.owner),
            usable: Set(usable),
            templateToday: templates[finished.job.template],
            sites: spine.configuration.sites.map(\.name),
            origin: analysis?.record.text ?? id.text,
            status: analysis?.status,
            flags: try analysis.map { try AnalysisStore.flags(of: $0.record, on: connection) } ?? []
        )
        return Parent(record: analysis?.record, statement: edition.statement, facts: facts)
    }
}
