internal import Storage

/// Reads the whole ledger and holds it to its rules.
enum LedgerAuditStore {
    private static let most = 1000

    static func audit(on connection: any StorageConnection) throws -> LedgerAudit {
        let allocations = try connection.query("SELECT * FROM allocations ORDER BY id").map(AllocationStore.allocation)
        let sums = try sums(on: connection)
        var faults = try unbalanced(on: connection)
        for allocation in allocations {
            let added = sums[allocation.id.text] ?? Balance()
            faults += LedgerRules.faults(of: allocation.id, balance: allocation.balance, sums: added)
        }
        let (jobs, ofJobs) = try jobFaults(on: connection)
        faults += ofJobs
        let unsettled = try connection.first(
            "SELECT COUNT(*) AS number FROM job_costs WHERE state = 'reserved' AND ended_at IS NOT NULL"
        )
        let transactions = try connection.first("SELECT COUNT(*) AS number FROM ledger_transactions")
        return LedgerAudit(
            allocations: allocations.count,
            transactions: try transactions?.integer("number") ?? 0,
            jobs: jobs,
            unsettled: try unsettled?.integer("number") ?? 0,
            faults: Array(faults.prefix(most))
        )
    }

    /// Transactions whose entries do not sum to zero, or that have none.
    private static func unbalanced(on connection: any StorageConnection) throws -> [LedgerAudit.Fault] {
        try connection.query(
            """
            SELECT t.number AS number FROM ledger_transactions t
            LEFT JOIN ledger_entries e ON e.transaction_number = t.number
            GROUP BY t.number HAVING COUNT(e.line) < 2 OR SUM(e.amount) <> 0 ORDER BY t.number LIMIT 1000
            """
        ).map { row in
            let number: Int64 = try row.integer("number")
            return .init(subject: "transaction \(number)", reason: "its entries do not sum to zero")
        }
    }

    private static func sums(on connection: any StorageConnection) throws -> [String: Balance] {
        var sums: [String: Balance] = [:]
        for row in try connection.query(
            """
            SELECT t.allocation AS allocation, e.account AS account, CAST(SUM(e.amount) AS BIGINT) AS amount
            FROM ledger_entries e JOIN ledger_transactions t ON t.number = e.transaction_number
            GROUP BY t.allocation, e.account
            """
        ) {
            let amount = try AllocationStore.units(row, "amount")
            var balance = sums[try row.text("allocation")] ?? Balance()
            switch LedgerAccount(rawValue: try row.text("account")) {
            case .granted?: balance.granted = -amount
            case .available?: balance.available = amount
            case .reserved?: balance.reserved = amount
            case .used?: balance.used = amount
            case nil: break
            }
            sums[try row.text("allocation")] = balance
        }
        return sums
    }

    private static func jobFaults(
        on connection: any StorageConnection
    ) throws -> (count: Int, faults: [LedgerAudit.Fault]) {
        let posted = try postings(on: connection)
        var (count, faults) = (0, [LedgerAudit.Fault]())
        for row in try connection.query(
            """
            SELECT c.*, j.id AS found, j.finished_at AS finished_at FROM job_costs c LEFT JOIN jobs j ON j.id = c.job
            ORDER BY c.job
            """
        ) {
            let cost = try JobCostStore.cost(row)
            let hasEnded: Bool? = try row.isNull("found") ? nil : !(try row.isNull("finished_at"))
            let postings = posted[cost.job.text] ?? JobPostings()
            faults += LedgerRules.faults(of: cost, posted: postings, jobHasEnded: hasEnded)
            count += 1
        }
        return (count, faults)
    }

    private static func postings(on connection: any StorageConnection) throws -> [String: JobPostings] {
        var posted: [String: JobPostings] = [:]
        for row in try connection.query(
            "SELECT job, kind, COUNT(*) AS number FROM ledger_transactions WHERE job IS NOT NULL GROUP BY job, kind"
        ) {
            let (job, number): (String, Int) = (try row.text("job"), try row.integer("number"))
            switch LedgerPosting.Kind(rawValue: try row.text("kind")) {
            case .reserve?: posted[job, default: JobPostings()].reservations = number
            case .settle?: posted[job, default: JobPostings()].settlements = number
            case .release?: posted[job, default: JobPostings()].releases = number
            case .grant?, .adjust?, nil: break
            }
        }
        for row in try connection.query(
            """
            SELECT t.job AS job, e.account AS account, CAST(SUM(e.amount) AS BIGINT) AS amount
            FROM ledger_entries e JOIN ledger_transactions t ON t.number = e.transaction_number
            WHERE t.job IS NOT NULL AND e.account IN ('reserved', 'used') GROUP BY t.job, e.account
            """
        ) {
            let (job, amount) = (try row.text("job"), try AllocationStore.units(row, "amount"))
            if try row.text("account") == LedgerAccount.used.rawValue {
                posted[job, default: JobPostings()].used = amount
            } else {
                posted[job, default: JobPostings()].reserved = amount
            }
        }
        return posted
    }
}
