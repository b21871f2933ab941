internal import Attestation
internal import Gateway
internal import Logging
internal import Metrics
internal import Storage
internal import TaskQueue

/// Signs what is known of an ended job, and puts it into the log.
///
/// The signed bytes, the entry of the log and its checkpoint are one transaction: a job has one manifest, whoever
/// tries and however often.
struct CertifyJob: TaskHandler {
    let spine: Spine
    let identity: GatewayIdentity
    let keys: KeyRing
    let log: ManifestLog
    let newRecord: @Sendable () -> RecordID

    let kind = TaskKind.certify
    let concurrency = 2

    /// How long is waited for the manifest that this one points at.
    private static let pause = Duration.seconds(2)

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let id = task.key.flatMap({ JobID($0) }) else { return .done }
        let (finished, isCertified) = try await spine.database.read { connection in
            (try spine.finished.find(id, on: connection), try EditionStore.first(of: id, on: connection) != nil)
        }
        guard let finished, !isCertified else { return .done }
        let origin: CacheOrigin?
        switch try await self.origin(of: finished.job) {
        case .none: origin = nil
        case .known(let found): origin = found
        case .notYet: return .again(after: Self.pause)
        }
        do {
            try await certify(finished, origin, task)
            return .done
        } catch let fault as LogFault {
            // The operator must act; nothing is lost meanwhile, and every job is certified afterwards.
            spine.logger.error("a job cannot be certified", metadata: ["job.id": "\(id)", "reason": "\(fault)"])
            return .again(after: .seconds(60))
        }
    }

    /// Whose result a job was answered by.
    private enum Origin {
        case none
        case known(CacheOrigin)
        /// The other job's manifest is still to be signed.
        case notYet
    }

    private func origin(of job: Job) async throws -> Origin {
        guard let cache = job.cache, cache.status == .hit, let other = cache.job else { return .none }
        guard let edition = try await spine.database.read({ try EditionStore.first(of: other, on: $0) }) else {
            return .notYet
        }
        return ManifestCollector.origin(of: job, edition).map { .known($0) } ?? .none
    }

    private func collected(
        _ finished: FinishedJob,
        _ origin: CacheOrigin?,
        _ parent: SHA256Digest?
    ) -> ReproducibilityManifest {
        var manifest = ManifestCollector(gateway: identity).manifest(of: finished, id: newRecord(), origin: origin)
        manifest.replayOf = parent
        return manifest
    }

    private func certify(_ finished: FinishedJob, _ origin: CacheOrigin?, _ task: LeasedTask) async throws {
        let now = spine.keeper.now()
        let signer = try await keys.signer(.manifest, at: now, in: spine.database)
        let parent = try await spine.database.read { try ReplayStore.parent(of: finished.job.id, on: $0) }
        let manifest = collected(finished, origin, parent)
        let record = manifest.id
        let signed = try await signer.signing { try SignedManifest(manifest, by: signer) }
        let added = try await spine.database.transaction { connection -> ManifestLog.Added? in
            try connection.lock("certify \(finished.job.id)")
            guard try EditionStore.first(of: finished.job.id, on: connection) == nil else { return nil }
            let entry = LogEntry(
                analysis: record,
                event: .recorded,
                previous: nil,
                statement: signed.statement,
                time: ManifestCollector.moment(now)
            )
            let added = try log.append(entry.bytes, at: now, on: connection)
            try EditionStore.insert(
                signed.edition(0, of: finished.job.id, added, in: log.origin, at: now),
                on: connection
            )
            try CompareReplay.plan(finished.job.id, in: spine, at: now, on: connection)
            try spine.tasks.requireLease(task, on: connection)
            return added
        }
        guard let added else { return }
        try log.remember(added)
        Counter(label: "manifests_signed_total").increment()
    }
}
