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
                SiteStorage(
                    site: site.name,
                    cachedFiles: copies[site.name]?.count ?? 0,
                    cachedBytes: copies[site.name]?.bytes ?? 0,
                    quota: site.cache.quotaBytes,
                    folders: folders.filter { $0.site == site.name }.map {
                        SiteStorage.Folders(account: $0.account, count: $0.count, bytes: $0.bytes)
                    }
                )
            }
        }
    }
}
