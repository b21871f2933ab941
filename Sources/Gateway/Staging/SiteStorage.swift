internal import Storage

/// What the gateway's jobs take at a site.
package struct SiteStorage: Sendable, Hashable {
    /// Folders of ended jobs of an allocation.
    package struct Folders: Sendable, Hashable {
        /// The allocation.
        package let account: String
        /// How many.
        package let count: Int
        /// Bytes when they ended.
        package let bytes: Int64
    }

    /// The site.
    package let site: String
    /// Files in its cache.
    package let cachedFiles: Int
    /// Their bytes.
    package let cachedBytes: Int64
    /// The most bytes its cache may have; nil when there is no limit.
    package let quota: Int64?
    /// Folders of ended jobs that are still there, by allocation.
    package let folders: [Folders]
}

/// What people ask of storage at sites.
package struct SiteStorageService: Sendable {
    let database: any Database
    let directory: SiteDirectory

    /// What the gateway knows that its jobs take at each site.
    ///
    /// - Returns: a line for each configured site.
    /// - Throws: storage errors.
    package func usage() async throws -> [SiteStorage] {
        let sites = directory.sites.map(\.configuration)
        return try await database.read { connection in
            let copies = try SiteCopyStore.totals(on: connection)
            let folders = try JobFolderStore.totals(on: connection)
            return sites.map { site in
                let caches = copies.filter { $0.key.site == site.name }.values
                return SiteStorage(
                    site: site.name,
                    cachedFiles: caches.reduce(0) { $0 + $1.count },
                    cachedBytes: caches.reduce(0) { $0 + $1.bytes },
                    quota: site.cache.quotaBytes,
                    folders: Self.sums(folders.filter { $0.lane.site == site.name })
                )
            }
        }
    }

    /// One line for each allocation, of all accounts it is used through.
    private static func sums(
        _ folders: [(lane: Lane, account: String, count: Int, bytes: Int64)]
    ) -> [SiteStorage.Folders] {
        Dictionary(grouping: folders, by: \.account).sorted { $0.key < $1.key }.map { account, lines in
            SiteStorage.Folders(
                account: account,
                count: lines.reduce(0) { $0 + $1.count },
                bytes: lines.reduce(0) { $0 + $1.bytes }
            )
        }
    }
}
