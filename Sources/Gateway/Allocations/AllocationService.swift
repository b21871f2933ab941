package import Documents
internal import Storage

/// A page of an allocation's ledger.
package struct LedgerPage: Sendable {
    /// The transactions, the latest first.
    package let items: [LedgerTransaction]
    /// The number to go on before; nil at the end.
    package let next: Int64?
}

/// What people do with allocations.
package struct AllocationService: Sendable {
    let database: any Database
    let tasks: JobTasks
    let rates: [String: ChargeRates]
    let keeper: TimeKeeper

    /// The service of a gateway with these sites.
    init(_ world: World, sites: [SiteConfiguration]) {
        database = world.database
        tasks = world.tasks
        rates = Dictionary(sites.map { ($0.name, $0.chargeRates) }) { first, _ in first }
        keeper = world.keeper
    }

    /// Gives a project a budget at a site; from then on the site's jobs are paid for.
    ///
    /// - Parameters:
    ///   - document: `site`, `account`, `granted`, `startsAt`, `endsAt`.
    ///   - project: the project's name.
    ///   - person: who gives it.
    /// - Returns: the allocation.
    /// - Throws: ``GatewayError`` of kind `invalidBudget` or `notFound`.
    package func grant(_ document: Document, to project: String, by person: Person) async throws -> Allocation {
        let wish = try BudgetWishes.allocation(document, sites: rates.keys.sorted())
        let now = keeper.now()
        var random = SystemRandomNumberGenerator()
        let id = AllocationID(at: now, random: &random)
        return try await database.transaction { connection in
            guard try ProjectStore.find(project, on: connection) != nil else { throw ProjectService.missing(project) }
            let allocation = Allocation(
                id: id,
                project: project,
                site: wish.site,
                account: wish.account,
                startsAt: wish.startsAt,
                endsAt: wish.endsAt,
                isSuspended: false,
                createdAt: now,
                balance: Balance()
            )
            try AllocationStore.insert(allocation, on: connection)
            _ = try LedgerStore.post(.grant(wish.granted), to: id, .init(person: person.name), at: now, on: connection)
            try tasks.readAccounts(site: wish.site, at: now, on: connection)
            let details: JSONValue = [
                "project": .string(project), "site": .string(wish.site), "account": .string(wish.account),
                "granted": .string(wish.granted.description), "startsAt": .string(wish.startsAt.iso8601),
                "endsAt": .string(wish.endsAt.iso8601),
            ]
            let entry = AuditEntry("allocation.granted", .init("allocation", id.text), by: person, details: details)
            try AuditStore.append(entry, at: now, on: connection)
            return try AllocationStore.find(id, on: connection) ?? allocation
        }
    }

    /// The allocations of a project, the oldest first, each with its forecast.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`, also for what is not theirs to see.
    package func list(of project: String, for person: Person) async throws -> [AllocationUsage] {
        let now = keeper.now()
        return try await database.read { connection in
            _ = try ProjectService.visible(project, to: person, on: connection)
            return try AllocationStore.of(project: project, on: connection)
                .map { try usage(of: $0, at: now, on: connection) }
        }
    }

    /// An allocation's use, beside what Slurm says.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`, also for what is not theirs to see.
    package func usage(_ id: AllocationID, for person: Person) async throws -> AllocationUsage {
        let now = keeper.now()
        return try await database.read { connection in
            try usage(of: try Self.visible(id, to: person, on: connection), at: now, on: connection)
        }
    }

    /// A page of an allocation's ledger, the latest first.
    ///
    /// - Parameters:
    ///   - id: the allocation.
    ///   - before: only older ones than this number; nil begins with the latest.
    ///   - limit: the most of them, at least 1.
    ///   - person: who asks.
    /// - Returns: the page.
    /// - Throws: ``GatewayError`` of kind `notFound`, also for what is not theirs to see.
    package func ledger(
        of id: AllocationID,
        before: Int64?,
        limit: Int,
        for person: Person
    ) async throws -> LedgerPage {
        try await database.read { connection in
            _ = try Self.visible(id, to: person, on: connection)
            let items = try LedgerStore.page(of: id, before: before, limit: limit + 1, on: connection)
            let page = Array(items.prefix(limit))
            return LedgerPage(items: page, next: items.count > limit ? page.last?.number : nil)
        }
    }

    /// Gives more, or takes back what no job has claimed.
    ///
    /// - Parameters:
    ///   - document: `amount`, `reason`.
    ///   - id: the allocation.
    ///   - person: who does it.
    /// - Returns: the allocation as it stands then.
    /// - Throws: ``GatewayError`` of kind `invalidBudget`, `notFound`, or `conflict` when less is left than is to be taken.
    package func adjust(_ document: Document, _ id: AllocationID, by person: Person) async throws -> Allocation {
        let wish = try BudgetWishes.adjustment(document)
        let now = keeper.now()
        return try await database.transaction { connection in
            guard let before = try AllocationStore.find(id, on: connection) else { throw Self.missing(id) }
            let total = before.balance.granted + wish.amount
            guard total <= BudgetWishes.largest * 100 else {
                throw GatewayError(.conflict, "An allocation holds at most \(BudgetWishes.largest * 100).")
            }
            let isPosted = try LedgerStore.post(
                .adjust(wish.amount),
                to: id,
                .init(person: person.name, note: wish.reason),
                if: wish.amount < .zero ? .covered : .always,
                at: now,
                on: connection
            )
            guard let after = try AllocationStore.find(id, on: connection) else { throw Self.missing(id) }
            guard isPosted else {
                throw GatewayError(
                    .conflict,
                    "Only \(max(after.balance.available, .zero)) of \(id) can be taken back: the rest is used, or"
                        + " reserved by jobs."
                )
            }
            let details: JSONValue = [
                "amount": .string(wish.amount.description), "granted": .string(after.balance.granted.description),
            ]
            let entry = AuditEntry(
                "allocation.adjusted",
                .init("allocation", id.text),
                by: person,
                reason: wish.reason,
                details: details
            )
            try AuditStore.append(entry, at: now, on: connection)
            return after
        }
    }

    /// Stops an allocation, or lets it be spent again; jobs that were accepted go on.
    ///
    /// - Parameters:
    ///   - isSuspended: whether it is to be stopped.
    ///   - document: `reason`, or nothing.
    ///   - id: the allocation.
    ///   - person: who does it.
    /// - Returns: the allocation as it stands then.
    /// - Throws: ``GatewayError`` of kind `invalidBudget` or `notFound`.
    package func setSuspended(
        _ isSuspended: Bool,
        _ document: Document?,
        _ id: AllocationID,
        by person: Person
    ) async throws -> Allocation {
        let reason = try document.flatMap { try BudgetWishes.reason($0) }
        let now = keeper.now()
        return try await database.transaction { connection in
            let isChanged = try AllocationStore.setSuspended(isSuspended, id, on: connection)
            guard let allocation = try AllocationStore.find(id, on: connection) else { throw Self.missing(id) }
            if isChanged {
                let action = isSuspended ? "allocation.suspended" : "allocation.resumed"
                let entry = AuditEntry(action, .init("allocation", id.text), by: person, reason: reason)
                try AuditStore.append(entry, at: now, on: connection)
            }
            return allocation
        }
    }

    /// Has Slurm asked soon what it says of the accounts of an allocation's site.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func refresh(_ id: AllocationID) async throws {
        let now = keeper.now()
        try await database.transaction { connection in
            guard let allocation = try AllocationStore.find(id, on: connection) else { throw Self.missing(id) }
            try tasks.readAccounts(site: allocation.site, at: now, on: connection)
        }
    }

    /// Holds the whole ledger to its rules.
    ///
    /// - Returns: what was found.
    /// - Throws: storage errors.
    package func verify() async throws -> LedgerAudit {
        try await database.read { try LedgerAuditStore.audit(on: $0) }
    }

    private func usage(
        of allocation: Allocation,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> AllocationUsage {
        let week = try JobCostStore.used(of: allocation.id, since: now + .seconds(-7 * 86_400), on: connection)
        let month = try JobCostStore.used(of: allocation.id, since: now + .seconds(-30 * 86_400), on: connection)
        return AllocationUsage(
            allocation,
            forecast: BudgetForecast(allocation, week: week, month: month, at: now),
            slurm: try AllocationFiguresStore.find(allocation.id, on: connection),
            ledgerUsed: try JobCostStore.used(
                account: allocation.account,
                site: allocation.site,
                since: allocation.startsAt,
                on: connection
            ),
            rates: rates[allocation.site] ?? ChargeRates()
        )
    }

    /// Whether an allocation is one of somebody's projects; false also where there is none of that name.
    func includes(_ id: AllocationID, _ person: Person) async throws -> Bool {
        try await database.read { connection in
            guard let allocation = try AllocationStore.find(id, on: connection) else { return false }
            return try ProjectStore.find(allocation.project, on: connection)?.includes(person) == true
        }
    }

    private static func visible(
        _ id: AllocationID,
        to person: Person,
        on connection: any StorageConnection
    ) throws -> Allocation {
        guard let allocation = try AllocationStore.find(id, on: connection) else { throw missing(id) }
        let project = try ProjectStore.find(allocation.project, on: connection)
        guard Rights.reach(.readAllocation, of: person) == .all || project?.includes(person) == true else {
            throw missing(id)
        }
        return allocation
    }

    private static func missing(_ id: AllocationID) -> GatewayError {
        GatewayError(.notFound, "There is no allocation \(id) of yours.")
    }
}
