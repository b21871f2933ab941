internal import Attestation
internal import Logging
internal import Metrics
internal import Slurm
internal import Storage

/// Brings artifacts into the cache of a site, each once, and knows what stands there.
struct SiteStaging: Sendable {
    let database: any Database
    let library: ArtifactLibrary
    let sources: RemoteSources
    let shipments: Shipments
    let sites: SiteDirectory
    let keeper: TimeKeeper
    let logger: Logger

    /// What a transfer tells: bytes that have arrived, of an artifact.
    typealias Progress = @Sendable (SHA256Digest, Int64) async throws -> Void

    /// Makes sure that artifacts stand in a site's cache, by digest.
    ///
    /// - Parameters:
    ///   - artifacts: what is needed.
    ///   - origins: inputs by whose sources what is at hand nowhere can be had.
    ///   - site: where.
    ///   - progress: is told what arrives.
    /// - Returns: bytes that had to travel.
    /// - Throws: ``SiteFailure``, ``InputFailure``, storage errors.
    @discardableResult
    func ensure(
        _ artifacts: [StoredArtifact],
        from origins: [SHA256Digest: JobManifest.Input] = [:],
        at site: any Site,
        progress: @escaping Progress
    ) async throws -> Int64 {
        let needed = Array(Dictionary(artifacts.map { ($0.digest, $0) }) { first, _ in first }.values)
        guard !needed.isEmpty else { return 0 }
        guard let data = site.data else {
            throw InputFailure.refused(reason: "the site \(site.configuration.name) takes no files")
        }
        let missing = try await self.missing(needed, at: site, data)
        let surplus = try await self.surplus(
            in: site.lane,
            site.configuration.cache,
            besides: missing.reduce(0) { $0 + $1.size }
        )
        if !surplus.isEmpty {
            _ = try await data.clean(folders: [], cached: surplus)
            try await database.transaction {
                try SiteCopyStore.forget(surplus, at: site.lane, on: $0)
            }
        }
        // One session is left for commands.
        let lanes = max(1, min(3, site.configuration.maxSessions - 2))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, artifact) in missing.enumerated() {
                if index >= lanes { try await group.next() }
                group.addTask {
                    try await shipments.alone(artifact.digest, at: site.lane) {
                        // Whoever was faster has brought it.
                        guard try await !self.missing([artifact], at: site, data).isEmpty else { return }
                        try await bring(artifact, from: origins[artifact.digest], to: site, data, progress)
                    }
                }
            }
            try await group.waitForAll()
        }
        return missing.reduce(0) { $0 + $1.size }
    }

    // MARK: - What is there

    /// Which artifacts must be brought; doubtful copies are hashed, wrong ones removed.
    private func missing(
        _ artifacts: [StoredArtifact],
        at site: any Site,
        _ data: any SiteData
    ) async throws -> [StoredArtifact] {
        let lane = site.lane
        let digests = artifacts.map(\.digest)
        let found = try await data.lookIntoCache(digests)
        let known = try await database.read { try SiteCopyStore.find(digests, at: lane, on: $0) }
        let now = keeper.now()
        let standings = artifacts.map { artifact in
            let standing = CopyStanding.of(
                artifact,
                found: found[artifact.digest],
                known: known[artifact.digest],
                now: now,
                verifyAfter: site.configuration.cache.verifyAfter
            )
            return (artifact, standing)
        }
        let doubtful = standings.filter { $0.1 == .doubtful }.map(\.0)
        let bad = try await verify(doubtful, found, at: lane, data)
        let gone = standings.filter { $0.1 == .missing }.map(\.0)
        let purged = gone.filter { known[$0.digest] != nil }
        if !purged.isEmpty {
            logger.notice("copies at a site are gone", metadata: ["site": "\(lane)", "count": "\(purged.count)"])
            Counter(label: "farfield_site_copies_lost_total", dimensions: [("site", lane.site)]).increment(
                by: purged.count
            )
        }
        try await database.transaction { connection in
            try SiteCopyStore.forget((gone + bad).map(\.digest), at: lane, on: connection)
            let good = Set(digests).subtracting((gone + bad).map(\.digest))
            try SiteCopyStore.touch(Array(good), at: lane, now: now, on: connection)
        }
        return gone + bad
    }

    /// Hashes copies at the site.
    ///
    /// - Returns: those that were wrong; they are removed there.
    private func verify(
        _ artifacts: [StoredArtifact],
        _ found: [SHA256Digest: CachedFile],
        at lane: Lane,
        _ data: any SiteData
    ) async throws -> [StoredArtifact] {
        guard !artifacts.isEmpty else { return [] }
        let paths = artifacts.map { SiteCache.path($0.digest.hexadecimal) }
        let bytes = artifacts.reduce(0) { $0 + $1.size }
        let results = try await data.hash(paths, key: nil, protects: false, bytes: bytes)
        let now = keeper.now()
        var bad: [StoredArtifact] = []
        var good: [(StoredArtifact, HashedFile)] = []
        for (artifact, result) in zip(artifacts, results) {
            if case .file(let file) = result, file.digest == artifact.digest.hexadecimal {
                good.append((artifact, file))
            } else {
                bad.append(artifact)
            }
        }
        if !bad.isEmpty {
            logger.error(
                "copies at a site are damaged; they are removed and brought again",
                metadata: ["site": "\(lane)", "artifacts": "\(bad.map(\.digest.description).joined(separator: " "))"]
            )
            Counter(label: "farfield_site_copies_lost_total", dimensions: [("site", lane.site)])
                .increment(by: bad.count)
            _ = try await data.clean(folders: [], cached: bad.map(\.digest))
        }
        let right = good
        try await database.transaction { connection in
            for (artifact, file) in right {
                try SiteCopyStore.note(
                    artifact.digest,
                    size: file.size,
                    modified: file.modified,
                    at: lane,
                    now: now,
                    on: connection
                )
            }
        }
        return bad
    }

    /// Copies that must go so that so many bytes more fit within the cache's quota: the ones not used for the longest,
    /// and none that a job uses.
    func surplus(in lane: Lane, _ policy: SiteCachePolicy, besides bytes: Int64) async throws -> [SHA256Digest] {
        guard let quota = policy.quotaBytes else { return [] }
        return try await database.read { connection in
            let held = try SiteCopyStore.totals(on: connection)[lane]?.bytes ?? 0
            return Self.surplus(
                try SiteCopyStore.idle(at: lane, on: connection).map { ($0.digest, $0.size) },
                tooMuch: held + bytes - quota
            )
        }
    }

    /// As many of the first as are needed; a pure decision.
    static func surplus(_ idle: [(SHA256Digest, Int64)], tooMuch: Int64) -> [SHA256Digest] {
        var left = tooMuch
        return idle.prefix { _, size in
            defer { left -= size }
            return left > 0
        }.map(\.0)
    }

    // MARK: - Bringing

    private func bring(
        _ artifact: StoredArtifact,
        from origin: JobManifest.Input?,
        to site: any Site,
        _ data: any SiteData,
        _ progress: @escaping Progress
    ) async throws {
        let name = site.configuration.name
        let isFetched = try await fetchesItself(artifact, from: origin, at: site, data)
        if !isFetched {
            try await requireAtHome(artifact, from: origin, for: site.lane)
            try await data.send(
                artifact,
                reading: { try await library.read(artifact.digest, offset: $0, length: 4 << 20) },
                progress: { try await progress(artifact.digest, $0) }
            )
            Counter(label: "farfield_staged_bytes_total", dimensions: [("site", name)]).increment(by: artifact.size)
        }
        switch try await data.takeIntoCache([artifact])[artifact.digest] {
        case .taken(let file)?:
            let now = keeper.now()
            try await database.transaction { connection in
                try SiteCopyStore.note(
                    artifact.digest,
                    size: file.size,
                    modified: file.modified,
                    at: site.lane,
                    now: now,
                    on: connection
                )
            }
        case .differs(let actual)? where isFetched && origin.flatMap { sources.address(of: $0) } != nil:
            throw InputFailure.refused(
                reason:
                    "'\(origin?.path ?? "")' from \(origin?.source.shown ?? "its bucket") hashes to sha256:\(actual),"
                    + " but the manifest expects \(artifact.digest)."
            )
        case .differs(let actual)?:
            // What a site fetches from the gateway's own bucket is verified by nobody on its way: if it lies there so,
            // it is set aside now, and healed if it can be.
            if isFetched { _ = try? await library.verify(artifact.digest) }
            throw SiteFailure(
                reason: "\(artifact.digest) arrived at \(name) as sha256:\(actual); it is sent again.",
                isTransient: true
            )
        case .failed(let reason)?:
            throw SiteFailure(reason: "\(name) cannot take \(artifact.digest): \(reason)", isTransient: true)
        case nil: throw SiteFailure(reason: "\(name) did not tell of \(artifact.digest)", isTransient: true)
        }
    }

    /// Whether the site has fetched the bytes from a bucket that it can reach, so that they do not pass through here.
    private func fetchesItself(
        _ artifact: StoredArtifact,
        from origin: JobManifest.Input?,
        at site: any Site,
        _ data: any SiteData
    ) async throws -> Bool {
        guard site.configuration.cache.fetchesFromBuckets,
            let url = try await address(of: artifact, from: origin)
        else { return false }
        let trouble = try await data.fetch(url, as: artifact)
        if let trouble {
            logger.notice(
                "a site could not fetch from a bucket; the gateway sends",
                metadata: ["site": "\(site.configuration.name)", "reason": "\(trouble)"]
            )
        }
        return trouble == nil
    }

    /// Where a site can fetch an artifact itself: in the bucket of its source, else in the gateway's own.
    private func address(of artifact: StoredArtifact, from origin: JobManifest.Input?) async throws -> String? {
        if let url = origin.flatMap({ sources.address(of: $0) }) { return url }
        guard try await library.find(artifact.digest) != nil else { return nil }
        return library.store.address(of: artifact.digest, seconds: 3600)
    }

    /// Makes sure that the gateway holds an artifact, from another site or from its source when it must.
    private func requireAtHome(
        _ artifact: StoredArtifact,
        from origin: JobManifest.Input?,
        for lane: Lane
    ) async throws {
        if try await library.find(artifact.digest) != nil { return }
        if try await bringHome(artifact.digest, for: lane.person) { return }
        guard let origin else {
            throw InputFailure.waits(reason: "Neither the gateway nor a site that answers holds \(artifact.digest).")
        }
        let found = try await sources.fetch(origin, into: library) { _ in }
        guard found.digest == artifact.digest else {
            throw InputFailure.refused(
                reason: "'\(origin.path)' from \(origin.source.shown) hashes to \(found.digest),"
                    + " but the manifest expects \(artifact.digest)."
            )
        }
    }

    /// Brings an artifact home from a site that has a copy.
    ///
    /// What arrives is named by its own digest, so the two copies cannot differ under one name. Nobody's account serves
    /// somebody else.
    ///
    /// - Parameters:
    ///   - digest: which.
    ///   - person: through whose own accounts it may come, beside the gateway's.
    /// - Returns: whether it is in the store now; false when no site has it.
    /// - Throws: ``SiteFailure`` when a site that has a copy cannot be asked now; storage and file errors.
    func bringHome(_ digest: SHA256Digest, for person: String?) async throws -> Bool {
        var away: SiteFailure?
        for lane in try await database.read({ try SiteCopyStore.lanes(of: digest, on: $0) })
        where lane.person == nil || lane.person == person {
            do {
                guard let data = try await sites.way(lane)?.data else { continue }
                if try await fetchHome(digest, from: data) { return true }
                logger.error(
                    "a copy at a site is gone, or is not what its name says",
                    metadata: ["site": "\(lane)", "artifact": "\(digest)"]
                )
                try await database.transaction { try SiteCopyStore.forget([digest], at: lane, on: $0) }
            } catch let failure as SiteFailure {
                away = SiteFailure(
                    reason: "\(lane.site) has \(digest) and cannot be asked: \(failure.reason)",
                    isTransient: true
                )
            }
        }
        if let away { throw away }
        return false
    }

    private func fetchHome(_ digest: SHA256Digest, from data: any SiteData) async throws -> Bool {
        let writer = try library.writer()
        do {
            let place = SiteCache.path(digest.hexadecimal)
            guard try await data.receive(place, key: nil, limit: .max, to: { try writer.write($0) }) else {
                writer.discard()
                return false
            }
            return try await library.keep(writer).digest == digest
        } catch {
            writer.discard()
            throw error
        }
    }
}
