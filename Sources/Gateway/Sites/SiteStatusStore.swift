internal import Storage

/// What is known of a site's health: one row of the table `site_status`.
package struct SiteRecord: Sendable, Hashable {
    /// Whether it answers.
    package let state: SiteState
    /// What is wrong.
    package let reason: String?
    /// When it came into this state.
    package let since: Timestamp
    /// When somebody last looked.
    package let observedAt: Timestamp
    /// Its partitions, as last seen.
    package let partitions: [String]
}

/// The table `site_status`.
package enum SiteStatusStore {
    /// Records what was seen through a lane.
    ///
    /// Of a person's own, it is told of the site as well when it says something for everybody: that it answers, or that
    /// its login node cannot be reached. One person's bad key is nobody else's concern.
    static func record(
        _ health: SiteHealth,
        partitions: [String]?,
        lane: Lane,
        lookedAt: Timestamp? = nil,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try record(health, partitions: partitions, name: lane.text, lookedAt: lookedAt, at: now, on: connection)
        guard lane.person != nil, health.state == .up || health.concernsHost else { return }
        try record(health, partitions: partitions, name: lane.site, lookedAt: lookedAt, at: now, on: connection)
    }

    private static func record(
        _ health: SiteHealth,
        partitions: [String]?,
        name: String,
        lookedAt: Timestamp?,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        let before = try find(name, on: connection)
        let since = before?.state == health.state ? before?.since ?? now : now
        let partitions = partitions ?? before?.partitions ?? []
        try connection.execute(
            """
            INSERT INTO site_status (name, state, reason, since, observed_at, partitions, looked_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (name) DO UPDATE SET state = excluded.state, reason = excluded.reason, since = excluded.since,
                observed_at = excluded.observed_at, partitions = excluded.partitions,
                looked_at = COALESCE(excluded.looked_at, site_status.looked_at)
            """,
            [
                .text(name), .text(health.state.rawValue), SQLValue(health.reason), .integer(since.microseconds),
                .integer(now.microseconds), .text(partitions.joined(separator: ",")),
                SQLValue(lookedAt?.microseconds),
            ]
        )
    }

    static func find(_ site: String, on connection: any StorageConnection) throws -> SiteRecord? {
        try connection.first("SELECT * FROM site_status WHERE name = $1", [.text(site)]).map { row in
            SiteRecord(
                state: SiteState(rawValue: try row.text("state")) ?? .unknown,
                reason: try row.optionalText("reason"),
                since: Timestamp(microseconds: try row.integer("since")),
                observedAt: Timestamp(microseconds: try row.integer("observed_at")),
                partitions: try row.text("partitions").split(separator: ",").map(String.init)
            )
        }
    }

    static func activeJobs(_ site: String, on connection: any StorageConnection) throws -> Int {
        let row = try connection.first(
            "SELECT COUNT(*) AS number FROM jobs WHERE site = $1 AND finished_at IS NULL",
            [.text(site)]
        )
        return try row?.integer("number") ?? 0
    }
}
