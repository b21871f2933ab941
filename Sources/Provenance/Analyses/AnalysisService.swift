internal import Attestation
package import Documents
package import Gateway
internal import Storage

/// What people do with published analyses.
///
/// Every change is one transaction: the signed bytes, the entry of the log, how the analysis stands, and its history.
package struct AnalysisService: Sendable {
    let spine: Spine
    let keys: KeyRing
    let log: ManifestLog
    let identity: GatewayIdentity
    let newRecord: @Sendable () -> RecordID

    var collector: ManifestCollector { ManifestCollector(gateway: identity) }

    // MARK: - Publishing

    /// Publishes the manifest of a completed job: it becomes public, and is never changed.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - document: title, authors, licence, abstract, keywords.
    ///   - person: who publishes; the job's owner, or an admin.
    /// - Returns: the analysis.
    /// - Throws: `GatewayError` of the kinds `notFound`, `forbidden`, `conflict` and `invalidPublication`.
    package func publish(_ id: JobID, _ document: Document, by person: Gateway.Person) async throws -> Analysis {
        let (finished, first) = try await publishable(id, by: person)
        let request = try PublicationRequest(document, after: nil)
        let known = try await spine.database.read { try AnalysisStore.list(of: id, on: $0) }
        if let known = known.first {
            throw GatewayError(
                .conflict,
                "The job is published already, as \(known.record). A new version of it is made there."
            )
        }
        let publication = publication(request, version: 1, record: first.record)
        return try await write(
            finished,
            as: first.record,
            of: first.record,
            publication,
            event: .published,
            replacing: nil,
            reason: nil,
            by: person
        )
    }

    /// Publishes a new version of an analysis: other words about the same job, or another job.
    ///
    /// - Parameters:
    ///   - record: any version of the work that is not replaced yet.
    ///   - document: `reason`, what is new of the words, and `job` where another job is shown.
    ///   - person: who publishes; the analysis's owner, or an admin.
    /// - Returns: the new version.
    /// - Throws: `GatewayError` of the kinds `notFound`, `forbidden`, `conflict` and `invalidPublication`.
    package func revise(_ record: RecordID, _ document: Document, by person: Gateway.Person) async throws -> Analysis {
        let before = try await analysis(record)
        try Self.require(.reviseAnalysis, on: before.owner, by: person)
        if let successor = before.status.successor {
            throw GatewayError(.conflict, "This version is replaced already, by \(successor); revise that one.")
        }
        let request = try PublicationRequest(document, after: before.publication)
        let job = try Self.job(document) ?? before.job
        let (finished, first) = try await publishable(job, by: person)
        let isShown = try await !spine.database.read { try AnalysisStore.list(of: job, on: $0) }.isEmpty
        let name = isShown ? newRecord() : first.record
        let version = (Int(before.publication.version) ?? 1) + 1
        return try await write(
            finished,
            as: name,
            of: before.work,
            publication(request, version: version, record: name),
            event: .published,
            replacing: before.record,
            reason: request.reason,
            by: person
        )
    }

    private static func job(_ document: Document) throws -> JobID? {
        guard let text = document.value["job"]?.stringValue else { return nil }
        if let job = JobID(text) { return job }
        throw GatewayError(.invalidPublication, "'\(text.prefix(60))' is no job.")
    }

    private func publication(_ request: PublicationRequest, version: Int, record: RecordID) -> Publication {
        var publication = Publication(
            title: request.title,
            authors: request.authors,
            licence: request.licence,
            abstract: request.abstract,
            keywords: request.keywords,
            version: "\(version)",
            doi: spine.configuration.provenance.doi.map { "\($0.prefix)/\(record)" },
            publishedAt: ManifestCollector.moment(spine.keeper.now())
        )
        publication.comparison = request.comparison
        return publication
    }

    /// A completed job with its manifest, if the person may publish it.
    private func publishable(_ id: JobID, by person: Gateway.Person) async throws -> (FinishedJob, Edition) {
        let job = try await spine.jobs.job(id)
        try Self.require(.publishJob, on: job.id, of: job.owner, by: person)
        guard job.state == .completed else {
            throw GatewayError(.conflict, "The job is \(job.state.rawValue); a completed job can be published.")
        }
        let (finished, first) = try await spine.database.read { connection in
            (try spine.finished.find(id, on: connection), try EditionStore.first(of: id, on: connection))
        }
        guard let finished, let first else {
            throw GatewayError(.conflict, "The job's manifest is being signed. Try again in a moment.")
        }
        return (finished, first)
    }

    /// Makes sure that somebody may do something with a published analysis.
    static func require(_ operation: Operation, on owner: String, by person: Gateway.Person) throws {
        if Rights.allow(operation, person, owner: owner) { return }
        throw GatewayError(.forbidden, "It belongs to somebody else; ask them, or an admin.")
    }

    /// The same of a job: of others' jobs it is not even told that they are there.
    static func require(_ operation: Operation, on job: JobID, of owner: String, by person: Gateway.Person) throws {
        if Rights.allow(operation, person, owner: owner) { return }
        throw GatewayError(.notFound, "There is no job \(job).")
    }

    private func write(
        _ finished: FinishedJob,
        as record: RecordID,
        of work: RecordID,
        _ publication: Publication,
        event: LogEntry.Event,
        replacing before: RecordID?,
        reason: String?,
        by person: Gateway.Person
    ) async throws -> Analysis {
        let now = spine.keeper.now()
        let origin = try await manifests.origin(of: finished.job)
        let parent = try await spine.database.read { try ReplayStore.parent(of: finished.job.id, on: $0) }
        let manifest = publicManifest(finished, record, publication, origin, parent)
        let signer = try await keys.signer(.manifest, at: now, in: spine.database)
        let signed = try await signer.signing { try SignedManifest(manifest, by: signer) }
        let uses = Self.uses(manifest)
        let (analysis, added) = try await spine.database.transaction { connection in
            var analysis = Analysis(
                record: record,
                work: work,
                job: finished.job.id,
                owner: finished.job.owner,
                project: finished.account,
                publication: publication,
                status: .current,
                lastEntry: 0,
                replayOf: parent
            )
            let statement = signed.statement
            let recorded = try EditionStore.find(record, 0, on: connection)?.position
            var added = try log.append(entry(record, event, recorded, statement, now), at: now, on: connection)
            analysis.lastEntry = added.position
            try hold(finished, for: analysis, at: now, on: connection)
            try EditionStore.insert(
                signed.edition(1, of: finished.job.id, added, in: log.origin, at: now),
                on: connection
            )
            try AnalysisStore.insert(analysis, statement: statement, on: connection)
            try planMinting(of: analysis, at: now, on: connection)
            try AnalysisStore.note(uses, of: record, on: connection)
            try note(event, added, signed.envelope, of: record, at: now, by: person, reason, on: connection)
            if let before {
                added = try replace(before, by: analysis, signed, at: now, person, reason, on: connection)
            }
            return (analysis, added)
        }
        try log.remember(added)
        return analysis
    }

    /// The value of a published manifest: whoever reads it can have what it names for ever.
    func publicManifest(
        _ finished: FinishedJob,
        _ record: RecordID,
        _ publication: Publication,
        _ origin: CacheOrigin?,
        _ parent: SHA256Digest?
    ) -> ReproducibilityManifest {
        var manifest = collector.manifest(of: finished, id: record, origin: origin)
        manifest.publication = publication
        manifest.replayOf = parent
        manifest.program.hideAccounts(named: spine.account(at: finished.job.site))
        manifest.ending.retainUntil = nil
        for index in manifest.outputs.indices { manifest.outputs[index].retainUntil = nil }
        return manifest
    }

    /// The version before is no longer the newest: its page and its status say so, its bytes stay.
    private func replace(
        _ before: RecordID,
        by analysis: Analysis,
        _ signed: SignedManifest,
        at now: Timestamp,
        _ person: Gateway.Person,
        _ reason: String?,
        on connection: any StorageConnection
    ) throws -> ManifestLog.Added {
        guard var old = try AnalysisStore.find(before, locked: true, on: connection), old.status.successor == nil else {
            throw GatewayError(.conflict, "Somebody else published a new version at the same moment.")
        }
        let added = try log.append(
            entry(before, .updated, old.lastEntry, signed.statement, now),
            at: now,
            on: connection
        )
        old.lastEntry = added.position
        old.status.successor = analysis.record
        if old.status.kind == .current {
            old.status = RecordStatus(
                .updated,
                reason: reason.map { .init(code: "other", text: $0) },
                decidedBy: person.name,
                decidedAt: ManifestCollector.moment(now),
                successor: analysis.record
            )
        }
        try AnalysisStore.update(old, on: connection)
        try planMinting(of: old, at: now, on: connection)
        try note(.updated, added, signed.envelope, of: before, at: now, by: person, reason, on: connection)
        return added
    }

    /// What an analysis names is kept for as long as the analysis is there.
    private func hold(
        _ finished: FinishedJob,
        for analysis: Analysis,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        func pin(_ name: String) -> ArtifactReference {
            ArtifactReference(
                kind: .pin,
                holder: analysis.record.text,
                owner: analysis.owner,
                account: analysis.project,
                name: name,
                createdAt: now,
                expiresAt: nil
            )
        }
        // Whoever runs it again needs its inputs; those the gateway never had stay where they are.
        for input in finished.inputs where try spine.artifacts.find(input.digest, on: connection) != nil {
            try spine.artifacts.refer(pin(input.path), to: input.digest, on: connection)
        }
        for file in finished.outputs + finished.logs {
            do {
                try spine.artifacts.refer(pin(file.path), to: file.digest, on: connection)
            } catch is ArtifactRemoved {
                throw GatewayError(
                    .conflict,
                    "'\(file.path)' (\(file.digest)) is no longer kept, so the analysis would name what nobody can have. "
                        + "Run the job again, or upload the file."
                )
            }
        }
    }

    private static func uses(_ manifest: ReproducibilityManifest) -> [(role: AnalysisUse, digest: String)] {
        var uses: [(role: AnalysisUse, digest: String)] = [(.template, manifest.program.template.digest.description)]
        uses += manifest.inputs.compactMap { input in input.digest.map { (.input, $0.value.description) } }
        uses += manifest.outputs.map { (.output, $0.digest.description) }
        uses += manifest.models.compactMap { model in model.digest.map { (.model, $0.description) } }
        if let digest = manifest.container?.digest { uses.append((.container, digest.description)) }
        return uses
    }

    // MARK: - The log

    func entry(
        _ record: RecordID,
        _ event: LogEntry.Event,
        _ previous: Int?,
        _ statement: SHA256Digest,
        _ now: Timestamp
    ) -> [UInt8] {
        LogEntry(
            analysis: record,
            event: event,
            previous: previous.map { UInt64($0) },
            statement: statement,
            time: ManifestCollector.moment(now)
        ).bytes
    }

    func note(
        _ event: LogEntry.Event,
        _ added: ManifestLog.Added,
        _ envelope: Envelope,
        of record: RecordID,
        at now: Timestamp,
        by person: Gateway.Person,
        _ reason: String?,
        on connection: any StorageConnection
    ) throws {
        let fact = AnalysisEvent(event: event, position: added.position, at: now, by: person.name, reason: reason)
        try AnalysisStore.append(fact, envelope.json, to: record, on: connection)
        let entry = AuditEntry(
            "analysis.\(event.rawValue)",
            .init("analysis", record.text),
            by: person,
            reason: reason,
            details: ["entry": .integer(added.position)]
        )
        try AuditStore.append(entry, at: now, on: connection)
    }
}
