internal import Storage

/// The tables `ledger_transactions` and `ledger_entries`, and the balances that are changed together with them alone.
enum LedgerStore {
    /// What a posting is about.
    struct Subject: Sendable {
        var job: JobID?
        var attempts: Int?
        let person: String
        var note: String?
    }

    /// When a posting is taken.
    enum Condition: Sendable {
        /// Always: it tells what has happened.
        case always
        /// Only as far as what is available reaches.
        case covered
        /// The same, and only while the allocation can be spent.
        case spendable
    }

    /// Posts a change: balances and entries together; false, and nothing is written, when the condition does not hold.
    ///
    /// One statement looks and takes, so of two who want the last unit one gets it.
    static func post(
        _ posting: LedgerPosting,
        to allocation: AllocationID,
        _ subject: Subject,
        if condition: Condition = .always,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        guard try change(posting, allocation, condition, now, on: connection) else { return false }
        let row = try connection.first(
            """
            INSERT INTO ledger_transactions (at, kind, allocation, job, attempts, person, note)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING number
            """,
            [
                .integer(now.microseconds), .text(posting.kind.rawValue), .text(allocation.text),
                SQLValue(subject.job?.text), SQLValue(subject.attempts), .text(subject.person),
                SQLValue(subject.note),
            ]
        )
        let number: Int64 = try row?.integer("number") ?? 0
        for (line, entry) in posting.entries.enumerated() {
            try connection.execute(
                "INSERT INTO ledger_entries (transaction_number, line, account, amount) VALUES ($1, $2, $3, $4)",
                [
                    .integer(number), .integer(Int64(line + 1)), .text(entry.account.rawValue),
                    .integer(entry.amount.thousandthNodeSeconds),
                ]
            )
        }
        return true
    }

    private static func change(
        _ posting: LedgerPosting,
        _ allocation: AllocationID,
        _ condition: Condition,
        _ now: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        let test =
            switch condition {
            case .always: ""
            case .covered: " AND available >= $6"
            case .spendable:
                " AND available >= $6 AND is_suspended = 0 AND starts_at <= $7 AND ends_at > $7"
            }
        var values: [SQLValue] = [.text(allocation.text)]
        values += [LedgerAccount.granted, .available, .reserved, .used].map {
            .integer(posting[$0].thousandthNodeSeconds)
        }
        if condition != .always { values.append(.integer((-posting[.available]).thousandthNodeSeconds)) }
        if condition == .spendable { values.append(.integer(now.microseconds)) }
        return try connection.execute(
            """
            UPDATE allocations SET granted = granted - $2, available = available + $3, reserved = reserved + $4,
                used = used + $5
            WHERE id = $1
            """ + test,
            values
        ) == 1
    }

    /// A page of an allocation's ledger, the latest first: only what is older than a number, if one is given.
    static func page(
        of allocation: AllocationID,
        before number: Int64?,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [LedgerTransaction] {
        let rows = try connection.query(
            """
            SELECT * FROM ledger_transactions WHERE allocation = $1 AND number < $2 ORDER BY number DESC LIMIT $3
            """,
            [.text(allocation.text), .integer(number ?? .max), .integer(Int64(limit))]
        )
        return try rows.compactMap { try transaction($0, allocation, on: connection) }
    }

    private static func transaction(
        _ row: Row,
        _ allocation: AllocationID,
        on connection: any StorageConnection
    ) throws -> LedgerTransaction? {
        guard let kind = LedgerPosting.Kind(rawValue: try row.text("kind")) else { return nil }
        let number: Int64 = try row.integer("number")
        var amounts: [LedgerAccount: ServiceUnits] = [:]
        for entry in try connection.query(
            "SELECT account, amount FROM ledger_entries WHERE transaction_number = $1",
            [.integer(number)]
        ) {
            guard let account = LedgerAccount(rawValue: try entry.text("account")) else { continue }
            amounts[account] = try AllocationStore.units(entry, "amount")
        }
        return LedgerTransaction(
            number: number,
            at: Timestamp(microseconds: try row.integer("at")),
            kind: kind,
            allocation: allocation,
            job: try row.optionalText("job").flatMap(JobID.init),
            attempts: try row.optionalInteger("attempts"),
            person: try row.text("person"),
            note: try row.optionalText("note"),
            amounts: amounts
        )
    }
}
