package import Documents
package import Gateway
internal import LanguageModels
package import SSHClient
internal import Slurm
internal import Storage
internal import TaskQueue

/// A site made of agents: jobs are rows of the gateway's database, and their files stand on its machine.
package struct SimulatorSite: Site {
    package let configuration: SiteConfiguration
    let ground: SiteGround
    let place: SimulatorPlace

    /// A site; nothing is opened before it is used.
    ///
    /// - Parameters:
    ///   - configuration: of kind `simulator`.
    ///   - ground: what it stands on.
    package init(configuration: SiteConfiguration, ground: SiteGround) {
        self.configuration = configuration
        self.ground = ground
        place = SimulatorPlace(configuration, home: ground.home)
    }

    package func faults(in manifest: JobManifest) -> [Fault] { SimulatorRules.faults(in: manifest) }

    package func estimatedMinutes(of manifest: JobManifest) -> Double? {
        let gpus = manifest.resources.gpus?.count ?? 1
        return PipelineParameterReader.read(manifest.parameters, gpus: gpus).parameters
            .map(PipelineWork.estimatedMinutes)
    }

    package func reach() async throws(SiteFailure) {
        do {
            let folder = place.folder
            try await Task.blocking { try folder.make(folder.path) }
        } catch {
            throw place.failure(error)
        }
    }

    // MARK: - Submitting

    package func submit(_ submissions: [Submission]) async -> [SubmissionAnswer] {
        var answers: [SubmissionAnswer] = []
        for submission in submissions { answers.append(await submit(submission)) }
        return answers
    }

    private func submit(_ submission: Submission) async -> SubmissionAnswer {
        guard let manifest = submission.manifest else {
            return .refused(reason: "This version of the gateway cannot read the job's manifest any more.")
        }
        let faults = SimulatorRules.faults(in: manifest)
        if !faults.isEmpty { return .refused(reason: faults.map(\.description).joined(separator: "; ")) }
        do {
            if let known = try await ground.database.read({ try SimulatorStore.find(submission.key, on: $0) }) {
                return .accepted(slurmID: "\(known.id)")
            }
            let (folder, request) = (place.folder, SimulatedJob.Request(manifest, configuration))
            let lost = try await Task.blocking { try folder.deliver(submission, request) }
            if let lost { return .inputsLost(reason: "The simulator has lost the input '\(lost)'.") }
            let id = try await take(submission, request)
            try await Task.blocking { try folder.write(Array("\(id)\n".utf8), to: "jobid", key: submission.key) }
            return .accepted(slurmID: "\(id)")
        } catch let error as StorageError {
            // Whether it was committed, only the database knows: the key is looked for.
            return .unknown(reason: "\(error)")
        } catch {
            return .notSubmitted(reason: place.failure(error).reason)
        }
    }

    /// Writes the job and its first task in one transaction.
    private func take(_ submission: Submission, _ request: SimulatedJob.Request) async throws -> Int64 {
        let (now, site) = (ground.keeper.now(), place.name)
        return try await ground.database.transaction { [queue = ground.queue] connection in
            let taken = try SimulatorStore.submit(
                submission.key,
                at: site,
                job: submission.job.text,
                attempt: submission.attempt,
                request,
                now: now,
                on: connection
            )
            if taken.isNew { try queue.enqueue(PlayJob.request(submission.key, at: now), on: connection) }
            return taken.job.id
        }
    }

    package func find(keys: [String], since: Timestamp, isThorough: Bool) async -> [SearchAnswer] {
        do {
            return try await ground.database.read { connection in
                try keys.map { key in
                    try SimulatorStore.find(key, on: connection).map { .found(slurmID: "\($0.id)") } ?? .absent
                }
            }
        } catch {
            return keys.map { _ in .unknown(reason: "\(error)") }
        }
    }

    package func cancel(slurmID: String) async throws(SiteFailure) {
        do {
            guard let id = Int64(slurmID), let job = try await job(id), !job.isEnded else { return }
            let stages = try await ground.database.read { try SimulatorStore.stages(of: job.key, on: $0) }
            let now = ground.keeper.now()
            let ran = SimulatedSightings.elapsed(job, stages, place.policy.clock, at: now)
            let (folder, line) = (place.folder, "slurmstepd: error: *** JOB \(id) ON sim001 CANCELLED ***")
            let told = "[\(Story.clock(ran))] \(line)\n"
            try await Task.blocking {
                try folder.write(Array(told.utf8), to: JobFolder.log("stderr", task: nil).path, key: job.key)
            }
            try await ground.database.transaction { [ground, place] connection in
                guard try SimulatorStore.find(job.key, locked: true, on: connection)?.isEnded == false else { return }
                try SimulatorStore.end(job.key, as: .cancelled, exitCode: 0, ran: ran, at: now, on: connection)
                try PlayJob.wakeWaiting(at: place, ground.queue, now: now, on: connection)
                try ground.tasks.follow(Lane(site: place.name), at: now, on: connection)
                try ground.queue.cancel(kind: PlayJob.kind, key: job.key, on: connection)
            }
        } catch {
            throw place.failure(error)
        }
    }

    private func job(_ id: Int64) async throws -> SimulatedJob? {
        try await ground.database.read { [site = place.name] in try SimulatorStore.find(id: id, at: site, on: $0) }
    }

    // MARK: - Looking

    package func observe(_ jobs: [FollowedJob]) async -> SiteObservation {
        let (now, clock, site) = (ground.keeper.now(), place.policy.clock, place.name)
        do {
            let answers = try await ground.database.read { connection in
                let waiting = try SimulatorStore.open(at: site, on: connection).filter { $0.state == .pending }
                var answers: [String: SiteObservation.Answer] = [:]
                for followed in jobs {
                    let job = try SimulatorStore.find(followed.key, on: connection)
                    guard let job, "\(job.id)" == followed.slurmID else {
                        answers[followed.slurmID] = .notVisible("The simulator has no such job.", isWhole: true)
                        continue
                    }
                    let sighting = SimulatedSightings.sighting(
                        job,
                        try SimulatorStore.stages(of: job.key, on: connection),
                        clock,
                        queuePosition: waiting.firstIndex { $0.id == job.id }.map { $0 + 1 },
                        at: now
                    )
                    answers[followed.slurmID] = .seen(sighting)
                }
                return answers
            }
            let partitions = jobs.isEmpty ? [configuration.partition].compactMap { $0 } : nil
            return SiteObservation(
                health: SiteHealth(state: .up, reason: nil),
                answers: answers,
                partitions: partitions
            )
        } catch {
            let health = SiteHealth(state: .down, reason: place.failure(error).reason)
            return SiteObservation(health: health, answers: [:], partitions: nil)
        }
    }

    // MARK: - Files

    package func read(
        _ path: String,
        key: String,
        offset: Int64,
        length: Int
    ) async throws(SiteFailure) -> FilePart? {
        do {
            let folder = place.folder
            let part = try await Task.blocking {
                try folder.read(path, key: key, offset: offset, length: length)
            }
            return part.map { FilePart(bytes: $0.bytes, size: $0.size) }
        } catch {
            throw place.failure(error)
        }
    }

    package func list(_ globs: [String], key: String) async throws(SiteFailure) -> SiteListing {
        let listing = try await run { root, shell in
            try ListOutputs(folder: "\(root)/\(key)", patterns: try globs.map { try Glob($0) }, shell: shell)
        }
        return SiteListing(
            files: listing.files.filter { !JobFolder.isOurs($0.name) }
                .map { SiteFile(path: $0.name, size: Int64($0.size)) },
            refused: listing.refused.filter { !JobFolder.isOurs($0.key) },
            unmatched: listing.unmatched.map(\.pattern)
        )
    }

    package func login() -> SiteLoginState? { nil }
    package func beginLogin() -> SSHLogin? { nil }
    package func close() async {}
}

