internal import FoundationEssentials
internal import Logging
package import SSHClient
internal import Slurm

/// A Slurm cluster behind a login node: the spine's seam on `Slurm` and `SSHClient`.
package struct SlurmSite: Site {
    package let configuration: SiteConfiguration
    package let lane: Lane
    /// Seconds until the second of two looks for a job that is to be sent again.
    private static let secondLookAfter = 5

    let pool: SSHConnectionPool
    let transport: SSHTransport
    let folder: WorkFolder

    /// A site; nothing is opened before it is used.
    ///
    /// - Parameters:
    ///   - configuration: from the configuration file.
    ///   - lane: whose account the pool enters; the gateway's own when left out.
    ///   - pool: connections to its login node.
    package init(configuration: SiteConfiguration, lane: Lane? = nil, pool: SSHConnectionPool) {
        self.configuration = configuration
        self.lane = lane ?? Lane(site: configuration.name)
        self.pool = pool
        transport = SSHTransport(pool: pool, calls: RemoteCalls(site: configuration.name))
        folder = WorkFolder(configured: configuration.workFolder, transport: transport)
    }

    // MARK: - Submitting

    package func reach() async throws(SiteFailure) {
        do {
            try await pool.connect()
        } catch {
            throw SiteFailure(error)
        }
        _ = try await folder.path()
    }

    package func submit(_ submissions: [Submission]) async -> [SubmissionAnswer] {
        do {
            let root = try await folder.path()
            let entries = submissions.map { submission in
                DeliverAndSubmit.Entry(
                    key: submission.key,
                    files: submission.files,
                    expected: submission.expected,
                    script: JobFolder.batchScript,
                    comment: submission.comment,
                    resubmits: submission.resubmits
                )
            }
            let command = try DeliverAndSubmit(
                entries,
                root: root,
                shell: try shell(),
                deadline: configuration.commandDeadline
            )
            return try await transport.run(command).map(Self.answer)
        } catch let error as SSHError where !error.commandMayHaveRun {
            return submissions.map { _ in .notSubmitted(reason: SiteFailure(error).reason) }
        } catch {
            // Whether anything ran, only the site knows: the job's folder there is asked again.
            return submissions.map { _ in .unknown(reason: SiteFailure(error).reason) }
        }
    }

    private static func answer(_ result: DeliverAndSubmit.Result) -> SubmissionAnswer {
        switch result {
        case .accepted(let jobID, _): .accepted(slurmID: jobID.description)
        case .refused(let refusal): .refused(reason: refusal.description)
        case .notSubmitted(let reason): .notSubmitted(reason: reason)
        case .incomplete(let reason): .inputsLost(reason: "The site has lost the input '\(reason)'.")
        case .unknown(let reason): .unknown(reason: reason)
        }
    }

    package func find(keys: [String], since: Timestamp, isThorough: Bool) async -> [SearchAnswer] {
        do {
            // The site's clock may be behind ours.
            let moment = since + .seconds(-3600)
            let command = try FindByName(
                keys: keys,
                since: Int(moment.microseconds / 1_000_000),
                secondLookAfter: isThorough ? Self.secondLookAfter : nil,
                shell: try shell(),
                deadline: configuration.commandDeadline
            )
            return try await transport.run(command).map { finding in
                switch finding {
                case .found(let ids): ids.first.map { .found(slurmID: $0.description) } ?? .absent
                case .absent: .absent
                case .unknown(let reason): .unknown(reason: reason)
                }
            }
        } catch {
            return keys.map { _ in .unknown(reason: SiteFailure(error).reason) }
        }
    }

    package func cancel(slurmID: String) async throws(SiteFailure) {
        do {
            guard let id = SlurmJobID(slurmID) else { return }
            let answers = try await transport.run(Slurm.Cancel([.init(jobID: id)], shell: try shell()))
            switch answers.first {
            case .accepted?: return
            case .notPermitted(let reason)?: throw SiteFailure(reason: reason, isTransient: false)
            case .unknown(let reason)?: throw SiteFailure(reason: reason, isTransient: true)
            case nil: throw SiteFailure(reason: "the site did not answer", isTransient: true)
            }
        } catch {
            throw SiteFailure(error)
        }
    }

    // MARK: - Looking

    package func observe(_ jobs: [FollowedJob]) async -> SiteObservation {
        if jobs.isEmpty { return await glance() }
        let asked = jobs.compactMap { job in
            SlurmJobID(job.slurmID).map { id in
                ObservedJob(jobID: id, key: job.key, taskIndices: job.arrayTasks.flatMap { try? ArraySpec($0).indices })
            }
        }
        do {
            let observation = try await transport.run(
                Observe(asked, shell: try shell(), deadline: configuration.commandDeadline)
            )
            var answers: [String: SiteObservation.Answer] = [:]
            for (id, sighting) in Sightings.merge(asked, observation) {
                answers[id.description] = Self.answer(sighting, id, observation)
            }
            return SiteObservation(health: Self.health(observation), answers: answers, partitions: nil)
        } catch {
            return SiteObservation(
                health: SiteHealth(SiteFailure(error)),
                answers: [:],
                partitions: nil
            )
        }
    }

    /// A look at a site without jobs to follow: whether it answers, and which partitions it has.
    private func glance() async -> SiteObservation {
        do {
            let report = try await report()
            let names = report.partitions.map(\.name)
            let partitions = names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }.map(\.element)
            let health = SiteHealth(
                state: report.controllerProblem == nil ? .up : .down,
                reason: report.controllerProblem ?? report.accountingProblem
            )
            return SiteObservation(health: health, answers: [:], partitions: partitions)
        } catch {
            return SiteObservation(
                health: SiteHealth(SiteFailure(error)),
                answers: [:],
                partitions: nil
            )
        }
    }

    /// What can be seen of the site as a whole.
    func report() async throws -> SiteReport {
        try await transport.run(try CheckSite(root: try await folder.path(), shell: try shell()))
    }

    private static func answer(
        _ sighting: JobSighting,
        _ id: SlurmJobID,
        _ observation: Observation
    ) -> SiteObservation.Answer {
        switch sighting {
        case .visible(let seen): return .seen(SlurmSightings.sighting(of: seen, jobID: id.description))
        case .notVisible(queueAnswered: true, accountingAnswered: true):
            return .notVisible("Slurm answers and shows no job \(id) of ours now.", isWhole: true)
        case .notVisible:
            let outages = [observation.queue.outage, observation.accounting.outage].compactMap { $0 }
            return .notVisible("Slurm did not answer in full: \(outages.joined(separator: "; "))", isWhole: false)
        }
    }

    private static func health(_ observation: Observation) -> SiteHealth {
        if let outage = observation.queue.outage {
            return SiteHealth(state: .down, reason: "squeue does not answer: \(outage)")
        }
        if let outage = observation.accounting.outage {
            return SiteHealth(
                state: .up,
                reason: "sacct does not answer, so jobs that end keep their last state: \(outage)"
            )
        }
        return SiteHealth(state: .up, reason: nil)
    }

    // MARK: - Files

    package func read(
        _ path: String,
        key: String,
        offset: Int64,
        length: Int
    ) async throws(SiteFailure) -> FilePart? {
        do {
            let place = "\(try await folder.path())/\(key)/\(path)"
            guard let attributes = try await pool.stat(place), attributes.kind == .file else { return nil }
            let size = Int64(attributes.size)
            guard offset < size, length > 0 else { return FilePart(bytes: [], size: size) }
            let bytes = try await transport.calls.counted("ReadFile") {
                try await pool.readFile(place, offset: UInt64(offset), length: length)
            }
            return FilePart(bytes: bytes, size: size)
        } catch {
            throw SiteFailure(error)
        }
    }

    package func list(_ globs: [String], key: String) async throws(SiteFailure) -> SiteListing {
        do {
            let command = try ListOutputs(
                folder: "\(try await folder.path())/\(key)",
                patterns: try globs.map { try Glob($0) },
                shell: try shell()
            )
            let listing = try await transport.run(command)
            return SiteListing(
                files: listing.files.filter { !JobFolder.isOurs($0.name) }
                    .map { SiteFile(path: $0.name, size: Int64($0.size)) },
                refused: listing.refused.filter { !JobFolder.isOurs($0.key) },
                unmatched: listing.unmatched.map(\.pattern)
            )
        } catch {
            throw SiteFailure(error)
        }
    }

    package var figures: SSHFigures? { pool.figures }

    package func close() async { await pool.close() }

    func shell() throws -> RemoteShell { try Self.shell(searchPath: configuration.searchPath) }

    static func shell(searchPath: [String]) throws -> RemoteShell {
        var random = SystemRandomNumberGenerator()
        let marker =
            "ff" + String(UInt64.random(in: .min ... .max, using: &random), radix: 36)
            + String(UInt64.random(in: .min ... .max, using: &random), radix: 36)
        return try RemoteShell(marker: marker.padding(to: 24), searchPath: searchPath)
    }
}

extension String {
    /// At least so long, filled up with zeros.
    fileprivate func padding(to length: Int) -> String {
        count >= length ? self : self + String(repeating: "0", count: length - count)
    }
}

extension SiteFailure {
    /// A failure of the modules below, in words for a person.
    init(_ error: any Error) {
        switch error {
        case let failure as SiteFailure: self = failure
        case let error as SSHError:
            self.init(
                reason: "\(error). \(error.hint)",
                isTransient: error.isTransient,
                concernsAccount: error.concernsAccount,
                concernsHost: error.concernsHost
            )
        case let error as SlurmError: self.init(reason: "\(error)", isTransient: error.isRetriable)
        default: self.init(reason: "\(error)", isTransient: true)
        }
    }
}
