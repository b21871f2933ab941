internal import Attestation
internal import CurlClient
internal import Foundation
package import Gateway
internal import Logging
package import Storage
package import TaskQueue

/// The wing of provenance, put together: it certifies what jobs did, and answers for it.
package struct ProvenanceWing: Sendable {
    /// What the face calls.
    package let manifests: ManifestService
    /// Published analyses.
    package let analyses: AnalysisService
    /// The keys' life.
    package let keys: KeyService
    /// Cosigning of other logs.
    package let witness: WitnessService
    /// Running them again.
    package let replays: ReplayService
    /// Comparing results.
    package let comparisons: ComparisonService
    /// Reading across jobs and analyses.
    package let lineage: LineageService
    /// Do its tasks.
    package let handlers: [any TaskHandler]

    /// Every step of its tables.
    package static let migrations =
        SigningKeyStore.migrations + ManifestLogStore.migrations + EditionStore.migrations
        + AnalysisStore.migrations + ReplayStore.migrations + CosignatureStore.migrations + DOIStore.migrations

    /// Brings its tables up to date, finds or makes its keys, and compares the log with what was signed last.
    ///
    /// - Parameter spine: what it stands on.
    /// - Returns: the wing.
    /// - Throws: storage and file errors, ``KeyFault``, ``LogFault`` that say what to do.
    package static func open(on spine: Spine) async throws -> ProvenanceWing {
        try await migrate(spine.database, migrations)
        let policy = spine.configuration.provenance
        let identity = identity(spine.configuration)
        let keys = KeyRing(home: spine.configuration.home, configured: policy.signingKey)
        try await prepare(keys, spine)
        let watchers = try Witnesses(policy)
        let log = try await log(spine, keys, identity, watchers)
        await checkHistory(of: log, spine)
        await announceKeys(in: log, spine)
        try await planBacklog(spine, log)
        spine.trust.ask { try ResultJudge.objection(to: $0, $1, on: $2) }
        let manifests = ManifestService(spine: spine, keys: keys, log: log, identity: identity)
        let analyses = AnalysisService(
            spine: spine,
            keys: keys,
            log: log,
            identity: identity,
            newRecord: { RecordID(UUID()) }
        )
        let comparisons = ComparisonService(spine: spine, identity: identity)
        return ProvenanceWing(
            manifests: manifests,
            analyses: analyses,
            keys: KeyService(spine: spine, keys: keys, log: log),
            witness: WitnessService(spine: spine, keys: keys, name: identity.witnessName, logs: watchers.witnessedLogs),
            replays: ReplayService(spine: spine),
            comparisons: comparisons,
            lineage: LineageService(spine: spine, identity: identity),
            handlers: handlers(manifests, analyses, watchers) + [CompareReplay(comparisons: comparisons)]
        )
    }

    private static func handlers(
        _ manifests: ManifestService,
        _ analyses: AnalysisService,
        _ witnesses: Witnesses
    ) -> [any TaskHandler] {
        let (spine, client) = (manifests.spine, HTTPClient.outgoing)
        let registry = spine.configuration.provenance.doi.map { DOIRegistry(policy: $0, client: client) }
        return [
            CertifyJob(
                spine: spine,
                identity: manifests.identity,
                keys: manifests.keys,
                log: manifests.log,
                newRecord: { RecordID(UUID()) }
            ),
            AskWitness(spine: spine, log: manifests.log, witnesses: witnesses.ours, client: client),
            MintDOI(analyses: analyses, registry: registry),
        ]
    }

    /// Plans what was left undone: manifests of ended jobs, cosignatures, and DOIs that the registry does not have.
    private static func planBacklog(_ spine: Spine, _ log: ManifestLog) async throws {
        let now = spine.keeper.now()
        let isMinting = spine.configuration.provenance.doi != nil
        let backlog = try await spine.database.transaction { connection in
            let waiting = try EditionStore.uncertified(limit: 100_000, on: connection)
            for job in waiting { try spine.tasks.certify(job, at: now, on: connection) }
            for record in isMinting ? try DOIStore.unfinished(on: connection) : [] {
                try spine.queue.enqueue(MintDOI.request(record, at: now), on: connection)
            }
            try log.cosigning.plan(at: now, on: connection)
            return waiting.count
        }
        if backlog > 0 { spine.logger.notice("ended jobs are certified", metadata: ["count": "\(backlog)"]) }
    }

    /// Makes the keys that are missing.
    private static func prepare(_ keys: KeyRing, _ spine: Spine) async throws {
        let isWitness = !spine.configuration.provenance.witnessedLogs.isEmpty
        let uses: [SigningKey.Use] = isWitness ? [.manifest, .log, .witness] : [.manifest, .log]
        for key in try await keys.prepare(uses, in: spine.database, at: spine.keeper.now()) {
            spine.logger.notice(
                "a key was made",
                metadata: ["use": "\(key.use.rawValue)", "id": "\(key.publicKey.keyID)"]
            )
        }
    }

    /// Writes into the log which keys there are; where nothing can be added, that is told already.
    private static func announceKeys(in log: ManifestLog, _ spine: Spine) async {
        let now = spine.keeper.now()
        do {
            let added = try await spine.database.transaction { try KeyLedger(log: log).write(at: now, on: $0) }
            if let added { try log.remember(added) }
        } catch {
            spine.logger.error("the keys are not in the log yet", metadata: ["reason": "\(error)"])
        }
    }

    static func identity(_ configuration: GatewayConfiguration) -> GatewayIdentity {
        let policy = configuration.provenance
        return GatewayIdentity(
            baseURL: policy.url ?? configuration.listenURL,
            name: policy.name,
            version: ProductVersion.text,
            email: policy.contact
        )
    }

    private static func log(
        _ spine: Spine,
        _ keys: KeyRing,
        _ identity: GatewayIdentity,
        _ witnesses: Witnesses
    ) async throws -> ManifestLog {
        let policy = spine.configuration.provenance
        let signer = try await keys.signer(.log, at: spine.keeper.now(), in: spine.database)
        let key = try VerifierKey(
            name: policy.origin ?? "\(identity.address)/log",
            kind: .note,
            publicKey: signer.publicKey
        )
        let memory = CheckpointMemory(path: spine.configuration.checkpointFile, log: key)
        let plan = CosigningPlan(witnesses: witnesses.ours.map(\.key.name), queue: spine.queue)
        return ManifestLog(key: key, signer: signer, memory: memory, cosigning: plan)
    }

    /// A log that does not go on with what was signed is told at once; jobs run, their manifests wait.
    private static func checkHistory(of log: ManifestLog, _ spine: Spine) async {
        do {
            try await spine.database.read { try log.checkHistory(on: $0) }
        } catch {
            spine.logger.critical("nothing is certified", metadata: ["reason": "\(error)"])
        }
    }
}

extension GatewayIdentity {
    /// Where it is found, without a scheme.
    var address: String { baseURL.split(separator: "://", maxSplits: 1).last.map(String.init) ?? baseURL }
    /// Its name as a witness of other logs; it stays when the gateway's own log begins anew.
    var witnessName: String { "\(address)/witness" }
}

extension RecordID {
    /// The name a UUID is.
    init(_ uuid: UUID) {
        let text = uuid.uuidString.lowercased()
        guard let id = RecordID(text) else { preconditionFailure("\(text) is no UUID") }
        self = id
    }
}
