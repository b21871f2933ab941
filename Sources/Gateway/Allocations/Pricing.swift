internal import Documents

/// Who pays for a job.
package struct Funding: Sendable, Hashable {
    /// The project.
    package let project: Project
    /// Its allocation.
    package let allocation: Allocation

    /// Who pays.
    package init(project: Project, allocation: Allocation) {
        self.project = project
        self.allocation = allocation
    }
}

/// A manifest with its price.
package struct PricedManifest: Sendable, Hashable {
    /// The manifest, with the project and the Slurm account that pay written out.
    package let manifest: JobManifest
    /// What it can cost at worst; nil where the site is not metered and no walltime is stated.
    package let price: JobPrice?
    /// Who pays; nil where the site is not metered.
    package let funding: Funding?
}

/// Works out what a job can cost and who pays for it, before it is accepted: a pure decision.
package enum Pricing {
    /// What the database knows of the budgets of a site and of one person.
    package struct Books: Sendable, Hashable {
        /// Whether jobs of the site are paid for.
        package let isMetered: Bool
        /// What the person may charge at the site, those that cannot be spent now included.
        package let fundings: [Funding]

        /// Books.
        package init(isMetered: Bool, fundings: [Funding]) {
            self.isMetered = isMetered
            self.fundings = fundings
        }

        /// The books of a site where nothing is paid for.
        package static let unmetered = Books(isMetered: false, fundings: [])
    }

    /// Prices a manifest at a site.
    ///
    /// - Parameters:
    ///   - manifest: what is asked for.
    ///   - site: where it is to run.
    ///   - books: what the person may charge there.
    ///   - person: who asks.
    ///   - now: the present moment.
    /// - Returns: the manifest with its price; whether that can be paid is decided when it is reserved.
    /// - Throws: ``GatewayError`` of kind `invalidManifest` where something must be said, or said otherwise, and of kind
    ///   `outOfBudget` where nothing can be charged now.
    package static func price(
        _ manifest: JobManifest,
        at site: SiteConfiguration,
        books: Books,
        by person: Person,
        at now: Timestamp
    ) throws(GatewayError) -> PricedManifest {
        guard books.isMetered else {
            try requireDefaultAccount(manifest, site, person)
            if manifest.project != nil {
                throw fault(
                    "/project",
                    "no project has an allocation at site '\(site.name)', so nothing is charged there",
                    expected: "no project, or another site"
                )
            }
            return PricedManifest(manifest: manifest, price: price(manifest, site, nil), funding: nil)
        }
        let walltime = manifest.resources.walltime
        guard walltime != nil else {
            throw fault(
                "/resources/walltime",
                "jobs at site '\(site.name)' are paid for by an allocation, and what this one can cost is not known",
                expected: "the longest it may run, such as 02:00:00"
            )
        }
        let funding = try funding(manifest, site, books, now)
        let charged = manifest.charging(funding.allocation.account, for: funding.project.name)
        return PricedManifest(manifest: charged, price: price(manifest, site, funding), funding: funding)
    }

    /// The most a job can cost; nil when its walltime is not stated.
    private static func price(_ manifest: JobManifest, _ site: SiteConfiguration, _ funding: Funding?) -> JobPrice? {
        guard let walltime = manifest.resources.walltime else { return nil }
        let partition = manifest.resources.partition ?? site.partition
        return JobPrice(
            site: site.name,
            partition: partition,
            nodes: manifest.resources.nodes,
            tasks: manifest.array?.count ?? 1,
            // Slurm grants whole minutes.
            walltimeSeconds: (walltime + 59) / 60 * 60,
            attempts: manifest.retries.limit + 1,
            rate: site.chargeRates.rate(of: partition),
            project: funding?.project.name,
            allocation: funding?.allocation.id.text
        )
    }

    // MARK: - Who pays

    private static func funding(
        _ manifest: JobManifest,
        _ site: SiteConfiguration,
        _ books: Books,
        _ now: Timestamp
    ) throws(GatewayError) -> Funding {
        let named = try named(manifest, site, books, now)
        let account = manifest.resources.account?.lowercased()
        // Slurm keeps the names of accounts in small letters.
        let matching = named.filter { account == nil || $0.allocation.account.lowercased() == account }
        guard !matching.isEmpty else {
            let accounts = Set(named.map(\.allocation.account)).sorted().joined(separator: ", ")
            throw fault(
                "/resources/account",
                "the account '\(manifest.resources.account ?? "")' is none of this project's at site '\(site.name)'",
                expected: "no account, or \(accounts)"
            )
        }
        let live = matching.filter { $0.allocation.standing(at: now) == .active }
        guard !live.isEmpty else { throw notNow(matching, now) }
        let worst = price(manifest, site, nil)?.worstCase ?? .zero
        // What ends first is spent first, as long as it suffices.
        return live.min { left, right in rank(left, worst) < rank(right, worst) } ?? live[0]
    }

    private static func rank(_ funding: Funding, _ worst: ServiceUnits) -> (Int, Timestamp, String) {
        let allocation = funding.allocation
        return (allocation.balance.available >= worst ? 0 : 1, allocation.endsAt, allocation.id.text)
    }

    /// The allocations of the project that the manifest names, or of the only one that can be meant.
    private static func named(
        _ manifest: JobManifest,
        _ site: SiteConfiguration,
        _ books: Books,
        _ now: Timestamp
    ) throws(GatewayError) -> [Funding] {
        if let name = manifest.project {
            let named = books.fundings.filter { $0.project.name == name }
            if !named.isEmpty { return named }
            throw fault(
                "/project",
                "you are not a member of a project '\(name)' with an allocation at site '\(site.name)'",
                expected: expectation(books)
            )
        }
        let live = books.fundings.filter { $0.allocation.standing(at: now) == .active }
        let candidates = live.isEmpty ? books.fundings : live
        let names = Set(candidates.map(\.project.name))
        guard names.count != 1 else { return books.fundings.filter { names.contains($0.project.name) } }
        throw fault(
            "/project",
            names.isEmpty
                ? "jobs at site '\(site.name)' are paid for by a project, and you are a member of none that has an"
                    + " allocation there"
                : "several of your projects could pay for it",
            expected: expectation(books)
        )
    }

    private static func expectation(_ books: Books) -> String {
        let names = Set(books.fundings.map(\.project.name)).sorted()
        return names.isEmpty ? "membership in a project; ask an admin" : "one of " + names.joined(separator: ", ")
    }

    static func notNow(_ fundings: [Funding], _ now: Timestamp) -> GatewayError {
        let lines = fundings.map { funding in
            let allocation = funding.allocation
            let state =
                switch allocation.standing(at: now) {
                case .active: "can be spent"
                case .planned: "begins \(allocation.startsAt.iso8601)"
                case .ended: "ended \(allocation.endsAt.iso8601)"
                case .suspended: "is suspended"
                }
            return "\(allocation.id) of project '\(funding.project.name)' \(state)"
        }
        return GatewayError(
            .outOfBudget,
            "No allocation at site '\(fundings[0].allocation.site)' can be charged now: "
                + "\(lines.joined(separator: "; ")). \(fundings[0].project.askWhom)"
        )
    }

    /// Where nothing is metered, only admins choose whose Slurm account is charged.
    private static func requireDefaultAccount(
        _ manifest: JobManifest,
        _ site: SiteConfiguration,
        _ person: Person
    ) throws(GatewayError) {
        guard let account = manifest.resources.account, Rights.reach(.submitJob, of: person) != .all,
            account.lowercased() != site.account?.lowercased()
        else { return }
        throw fault(
            "/resources/account",
            "only admins may charge the account '\(account)' at site '\(site.name)'",
            expected: site.account.map { "no account, or \($0)" } ?? "no account"
        )
    }

    private static func fault(_ path: String, _ message: String, expected: String) -> GatewayError {
        GatewayError(
            .invalidManifest,
            "Nobody can pay for the job as it is.",
            faults: [Fault(path: path, message: message, expected: expected)]
        )
    }

    /// What is said when the funds do not reach.
    static func refusal(_ price: JobPrice, _ funding: Funding) -> GatewayError {
        let (allocation, cost) = (funding.allocation, price.worstCase)
        let available = max(allocation.balance.available, .zero)
        return GatewayError(
            .outOfBudget,
            "The job may cost up to \(cost) (\(price.calculation)), and project '\(funding.project.name)' has"
                + " \(available) left at site '\(allocation.site)' (\(allocation.id), until"
                + " \(allocation.endsAt.iso8601)): \(cost - available) too few."
                + " \(funding.project.askWhom) A shorter walltime or fewer nodes cost less."
        )
    }
}

extension JobPrice {
    /// How the price comes about, such as `2 nodes x 1.5 h x 10 tasks x rate 4`.
    package var calculation: String {
        func decimal(_ thousandths: Int64) -> String {
            String(ServiceUnits(thousandthNodeSeconds: thousandths * 3600).description.dropLast(3))
        }
        var factors = ["\(nodes) \(nodes == 1 ? "node" : "nodes")", "\(Quantity.walltime(walltimeSeconds)) h"]
        if tasks > 1 { factors.append("\(tasks) tasks") }
        if attempts > 1 { factors.append("\(attempts) attempts") }
        factors.append("rate \(decimal(rate.thousandths))")
        return factors.joined(separator: " x ")
    }
}
