internal import Attestation
internal import Logging
internal import Slurm
internal import Storage
internal import TaskQueue

/// Brings logs and outputs home into the artifact store, then lets the job reach its final state.
struct Retrieve: Sendable {
    /// How long an unreachable site is asked again before the job ends without its files.
    private static let patience = Duration.seconds(7 * 86400)
    private static let chunk = 4 << 20

    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let job = try await world.job(of: task), job.state == .retrieving else { return .done }
        do {
            guard let site = try await world.sites.way(of: job) else {
                let note = "Its site is no longer configured; no files were brought home."
                try await world.apply(.retrieved(note: note), to: job.id)
                return .done
            }
            let found = try await LogContext.with(["site": "\(job.site)"]) { try await bringHome(job, from: site) }
            let ended = try await world.write { connection in
                let mayDiffer = job.stages.contains { $0.mayDiffer == true }
                if found.note == nil, job.ending?.state == .completed, found.inputsAreUnchanged, !mayDiffer {
                    try world.results.keep(job, on: connection)
                }
                let ended = try world.store.apply(.retrieved(note: found.note), to: job.id, on: connection)
                if let size = found.folderSize {
                    try JobFolderStore.note(size: size, of: job.submissionKey, on: connection)
                }
                return ended
            }
            world.logger.info(
                "the job has ended",
                metadata: ["site": "\(job.site)", "state": "\(ended?.state.rawValue ?? "-")"]
            )
            return .done
        } catch let failure as SiteFailure {
            guard failure.isTransient || failure.waitsForOwner(of: job),
                world.keeper.now() - job.updatedAt < Self.patience
            else {
                try await world.apply(
                    .retrieved(note: "Not all files were brought home: \(failure.reason)"),
                    to: job.id
                )
                return .done
            }
            try await world.apply(.retrievalDelayed(reason: failure.reason), to: job.id)
            return .again(after: .seconds(failure.waitsForOwner(of: job) ? 60 : 10))
        } catch let failure as ArtifactStoreFailure {
            // The files are safe at the site: they wait for as long as it takes.
            try await world.apply(.retrievalDelayed(reason: failure.reason), to: job.id)
            return .again(after: .seconds(10))
        }
    }

    /// What was found at the site.
    private struct Found: Sendable {
        /// What is missing, in words; nil when nothing is.
        var note: String?
        /// Bytes of the job's folder there.
        var folderSize: Int64?
        /// Whether files elsewhere at the site are still what they were when the job began.
        var inputsAreUnchanged = true
    }

    private func bringHome(_ job: Job, from site: any Site) async throws -> Found {
        var found = Found()
        try await noteNode(job, from: site)
        var missing = try await bringLogsHome(job, from: site)
        missing += try await OutputRetrieval(world: world, job: job, site: site).run(&found.folderSize)
        if !missing.isEmpty {
            found.note = "Not home: " + missing.prefix(5).joined(separator: "; ") + (missing.count > 5 ? "; …" : ".")
        }
        if job.cache?.key != nil { found.inputsAreUnchanged = try await inputsAreUnchanged(job, at: site) }
        return found
    }

    /// Reads what the node wrote of itself, where a script of ours ran.
    private func noteNode(_ job: Job, from site: any Site) async throws {
        let part = try await site.read(
            NodeRecord.file,
            key: job.submissionKey,
            offset: 0,
            length: NodeRecord.longest
        )
        guard let bytes = part?.bytes, !bytes.isEmpty else { return }
        try await world.write { try NodeRecordStore.write(bytes, of: job.id, on: $0) }
    }

    /// What a job read elsewhere at the site is hashed again: a result is kept only for what it was computed from.
    private func inputsAreUnchanged(_ job: Job, at site: any Site) async throws -> Bool {
        let inputs = try await world.database.read {
            try JobInputStore.list(of: job.id, manifest: nil, on: $0).filter { $0.place != nil }
        }
        guard !inputs.isEmpty, let data = site.data else { return true }
        let results = try await data.hash(inputs.compactMap(\.place), key: nil, protects: false, bytes: nil)
        return zip(inputs, results).allSatisfy { input, result in
            switch result {
            case .file(let file): file.digest == input.digest.hexadecimal
            case .folder(let hash, _): hash == input.digest.hexadecimal
            case .failed: false
            }
        }
    }

    private func bringLogsHome(_ job: Job, from site: any Site) async throws -> [String] {
        var missing: [String] = []
        let limit = world.limits.outputFileBytes
        for log in JobFolder.logs(arrayIndexes: job.arrayCount == nil ? nil : try await indexes(of: job)) {
            let size = try await site.read(log.path, key: job.submissionKey, offset: 0, length: 0)?.size ?? 0
            if size > limit {
                missing.append("'\(log.path)' (\(size) bytes) is larger than the gateway takes")
            } else {
                try await fetch(log, of: job, from: site, limit: limit)
            }
        }
        return missing
    }

    private func indexes(of job: Job) async throws -> [Int] {
        try await world.database.read { try world.store.arrayTasks(of: job.id, on: $0).keys.sorted() }
    }

    /// Copies a log into the artifact store and records it.
    private func fetch(_ log: JobFolder.Log, of job: Job, from site: any Site, limit: Int) async throws {
        let writer = try world.artifacts.writer()
        do {
            while true {
                let part = try await site.read(
                    log.path,
                    key: job.submissionKey,
                    offset: writer.size,
                    length: Self.chunk
                )
                guard let part, writer.size <= limit else { return writer.discard() }
                try writer.write(part.bytes)
                if part.bytes.isEmpty || writer.size >= part.size { break }
            }
            let kept = try await world.artifacts.keep(writer)
            let media = MediaType.of(path: log.path)
            let output = JobOutput(path: log.name, size: kept.size, digest: kept.digest, mediaType: media)
            try await world.write { try world.holdings.record([output], as: .log, of: job, on: $0) }
        } catch {
            writer.discard()
            throw error
        }
    }
}
