internal import Logging
internal import Storage

extension SiteDirectory {
    /// The sites of a configuration, and the ways of people to them.
    init(_ configuration: GatewayConfiguration, _ makers: [SiteMaker], _ ground: SiteGround) {
        let ways = PersonalWays(
            database: ground.database,
            ring: SecretRing(policy: configuration.secrets),
            keeper: ground.keeper,
            logger: ground.logger
        )
        let sites = configuration.sites.map { site in
            if site.kind == .slurm { return SiteFactory.site(site, logger: ground.logger) }
            return makers.first { $0.kind == site.kind }?.make(site, ground)
                ?? UnenteredSite(
                    configuration: site,
                    reason: "Nobody here makes sites of kind '\(site.kind.rawValue)'."
                )
        }
        self.init(sites: sites, personal: ways)
    }

    /// The way of a job to its site: as the gateway, or as its owner and nobody else.
    ///
    /// The only place from which a job's work reaches a site.
    ///
    /// - Parameter job: the job.
    /// - Returns: the way; nil when the site is not in the configuration.
    /// - Throws: ``SiteFailure`` that says why nobody is let in there for it; storage errors.
    func way(of job: Job) async throws -> (any Site)? {
        guard job.lane.site == job.site, job.lane.person == nil || job.lane.person == job.owner else {
            throw SiteFailure(reason: "The job's row names somebody else's account.", isTransient: false)
        }
        return try await way(job.lane)
    }

    /// The way of a lane to its site.
    ///
    /// - Parameter lane: the gateway's own, or a person's.
    /// - Returns: the way; nil when the site is not in the configuration.
    /// - Throws: ``SiteFailure``, storage errors.
    func way(_ lane: Lane) async throws -> (any Site)? {
        guard let site = self[lane.site] else { return nil }
        switch (site.configuration.identity, lane.person) {
        case (.community, nil): return site
        case (.personal, .some):
            guard let personal else { return nil }
            return try await personal.way(lane, site.configuration)
        case (.community, .some):
            throw SiteFailure(
                reason: "The job runs as its owner, and '\(lane.site)' is configured with one account for all now.",
                isTransient: true
            )
        case (.personal, nil):
            throw SiteFailure(
                reason: "The job runs as the gateway, and '\(lane.site)' is configured with personal accounts now.",
                isTransient: true
            )
        }
    }
}
