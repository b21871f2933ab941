internal import Attestation
internal import Documents
internal import Logging
internal import Slurm
internal import Storage
internal import TaskQueue

/// Settles what comes before a submission: finds out what the inputs are, looks for a known result, and brings the
/// inputs to the site.
struct Stage: Sendable {
    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let job = try await world.job(of: task), Self.isOpen(job) else { return .done }
        guard let manifest = job.manifest else {
            try await world.apply(.inputsRefused(reason: "Its manifest cannot be read any more."), to: job.id)
            return .done
        }
        do {
            guard let site = try await world.sites.way(of: job) else {
                try await world.apply(.staging(reason: "Its site is not in the configuration."), to: job.id)
                return .again(after: .seconds(60))
            }
            try await settle(job, manifest, at: site)
            return .done
        } catch let failure as InputFailure {
            switch failure {
            case .refused(let reason):
                try await world.apply(.inputsRefused(reason: reason), to: job.id)
                return .done
            case .waits(let reason):
                try await world.apply(.staging(reason: reason), to: job.id)
                return .again(after: .seconds(10))
            }
        } catch let failure as SiteFailure {
            guard failure.isTransient || failure.waitsForOwner(of: job) else {
                try await world.apply(.inputsRefused(reason: failure.reason), to: job.id)
                return .done
            }
            try await world.apply(.staging(reason: failure.reason), to: job.id)
            return .again(after: failure.waitsForOwner(of: job) ? .seconds(60) : .seconds(5))
        } catch let failure as ArtifactStoreFailure {
            try await world.apply(.staging(reason: failure.reason), to: job.id)
            return .again(after: .seconds(10))
        } catch let failure as GatewayError {
            // Such as damaged bytes in the store: whoever brings them again heals it.
            try await world.apply(.staging(reason: failure.message), to: job.id)
            return .again(after: .seconds(10))
        } catch is StagingEnded {
            return .done
        }
    }

    /// Whether nothing of this attempt was sent, and it waits for its inputs.
    private static func isOpen(_ job: Job) -> Bool {
        (job.state == .queued || job.state == .staging) && job.submission == .none
    }

    private func settle(_ job: Job, _ manifest: JobManifest, at site: any Site) async throws {
        let isSlow = manifest.inputs.contains { $0.source.inlineBytes == nil }
        if isSlow { try await world.apply(.staging(reason: nil), to: job.id) }
        let meter = TransferMeter(world: world, job: job.id)
        let inputs = try await world.inputs.resolve(job, manifest, at: site) { input in
            try await remember([input], of: job)
        } progress: { bytes in
            try await meter.note("from its source", bytes: bytes, of: nil)
        }
        // A further attempt was looked up before the first.
        if job.cache == nil || job.cache?.status == .joined {
            guard try await isToBeComputed(job, manifest, inputs, at: site) else { return }
        }
        let staged = inputs.filter { $0.source != "inline" }
        if !staged.isEmpty { try await bring(staged, of: job, to: site, meter) }
        try await world.apply(.staged, to: job.id)
    }

    // MARK: - Known results

    private func isToBeComputed(
        _ job: Job,
        _ manifest: JobManifest,
        _ inputs: [StagedInput],
        at site: any Site
    ) async throws -> Bool {
        let keys = Dictionary(inputs.map { ($0.path, $0.keyText) }) { first, _ in first }
        let software = site.configuration.cache.software
        for _ in 0..<4 {
            let verdict = try await world.write { connection in
                if let standing = ResultCache.standing(manifest) {
                    try world.store.apply(.looked(standing), to: job.id, on: connection)
                    return ResultCache.Verdict.compute
                }
                return try world.results.look(job, manifest, inputs: keys, software: software, on: connection)
            }
            switch verdict {
            case .answered, .joined: return false
            case .compute: return true
            case .absent(let entry, let outputs): try await recover(outputs, of: entry, for: job)
            }
        }
        return true
    }

    /// A known result whose files are at a site is fetched, not computed anew.
    private func recover(_ outputs: [JobOutput], of entry: ResultStore.Entry, for job: Job) async throws {
        for output in outputs where try await !world.staging.bringHome(output.digest, for: job.lane.person) {
            try await world.write { try world.results.lose(entry, on: $0) }
            return
        }
    }

    // MARK: - Inputs

    private func bring(
        _ inputs: [StagedInput],
        of job: Job,
        to site: any Site,
        _ meter: TransferMeter
    ) async throws {
        try await remember(inputs, of: job)
        let artifacts = inputs.filter { $0.kind == .bytes }.map { StoredArtifact(digest: $0.digest, size: $0.size) }
        let origins = Dictionary(
            inputs.filter { $0.kind == .bytes }.compactMap { input in
                job.manifest.map { (input.digest, $0.inputs[input.position]) }
            }
        ) { first, _ in first }
        let total = artifacts.reduce(0) { $0 + $1.size }
        // Scratch is purged at any time: what was found a moment ago may be gone when it is linked.
        for _ in 0..<3 {
            let brought = try await world.staging.ensure(artifacts, from: origins, at: site) { digest, bytes in
                try await meter.note(digest.description, bytes: bytes, of: total)
            }
            if brought > 0 { try await meter.finish(total: total, sent: brought) }
            guard let data = site.data else { return }
            switch try await data.link(inputs.map(Self.link), key: job.submissionKey) {
            case .linked, .begun: return
            case .missing: continue
            case .failed(let reason):
                throw SiteFailure(reason: "The inputs cannot be linked: \(reason)", isTransient: true)
            }
        }
        throw SiteFailure(reason: "The site loses inputs as fast as they are brought.", isTransient: true)
    }

    /// Writes down what inputs were found to be, and holds their bytes.
    private func remember(_ inputs: [StagedInput], of job: Job) async throws {
        try await world.write { connection in
            try JobInputStore.write(inputs, of: job.id, on: connection)
            for input in inputs where input.kind == .bytes {
                if try world.holdings.isStored(input.digest, on: connection) {
                    try world.holdings.hold(input.digest, as: .input, of: job, name: input.path, on: connection)
                }
            }
        }
    }

    private static func link(_ input: StagedInput) -> LinkInputs.Link {
        LinkInputs.Link(
            input.place.map { .siteFile($0) } ?? .cached(input.digest.hexadecimal),
            at: input.path,
            isCopy: input.isWritable,
            isExecutable: input.isExecutable
        )
    }
}

/// The job ended while its inputs were on their way.
struct StagingEnded: Error {}
