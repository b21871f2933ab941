internal import Storage

/// The table `job_folders`: what ended jobs left at their sites, and how long it stays; its column `site` holds lanes.
enum JobFolderStore {
    /// Until the end of time, as the table says it.
    private static let forever = Int64.max

    /// Notes every folder of a job that has ended.
    static func jobEnded(
        _ job: Job,
        account: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        // A job that was answered by a known result has no folder.
        guard job.cache?.status != .hit else { return }
        guard job.firstTriedAt != nil || job.attempt > 1 || job.isStagedFirst else { return }
        let manifest = job.manifest
        let keep: SQLValue =
            switch manifest?.folderRetention {
            case .forever?: .integer(forever)
            case .seconds(let seconds)?: .integer(Int64(seconds))
            case nil: .null
            }
        for attempt in 1...job.attempt {
            try connection.execute(
                """
                INSERT INTO job_folders (folder, job_id, site, account, size, ended_at, keep_seconds)
                VALUES ($1, $2, $3, $4, 0, $5, $6)
                ON CONFLICT (folder) DO UPDATE SET ended_at = excluded.ended_at, keep_seconds = excluded.keep_seconds
                """,
                [
                    .text(job.submissionKey(attempt: attempt)), .text(job.id.text), .text(job.lane.text),
                    .text(account), .integer(now.microseconds), keep,
                ]
            )
        }
    }

    /// Notes how much a folder takes on the site's disk.
    static func note(size: Int64, of folder: String, on connection: any StorageConnection) throws {
        try connection.execute("UPDATE job_folders SET size = $2 WHERE folder = $1", [.text(folder), .integer(size)])
    }

    /// Folders whose time is over, the oldest first.
    ///
    /// - Parameters:
    ///   - lane: where.
    ///   - standard: seconds a folder stays when its manifest does not say; nil for ever.
    ///   - now: the present moment.
    ///   - limit: the most.
    ///   - connection: a connection.
    /// - Returns: their names.
    /// - Throws: storage errors.
    static func due(
        at lane: Lane,
        standard: Int?,
        now: Timestamp,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [String] {
        try connection.query(
            """
            SELECT folder FROM job_folders
            WHERE site = $1 AND COALESCE(keep_seconds, $2) <= ($3 - ended_at) / 1000000
            ORDER BY ended_at, folder LIMIT $4
            """,
            [
                .text(lane.text), .integer(standard.map(Int64.init) ?? forever), .integer(now.microseconds),
                .integer(Int64(limit)),
            ]
        ).map { try $0.text("folder") }
    }

    static func forget(_ folders: some Sequence<String>, on connection: any StorageConnection) throws {
        for folder in folders {
            try connection.execute("DELETE FROM job_folders WHERE folder = $1", [.text(folder)])
        }
    }

    /// Number and bytes of folders by site and allocation.
    static func totals(
        on connection: any StorageConnection
    ) throws -> [(lane: Lane, account: String, count: Int, bytes: Int64)] {
        try connection.query(
            """
            SELECT site, account, COUNT(*) AS number, CAST(SUM(size) AS BIGINT) AS bytes FROM job_folders
            GROUP BY site, account ORDER BY site, account
            """
        ).map {
            (
                Lane(try $0.text("site")), try $0.text("account"), Int(try $0.integer("number")),
                try $0.integer("bytes")
            )
        }
    }
}
