internal import Attestation
internal import Documents
internal import Logging
internal import Metrics
internal import Storage

/// Known results: looked up before a job is sent, kept when one has completed (design §7).
///
/// Only the gateway writes them, only for runs it followed itself, and a result is seen only within its scope.
struct ResultCache: Sendable {
    let store: JobStore
    let holdings: JobHoldings
    let salt: String
    let trust: ResultTrust
    let keeper: TimeKeeper
    let logger: Logger

    /// What looking for a known result came to.
    enum Verdict: Sendable, Hashable {
        /// The job is completed by a known result.
        case answered
        /// Another job computes it; this one waits for that.
        case joined
        /// A result is known, but some of its files are not at hand.
        case absent(ResultStore.Entry, [JobOutput])
        /// It must be computed.
        case compute
    }

    /// What can be said of a job before anything is looked up; nil when it may have a known result.
    static func standing(_ manifest: JobManifest) -> JobCache? {
        if manifest.cache == .off { return JobCache(status: .off, reason: "the manifest says cache: off") }
        return ResultRecipe.obstacle(manifest).map { JobCache(status: .notCacheable, reason: $0) }
    }

    /// Looks for a known result, and settles what it means for the job, in the caller's transaction.
    ///
    /// - Parameters:
    ///   - job: the job; waiting, nothing of it sent.
    ///   - manifest: its manifest.
    ///   - inputs: the digest of every input by its path.
    ///   - software: of the site, as configured.
    ///   - connection: the transaction.
    /// - Returns: what it came to.
    /// - Throws: storage errors.
    func look(
        _ job: Job,
        _ manifest: JobManifest,
        inputs: [String: String],
        software: String,
        on connection: any StorageConnection
    ) throws -> Verdict {
        let recipe: ResultRecipe
        do throws(ResultRecipe.NotCacheable) {
            recipe = try ResultRecipe(
                manifest,
                template: job.templateDigest,
                inputs: inputs,
                site: job.site,
                owner: job.owner,
                ground: .init(salt: salt, software: software)
            )
        } catch {
            try settle(job, JobCache(status: .notCacheable, reason: error.reason), on: connection)
            return .compute
        }
        var cache = JobCache(status: .miss, key: recipe.key.description, scope: recipe.scope)
        try ResultStore.keep(recipe, on: connection)
        // The job before its key, always in this order. Two that compute the same must not both find nothing.
        guard let job = try store.lock(job.id, on: connection) else { return .compute }
        try connection.lock("result \(recipe.scope) \(recipe.key)")
        if manifest.cache == .refresh {
            cache.status = .refresh
            _ = try ResultStore.claim(key: recipe.key.description, scope: recipe.scope, for: job.id, on: connection)
            try settle(job, cache, on: connection)
            return .compute
        }
        if let entry = try ResultStore.current(key: recipe.key.description, scope: recipe.scope, on: connection) {
            let outputs = try OutputStore.list(.output, of: entry.job, on: connection)
            guard let objection = try trust.objection(to: entry.job, outputs, on: connection) else {
                return try answer(job, by: entry, outputs, cache, on: connection)
            }
            try lose(entry, because: objection, on: connection)
        }
        let leader = try ResultStore.claim(
            key: recipe.key.description,
            scope: recipe.scope,
            for: job.id,
            on: connection
        )
        guard leader == job.id else {
            cache.status = .joined
            cache.job = leader
            cache.reason = "The job \(leader) computes the same; its result will be the answer."
            try settle(job, cache, on: connection)
            return .joined
        }
        try settle(job, cache, on: connection)
        return .compute
    }

