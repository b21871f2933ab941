internal import Attestation
internal import Logging
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
        guard let site = world.sites[job.site] else {
            try await world.apply(
                .retrieved(note: "Its site is no longer configured; no files were brought home."),
                to: job.id
            )
            return .done
        }
        do {
            let note = try await LogContext.with(["site": "\(job.site)"]) { try await bringHome(job, from: site) }
            let ended = try await world.apply(.retrieved(note: note), to: job.id)
            world.logger.info(
                "the job has ended",
                metadata: ["site": "\(job.site)", "state": "\(ended?.state.rawValue ?? "-")"]
            )
            return .done
        } catch let failure as SiteFailure {
            guard failure.isTransient, world.keeper.now() - job.updatedAt < Self.patience else {
                try await world.apply(
                    .retrieved(note: "Not all files were brought home: \(failure.reason)"),
                    to: job.id
                )
                return .done
            }
            try await world.apply(.retrievalDelayed(reason: failure.reason), to: job.id)
            return .again(after: .seconds(10))
        }
    }

    /// - Returns: what is missing, in words; nil when nothing is.
    private func bringHome(_ job: Job, from site: any Site) async throws -> String? {
        var missing = try await bringLogsHome(job, from: site)
        missing += try await bringOutputsHome(job, from: site)
        guard !missing.isEmpty else { return nil }
        return "Not home: " + missing.prefix(5).joined(separator: "; ") + (missing.count > 5 ? "; …" : ".")
    }

    private func bringLogsHome(_ job: Job, from site: any Site) async throws -> [String] {
        var missing: [String] = []
        let limit = world.limits.outputFileBytes
        for log in JobFolder.logs(arrayIndexes: job.arrayCount == nil ? nil : try await indexes(of: job)) {
            let size = try await site.read(log.path, key: job.submissionKey, offset: 0, length: 0)?.size ?? 0
            if size > limit {
                missing.append("'\(log.path)' (\(size) bytes) is larger than the gateway takes")
            } else {
                _ = try await fetch(log.path, named: log.name, as: .log, job, from: site, limit: limit)
            }
        }
        return missing
    }

    private func bringOutputsHome(_ job: Job, from site: any Site) async throws -> [String] {
        guard let globs = job.manifest?.outputs, !globs.isEmpty else { return [] }
        let listing = try await site.list(globs, key: job.submissionKey)
        var left = world.limits.outputTotalBytes
        var missing = listing.refused.sorted { $0.key < $1.key }.map { "'\($0.key)' \($0.value)" }
        missing += listing.unmatched.map { "nothing matched '\($0)'" }
        for file in listing.files {
            guard file.size <= min(left, world.limits.outputFileBytes) else {
                missing.append("'\(file.path)' (\(file.size) bytes) is larger than the gateway takes")
                continue
            }
            let size = try await fetch(file.path, named: file.path, as: .output, job, from: site, limit: left)
            if let size { left -= Int(size) } else { missing.append("'\(file.path)' could not be read") }
        }
        return missing
    }

    private func indexes(of job: Job) async throws -> [Int] {
        try await world.database.read { try world.store.arrayTasks(of: job.id, on: $0).keys.sorted() }
    }

    /// Copies one file into the artifact store and records it.
    ///
    /// - Returns: its size; nil when there is no such file or it grew past the limit.
    private func fetch(
        _ path: String,
        named name: String,
        as role: OutputStore.Role,
        _ job: Job,
        from site: any Site,
        limit: Int
    ) async throws -> Int64? {
        let writer = try world.artifacts.writer()
        do {
            while true {
                let part = try await site.read(path, key: job.submissionKey, offset: writer.size, length: Self.chunk)
                guard let part else {
                    writer.discard()
                    return nil
                }
                try writer.write(part.bytes)
                if part.bytes.isEmpty || writer.size >= part.size { break }
                guard writer.size <= limit else {
                    writer.discard()
                    return nil
                }
            }
            let kept = try await world.artifacts.keep(writer)
            let media = MediaType.of(path: name)
            let output = JobOutput(path: name, size: kept.size, digest: kept.digest, mediaType: media)
            let reference = reference(to: name, as: role, job, site)
            try await world.write { connection in
                try world.artifacts.refer(reference, to: kept.digest, on: connection)
                try OutputStore.record(output, as: role, of: job.id, on: connection)
            }
            return kept.size
        } catch {
            writer.discard()
            throw error
        }
    }

    private func reference(
        to name: String,
        as role: OutputStore.Role,
        _ job: Job,
        _ site: any Site
    ) -> ArtifactReference {
        let now = world.keeper.now()
        return ArtifactReference(
            kind: role == .log ? .log : .output,
            holder: job.id.text,
            owner: job.owner,
            account: job.manifest?.resources.account ?? site.configuration.account ?? job.owner,
            name: name,
            createdAt: now,
            expiresAt: world.artifacts.policy.expiry(asked: nil, from: now)
        )
    }
}