extension SimulatedJob.Request {
    /// A day, as the partition's longest.
    private static let longestSeconds = 86_400

    /// What a manifest asks for, at a site.
    init(_ manifest: JobManifest, _ site: SiteConfiguration) {
        let resources = manifest.resources
        let cpus = max(1, resources.cpus ?? 1) * max(1, resources.tasks ?? 1)
        self.init(
            name: manifest.name,
            parameters: manifest.parameters,
            gpus: resources.gpus?.count ?? 1,
            cpus: cpus,
            memory: resources.memory ?? resources.memoryPerCPU.map { $0 * cpus } ?? 4096,
            walltime: min(resources.walltime ?? Self.longestSeconds, Self.longestSeconds * 30),
            partition: resources.partition ?? site.partition ?? "simulated",
            account: resources.account ?? site.account ?? "simulated",
            qos: resources.qos ?? site.qos
        )
    }
}

extension SimulatorFolder {
    /// Writes the files of an attempt; writing them again changes nothing.
    ///
    /// - Returns: the first input that is not there; nil when all are.
    func deliver(_ submission: Submission, _ request: SimulatedJob.Request) throws -> String? {
        try make(path)
        try make(try folder(of: submission.key))
        for name in submission.expected {
            guard try exists(name, key: submission.key) else { return name }
        }
        for file in submission.files {
            try write(file.bytes, to: file.path, key: submission.key, mode: file.isExecutable ? 0o700 : 0o600)
        }
        for stream in ["stdout", "stderr"] {
            try write([], to: JobFolder.log(stream, task: nil).path, key: submission.key)
        }
        try write(Array(Self.nodeRecord(request).utf8), to: NodeRecord.file, key: submission.key)
        return nil
    }

    /// What a batch script would write of its node: that there is none.
    private static func nodeRecord(_ request: SimulatedJob.Request) -> String {
        let gpus = (0..<request.gpus).map { _ in "gpu.model=simulated\n" }.joined()
        return "cluster=simulator\nsystem=Farfield's simulator: no program ran on any node\n" + gpus
    }
}