    private func answer(
        _ job: Job,
        by entry: ResultStore.Entry,
        _ outputs: [JobOutput],
        _ found: JobCache,
        on connection: any StorageConnection
    ) throws -> Verdict {
        let logs = try OutputStore.list(.log, of: entry.job, on: connection)
        let absent = try (outputs + logs).filter { try !holdings.isStored($0.digest, on: connection) }
        guard absent.isEmpty else { return .absent(entry, absent) }
        for (role, files) in [(OutputStore.Role.output, outputs), (.log, logs)] {
            try holdings.record(files, as: role, of: job, on: connection)
        }
        var cache = found
        cache.status = .hit
        cache.job = entry.job
        cache.computedAt = entry.createdAt
        cache.reason = "The result is known from \(entry.job), computed at \(entry.createdAt.iso8601); nothing ran."
        try settle(job, cache, saved: entry, on: connection)
        return .answered
    }

    private func settle(
        _ job: Job,
        _ cache: JobCache,
        saved: ResultStore.Entry? = nil,
        on connection: any StorageConnection
    ) throws {
        Counter(label: "farfield_result_lookups_total", dimensions: [("outcome", cache.status.rawValue)]).increment()
        try ResultStore.count(cache.status, of: job.id, saved: saved, at: keeper.now(), on: connection)
        try store.apply(.looked(cache), to: job.id, on: connection)
    }

    /// A known result whose files nobody has any more is none.
    func lose(
        _ entry: ResultStore.Entry,
        because reason: String = "nobody has its files any more",
        on connection: any StorageConnection
    ) throws {
        try ResultStore.retire(entry, as: "lost", on: connection)
        logger.notice(
            "a known result is lost",
            metadata: ["job.id": "\(entry.job)", "result.key": "\(entry.key)", "reason": "\(reason)"]
        )
    }

    // MARK: - Keeping

    /// Keeps the result of a run that completed with every declared output at hand, in the caller's transaction.
    ///
    /// The first result of a key stays: another one is noted beside it, unless the job asked for a fresh one.
    ///
    /// - Parameters:
    ///   - job: completed, before its last change is written.
    ///   - connection: the transaction.
    /// - Throws: storage errors.
    func keep(_ job: Job, on connection: any StorageConnection) throws {
        guard let cache = job.cache, let key = cache.key, let scope = cache.scope,
            cache.status == .miss || cache.status == .refresh
        else { return }
        let outputs = try OutputStore.list(.output, of: job.id, on: connection)
        guard !outputs.isEmpty else { return }
        _ = try store.lock(job.id, on: connection)
        try connection.lock("result \(scope) \(key)")
        let seconds = job.slurm?.elapsedSeconds ?? 0
        let cpus = job.slurm?.tresAllocated["cpu"].flatMap { Int($0) } ?? 1
        let entry = ResultStore.Entry(
            key: key,
            scope: scope,
            job: job.id,
            outputsDigest: Self.digest(of: outputs),
            seconds: seconds,
            cpuSeconds: seconds * cpus,
            size: outputs.reduce(0) { $0 + $1.size },
            createdAt: keeper.now()
        )
        guard let first = try ResultStore.current(key: key, scope: scope, on: connection) else {
            return try ResultStore.insert(entry, state: "current", on: connection)
        }
        if cache.status == .refresh {
            try ResultStore.retire(first, as: "superseded", on: connection)
            try ResultStore.insert(entry, state: "current", on: connection)
        } else {
            let isSame = first.outputsDigest == entry.outputsDigest
            try ResultStore.insert(entry, state: isSame ? "superseded" : "differs", on: connection)
            guard !isSame else { return }
            logger.warning(
                "two runs of the same recipe gave different results; the first stays the known one",
                metadata: ["job.id": "\(job.id)", "first": "\(first.job)", "result.key": "\(key)"]
            )
        }
    }

    /// Of paths, sizes and digests: the same for the same outputs.
    private static func digest(of outputs: [JobOutput]) -> String {
        let lines = outputs.sorted { $0.path < $1.path }.map { "\($0.digest) \($0.size) \($0.path)\u{0}" }
        return SHA256Digest(of: lines.joined().utf8).description
    }
}
