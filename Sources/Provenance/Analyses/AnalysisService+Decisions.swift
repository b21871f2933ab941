internal import Attestation
package import Documents
package import Gateway
internal import Logging
internal import Storage

extension AnalysisService {
    /// Doubts, withdraws or reinstates an analysis; nothing is deleted.
    ///
    /// A withdrawal reaches whatever used its outputs: known results computed from them answer no more, and analyses
    /// that rest on them are flagged.
    ///
    /// - Parameters:
    ///   - kind: what is decided.
    ///   - record: the analysis.
    ///   - document: `code`, `reason`, perhaps `notice`.
    ///   - person: who decides; its owner, or an admin.
    /// - Returns: how it stands now.
    /// - Throws: `GatewayError` of the kinds `notFound`, `forbidden`, `conflict` and `invalidPublication`.
    package func decide(
        _ kind: Decision.Kind,
        on record: RecordID,
        _ document: Document,
        by person: Gateway.Person
    ) async throws -> Analysis {
        try Self.require(.decideAnalysis, on: try await analysis(record).owner, by: person)
        let decision = try Decision(kind, document)
        let now = spine.keeper.now()
        let signer = try await keys.signer(.manifest, at: now, in: spine.database)
        let (changed, added, reached) = try await spine.database.transaction { connection in
            guard var analysis = try AnalysisStore.find(record, locked: true, on: connection),
                let edition = try EditionStore.find(record, 1, on: connection)
            else { throw Self.missing(record) }
            let moment = ManifestCollector.moment(now)
            guard let status = decision.status(after: analysis.status, by: person.name, at: moment) else {
                throw GatewayError(
                    .conflict,
                    "The analysis is \(analysis.status.kind.rawValue); that does not go with \(kind.rawValue)."
                )
            }
            analysis.status = status
            // What is decided is signed as it stood in the log a moment before its own entry.
            let statement = try self.statement(of: analysis, edition, at: now, on: connection)
            let envelope = try Envelope.signed(payloadType: SignedManifest.payloadType, payload: statement, by: signer)
            let added = try log.append(
                entry(record, kind.event, analysis.lastEntry, SHA256Digest(of: statement), now),
                at: now,
                on: connection
            )
            analysis.lastEntry = added.position
            try AnalysisStore.update(analysis, on: connection)
            try planMinting(of: analysis, at: now, on: connection)
            try note(
                kind.event,
                added,
                envelope,
                of: record,
                at: now,
                by: person,
                decision.reason.text,
                on: connection
            )
            let reached = try cascade(kind, analysis, decision, at: now, on: connection)
            return (analysis, added, reached)
        }
        try log.remember(added)
        spine.logger.notice(
            "an analysis was judged",
            metadata: [
                "analysis": "\(record)", "decision": "\(kind.rawValue)", "by": "\(person.name)",
                "analyses": "\(reached.analyses)", "results": "\(reached.results)",
            ]
        )
        return changed
    }

    /// How far a decision reached.
    private struct Reach: Sendable {
        var analyses = 0
        var results = 0
    }

