internal import Storage

/// The table `job_folders`: what ended jobs left at their sites, and until when.
enum JobFolderStore {
    static func note(
        _ folder: String,
        of job: Job,
        account: String,
        size: Int64,
        removeAt: Timestamp?,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO job_folders (folder, job_id, site, account, size, remove_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (folder) DO UPDATE SET size = excluded.size, remove_at = excluded.remove_at
            """,
            [
                .text(folder), .text(job.id.text), .text(job.site), .text(account), .integer(size),
                JobRow.optional(removeAt),
            ]
        )
    }

    /// Folders whose time is over, the oldest first.
    static func due(
        at site: String,
        now: Timestamp,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [String] {
        try connection.query(
            "SELECT folder FROM job_folders WHERE site = $1 AND remove_at <= $2 ORDER BY remove_at, folder LIMIT $3",
            [.text(site), .integer(now.microseconds), .integer(Int64(limit))]
        ).map { try $0.text("folder") }
    }

    /// When the next folder's time is over; nil when none's will be.
    static func nextEnd(at site: String, on connection: any StorageConnection) throws -> Timestamp? {
        let row = try connection.first(
            "SELECT MIN(remove_at) AS moment FROM job_folders WHERE site = $1",
            [.text(site)]
        )
        return try row.flatMap { try JobRow.moment($0, "moment") }
    }

    static func forget(_ folders: some Sequence<String>, on connection: any StorageConnection) throws {
        for folder in folders {
            try connection.execute("DELETE FROM job_folders WHERE folder = $1", [.text(folder)])
        }
    }

    /// Number and bytes of folders by site and allocation.
    static func totals(
        on connection: any StorageConnection
    ) throws -> [(site: String, account: String, count: Int, bytes: Int64)] {
        try connection.query(
            """
            SELECT site, account, COUNT(*) AS number, CAST(SUM(size) AS BIGINT) AS bytes FROM job_folders
            GROUP BY site, account ORDER BY site, account
            """
        ).map {
            (
                try $0.text("site"), try $0.text("account"), Int(try $0.integer("number")), try $0.integer("bytes")
            )
        }
    }
}
