internal import Storage

/// The table `allocations`: all but its balances, which only ``LedgerStore`` changes.
enum AllocationStore {
    static func insert(_ allocation: Allocation, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO allocations (id, project, site, account, starts_at, ends_at, is_suspended, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(allocation.id.text), .text(allocation.project), .text(allocation.site),
                .text(allocation.account), .integer(allocation.startsAt.microseconds),
                .integer(allocation.endsAt.microseconds), SQLValue(allocation.isSuspended),
                .integer(allocation.createdAt.microseconds),
            ]
        )
    }

    static func find(_ id: AllocationID, on connection: any StorageConnection) throws -> Allocation? {
        try connection.first("SELECT * FROM allocations WHERE id = $1", [.text(id.text)]).map(allocation)
    }

    /// Whether any allocation was ever made at a site: from then on its jobs are paid for.
    static func isMetered(_ site: String, on connection: any StorageConnection) throws -> Bool {
        try connection.first("SELECT 1 AS one FROM allocations WHERE site = $1 LIMIT 1", [.text(site)]) != nil
    }

    /// The allocations at a site, the oldest first.
    static func at(site: String, on connection: any StorageConnection) throws -> [Allocation] {
        try connection.query("SELECT * FROM allocations WHERE site = $1 ORDER BY id", [.text(site)]).map(allocation)
    }

    /// The allocations of a project, the oldest first.
    static func of(project: String, on connection: any StorageConnection) throws -> [Allocation] {
        try connection.query("SELECT * FROM allocations WHERE project = $1 ORDER BY id", [.text(project)])
            .map(allocation)
    }

    /// The allocations of one project at one site, the oldest first.
    static func of(
        project: String,
        site: String,
        on connection: any StorageConnection
    ) throws -> [Allocation] {
        try connection.query(
            "SELECT * FROM allocations WHERE site = $1 AND project = $2 ORDER BY id",
            [.text(site), .text(project)]
        ).map(allocation)
    }

    /// Stops an allocation, or lets it be spent again; false when it was so already.
    static func setSuspended(
        _ isSuspended: Bool,
        _ id: AllocationID,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            "UPDATE allocations SET is_suspended = $2 WHERE id = $1 AND is_suspended <> $2",
            [.text(id.text), SQLValue(isSuspended)]
        ) > 0
    }

    static func allocation(_ row: Row) throws -> Allocation {
        let text = try row.text("id")
        guard let id = AllocationID(text) else { throw StoredValueError(table: "allocations", id: text) }
        return Allocation(
            id: id,
            project: try row.text("project"),
            site: try row.text("site"),
            account: try row.text("account"),
            startsAt: Timestamp(microseconds: try row.integer("starts_at")),
            endsAt: Timestamp(microseconds: try row.integer("ends_at")),
            isSuspended: try row.boolean("is_suspended"),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            balance: Balance(
                granted: try units(row, "granted"),
                available: try units(row, "available"),
                reserved: try units(row, "reserved"),
                used: try units(row, "used")
            )
        )
    }

    static func units(_ row: Row, _ column: String) throws -> ServiceUnits {
        ServiceUnits(thousandthNodeSeconds: try row.integer(column))
    }
}
