internal import Storage

/// A site as people see it.
package struct SiteStatus: Sendable, Hashable {
    /// Its name in manifests.
    package let name: String
    /// What kind of place it is: `slurm` or `simulator`.
    package let kind: String
    /// Whether it answers.
    package let state: SiteState
    /// What is wrong.
    package let reason: String?
    /// Since when it is in this state.
    package let since: Timestamp?
    /// When somebody last looked.
    package let observedAt: Timestamp?
    /// Its partitions, as last seen.
    package let partitions: [String]
    /// Jobs that have not ended.
    package let activeJobs: Int
    /// How it stands with the login; nil where a key alone is enough.
    package let login: SiteLoginState?
    /// Until when the site lets the login live.
    package let loginExpiresAt: Timestamp?
    /// Whose account jobs run as there.
    package let identity: SiteIdentity
}

/// What was tried at a site.
package struct SiteCheckReport: Sendable, Hashable {
    /// Which site.
    package let site: String
    /// What was tried, in order.
    package let checks: [SiteCheck]
    /// Whether nothing failed.
    package var isOK: Bool { !checks.contains { $0.state == .failed } }

    /// A report.
    package init(site: String, checks: [SiteCheck]) {
        self.site = site
        self.checks = checks
    }
}

/// The sites of the configuration, by name.
package struct SiteDirectory: Sendable {
    /// All sites, in the order of the configuration.
    package let sites: [any Site]
    /// Where people have accounts of their own.
    let personal: PersonalWays?

    /// A directory.
    ///
    /// - Parameter sites: in the order of the configuration.
    package init(sites: [any Site]) { self.init(sites: sites, personal: nil) }

    init(sites: [any Site], personal: PersonalWays?) {
        self.sites = sites
        self.personal = personal
    }

    /// The site of that name, as it stands in the configuration; a job's work goes by its own way instead.
    package subscript(_ name: String) -> (any Site)? { sites.first { $0.configuration.name == name } }
}

/// What people ask of sites.
package struct SiteService: Sendable {
    let database: any Database
    let directory: SiteDirectory
    let desk: LoginDesk
    let keeper: TimeKeeper

    /// Every site.
    package func list() async throws -> [SiteStatus] {
        let sites = directory.sites.map { ($0.configuration, $0.login()) }
        let now = keeper.now()
        return try await database.read { connection in
            try sites.map { try Self.status($0.0, $0.1, now, on: connection) }
        }
    }

    /// One site.
    ///
    /// - Parameter name: its name.
    /// - Returns: the site.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func site(_ name: String) async throws -> SiteStatus {
        let site = try find(name)
        let (login, now) = (site.login(), keeper.now())
        return try await database.read { try Self.status(site.configuration, login, now, on: $0) }
    }

    /// Tries everything a job will need at a site.
    ///
    /// - Parameter name: its name.
    /// - Returns: what works and what does not.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func check(_ name: String) async throws -> SiteCheckReport {
        let site = try find(name)
        return SiteCheckReport(site: name, checks: await site.check())
    }

    func find(_ name: String) throws -> any Site {
        if let site = directory[name] { return site }
        let names = directory.sites.map(\.configuration.name).joined(separator: ", ")
        throw GatewayError(.notFound, "There is no site '\(name)'. Sites: \(names.isEmpty ? "none" : names).")
    }

    private static func status(
        _ site: SiteConfiguration,
        _ login: SiteLoginState?,
        _ now: Timestamp,
        on connection: any StorageConnection
    ) throws -> SiteStatus {
        let record = try SiteStatusStore.find(site.name, on: connection)
        return SiteStatus(
            name: site.name,
            kind: site.kind.rawValue,
            state: record?.state ?? .unknown,
            reason: login.flatMap { SiteLogins.advice($0, site: site.name) } ?? record?.reason
                ?? (record == nil ? "Nobody has looked yet." : nil),
            since: record?.since,
            observedAt: record?.observedAt,
            partitions: record?.partitions ?? [],
            activeJobs: try SiteStatusStore.activeJobs(site.name, on: connection),
            login: login,
            loginExpiresAt: login?.remaining.map { now + $0 },
            identity: site.identity
        )
    }
}