    /// Follows the outputs of a withdrawn analysis through all jobs that read them, and theirs.
    private func cascade(
        _ kind: Decision.Kind,
        _ analysis: Analysis,
        _ decision: Decision,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Reach {
        var reach = Reach()
        if kind == .reinstate { try AnalysisStore.unflag(cause: analysis.record.text, on: connection) }
        guard kind == .retract else { return reach }
        var jobs = try sameResult(as: analysis.job, on: connection)
        let twins = try jobs.flatMap { try AnalysisStore.list(of: $0, on: connection) }.map(\.record)
            .filter { $0 != analysis.record }
        var seen = Set(jobs)
        while let job = jobs.popLast() {
            reach.results += try JobDescent.disown(job, on: connection)
            // That a file is empty says nothing of where it is from.
            for output in try JobDescent.outputs(of: job, on: connection) where output.size > 0 {
                let flag = AnalysisFlag(
                    kind: .inputRetracted,
                    digest: output.digest.description,
                    cause: analysis.record.text,
                    reason: decision.reason.text,
                    at: now
                )
                let users = try AnalysisStore.users(of: flag.digest, as: [.input], on: connection)
                let isOwn = job == analysis.job
                for user in users + (isOwn ? twins : []) where try AnalysisStore.flag(flag, user, on: connection) {
                    reach.analyses += 1
                }
                for reader in try JobDescent.readers(of: output.digest, on: connection)
                where seen.insert(reader).inserted { jobs.append(reader) }
            }
        }
        return reach
    }

    /// The jobs that have the result of a job: the one that ran, and those that its result answered.
    private func sameResult(as job: JobID, on connection: any StorageConnection) throws -> [JobID] {
        let cache = try spine.finished.find(job, on: connection)?.job.cache
        let ran = cache?.status == .hit ? cache?.job ?? job : job
        return try [ran] + JobDescent.answered(by: ran, on: connection)
    }

    /// Notes that something analyses rest on was replaced or withdrawn elsewhere: a dataset version, a model, an image.
    ///
    /// - Parameters:
    ///   - document: `digest`, `kind` (`superseded` or `withdrawn`), `reason`, `address` of what replaces it or tells of it.
    ///   - person: an admin.
    /// - Returns: the analyses that were flagged by it.
    /// - Throws: `GatewayError` of the kinds `forbidden` and `invalidPublication`.
    package func noteChange(_ document: Document, by person: Gateway.Person) async throws -> [RecordID] {
        guard Rights.reach(.tellChange, of: person) == .all else { throw Rights.refusal(.tellChange, of: person) }
        let flag = try ChangeNotice.read(document, at: spine.keeper.now())
        let flagged = try await spine.database.transaction { connection in
            let users = try AnalysisStore.users(
                of: flag.digest,
                as: [.input, .container, .model, .template],
                on: connection
            )
            let flagged = try users.filter { try AnalysisStore.flag(flag, $0, on: connection) }
            let entry = AuditEntry(
                "change.told",
                .init("artifact", flag.digest),
                by: person,
                reason: flag.reason,
                details: ["kind": .string(flag.kind.rawValue), "analyses": .integer(flagged.count)]
            )
            try AuditStore.append(entry, at: spine.keeper.now(), on: connection)
            return flagged
        }
        spine.logger.notice(
            "something that analyses rest on has changed",
            metadata: ["digest": "\(flag.digest)", "kind": "\(flag.kind.rawValue)", "analyses": "\(flagged.count)"]
        )
        return flagged
    }
}

/// Reads that something was replaced or withdrawn.
enum ChangeNotice {
    static func read(_ document: Document, at now: Timestamp) throws -> AnalysisFlag {
        let collector = FaultCollector(lines: document.lines)
        let object = Field(document.value, collector: collector).object(known: ["digest", "kind", "reason", "address"])
        let digest = object?.required("digest", expected: "sha256:…").flatMap { field -> SHA256Digest? in
            guard let text = field.string() else { return nil }
            if let digest = SHA256Digest(text) { return digest }
            field.fault("this is no SHA-256", expected: "sha256: and 64 hexadecimal digits")
            return nil
        }
        let kind = object?.required("kind", expected: "superseded or withdrawn").flatMap {
            field -> AnalysisFlag.Kind? in
            guard let text = field.string() else { return nil }
            if text == "superseded" { return .superseded }
            if text == "withdrawn" { return .withdrawn }
            field.fault("'\(text.prefix(40))' is no kind", expected: "superseded or withdrawn")
            return nil
        }
        let reason = object?.required("reason", expected: "why").flatMap { PublicationRequest.text($0, most: 2000) }
        let address = object?["address"].flatMap { PublicationRequest.text($0, most: 2000) }
        guard collector.faults.isEmpty, let digest, let kind, let reason else {
            throw GatewayError(.invalidPublication, "The change cannot be noted.", faults: collector.faults)
        }
        return AnalysisFlag(
            kind: kind,
            digest: digest.description,
            cause: address ?? digest.description,
            reason: reason,
            at: now
        )
    }
}
