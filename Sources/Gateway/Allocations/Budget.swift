internal import Storage

/// Prices jobs by what the database knows, and takes what they claim.
package struct Budget: Sendable {
    let database: any Database
    let keeper: TimeKeeper

    /// Prices a manifest at a site.
    ///
    /// - Parameters:
    ///   - manifest: what is asked for.
    ///   - site: where it is to run.
    ///   - person: who asks.
    /// - Returns: the manifest with its price and whoever pays.
    /// - Throws: ``GatewayError`` of kind `invalidManifest` or `outOfBudget`.
    package func price(
        _ manifest: JobManifest,
        at site: SiteConfiguration,
        by person: Person
    ) async throws -> PricedManifest {
        let books = try await database.read { try Self.books(of: person, manifest.project, at: site.name, on: $0) }
        return try Pricing.price(manifest, at: site, books: books, by: person, at: keeper.now())
    }

    /// What somebody may charge at a site; admins may charge a project they name without being a member.
    static func books(
        of person: Person,
        _ named: String?,
        at site: String,
        on connection: any StorageConnection
    ) throws -> Pricing.Books {
        guard try AllocationStore.isMetered(site, on: connection) else { return .unmetered }
        var projects = try ProjectStore.projects(of: person, on: connection)
        if let named, Rights.reach(.submitJob, of: person) == .all, !projects.contains(where: { $0.name == named }) {
            projects += try [ProjectStore.find(named, on: connection)].compactMap { $0 }
        }
        let fundings = try projects.flatMap { project in
            try AllocationStore.of(project: project.name, site: site, on: connection)
                .map { Funding(project: project, allocation: $0) }
        }
        return Pricing.Books(isMetered: true, fundings: fundings)
    }

    /// Claims what a job can cost, in the transaction that writes the job; nothing where nobody pays.
    ///
    /// - Throws: ``GatewayError`` of kind `outOfBudget` when the allocation does not reach, or cannot be spent any more.
    static func reserve(
        _ priced: PricedManifest,
        for job: Job,
        on connection: any StorageConnection
    ) throws {
        guard let price = priced.price, let funding = priced.funding else { return }
        let isTaken = try LedgerStore.post(
            .reserve(price.worstCase),
            to: funding.allocation.id,
            .init(job: job.id, attempts: price.attempts, person: job.owner, note: nil),
            if: .spendable,
            at: job.createdAt,
            on: connection
        )
        guard isTaken else {
            let present = try AllocationStore.find(funding.allocation.id, on: connection) ?? funding.allocation
            let now = Funding(project: funding.project, allocation: present)
            if present.standing(at: job.createdAt) != .active { throw Pricing.notNow([now], job.createdAt) }
            throw Pricing.refusal(price, now)
        }
        try JobCostStore.insert(job.id, price, funding, at: job.createdAt, on: connection)
    }

    /// A job ended: what it claimed comes back at once if it certainly ran nowhere; else the accounting is asked.
    ///
    /// - Returns: whether its site's accounting is to be asked.
    static func ended(_ job: Job, at now: Timestamp, on connection: any StorageConnection) throws -> Bool {
        guard let cost = try JobCostStore.find(job.id, on: connection), cost.state == .reserved else { return false }
        guard job.certainlyRanNowhere else {
            try JobCostStore.noteEnded(job.id, at: now, on: connection)
            return true
        }
        let isClosed = try JobCostStore.close(
            job.id,
            as: .released,
            used: .zero,
            nodeSeconds: 0,
            note: nil,
            at: now,
            on: connection
        )
        guard isClosed else { return false }
        _ = try LedgerStore.post(
            .release(cost.reserved),
            to: cost.allocation,
            .init(job: job.id, attempts: 0, person: Person.gateway.name, note: job.reason),
            at: now,
            on: connection
        )
        return false
    }
}

extension Job {
    /// Whether Slurm certainly never had any attempt of it.
    var certainlyRanNowhere: Bool {
        attempt == 1 && slurm == nil && (submission == .none || submission == .ready)
    }
}
