internal import Attestation
internal import Documents
internal import Slurm
internal import Storage

/// Takes a checked manifest in: chooses its site and renders its script.
///
/// Nothing is written and no site is asked.
package struct Admission: Sendable {
    let sites: SiteDirectory
    let templates: TemplateCatalog

    /// A manifest with everything decided that is decided before it is accepted.
    struct Admitted: Sendable {
        let manifest: JobManifest
        let site: String
        /// Whether the job runs as its owner there, and not as the gateway.
        let isPersonal: Bool
        let script: String
        let scriptDigest: SHA256Digest
        let templateDigest: String
        let templateText: String

        /// The job it becomes.
        func job(
            id: JobID,
            owner: String,
            stagedFirst: Bool,
            cache: JobCache?,
            at now: Timestamp
        ) -> Job {
            Job(
                id: id,
                manifestText: manifest.json.jsonText,
                name: manifest.name,
                site: site,
                lane: Lane(site: site, person: isPersonal ? owner : nil),
                keyOwner: OwnerWord.of(owner),
                template: manifest.effectiveTemplate,
                templateDigest: templateDigest,
                script: script,
                scriptDigest: scriptDigest.description,
                owner: owner,
                priority: manifest.priority,
                labels: manifest.labels,
                retries: manifest.retries,
                createdAt: now,
                arrayCount: manifest.array?.count,
                isStagedFirst: stagedFirst,
                state: .queued,
                reason: nil,
                attempt: 1,
                submission: .none,
                isStaged: false,
                cache: cache,
                firstTriedAt: nil,
                lastTriedAt: nil,
                slurm: nil,
                ending: nil,
                cancelRequestedAt: nil,
                tasks: [:],
                updatedAt: now,
                observedAt: nil,
                isInSight: false,
                finishedAt: nil,
                version: 1,
                eventCount: 1
            )
        }
    }

    /// Chooses the site by what the database knows of all.
    func place(_ manifest: JobManifest, on database: any Database) async throws -> SiteConfiguration {
        let configurations = sites.sites.map(\.configuration)
        if manifest.site != nil {
            return try place(manifest, configurations.map { .init(site: $0, record: nil, activeJobs: 0) })
        }
        let candidates = try await database.read { connection in
            try configurations.map { site in
                Placement.Candidate(
                    site: site,
                    record: try SiteStatusStore.find(site.name, on: connection),
                    activeJobs: try SiteStatusStore.activeJobs(site.name, on: connection)
                )
            }
        }
        return try place(manifest, candidates)
    }

    /// Admits by what is given alone.
    func admit(
        _ manifest: JobManifest,
        template text: String? = nil,
        among candidates: [Placement.Candidate]
    ) throws -> Admitted {
        try admit(manifest, template: text, at: try place(manifest, candidates))
    }

    /// Admits at a site; `text` is the template's where it is not today's file.
    func admit(_ manifest: JobManifest, template text: String? = nil, at site: SiteConfiguration) throws -> Admitted {
        try requireSense(of: manifest, at: site)
        let given = try text.map { try Self.template(manifest.effectiveTemplate, $0) }
        guard let template = try given ?? templates.find(manifest.effectiveTemplate) else {
            throw GatewayError(
                .invalidManifest,
                "The template does not exist.",
                faults: [
                    Fault(
                        path: "/template",
                        message: "there is no template '\(manifest.effectiveTemplate)'",
                        expected: "one of " + (try templates.names().joined(separator: ", "))
                    )
                ]
            )
        }
        let script = try ScriptRenderer.render(manifest, template: template, site: site)
        return Admitted(
            manifest: manifest,
            site: site.name,
            isPersonal: site.identity == .personal,
            script: script,
            scriptDigest: SHA256Digest(of: script.utf8),
            templateDigest: SHA256Digest(of: template.text.utf8).description,
            templateText: template.text
        )
    }

    /// What the kind of site can never do is refused before anybody is asked anything.
    private func requireSense(of manifest: JobManifest, at site: SiteConfiguration) throws {
        let faults = sites[site.name]?.faults(in: manifest) ?? []
        if faults.isEmpty { return }
        throw GatewayError(.invalidManifest, "The site '\(site.name)' cannot run this job.", faults: faults)
    }

    /// A template of before, held to the rules of today.
    private static func template(_ name: String, _ text: String) throws -> BatchTemplate {
        do {
            return try BatchTemplate(name: name, text: text)
        } catch {
            throw GatewayError(.conflict, "The template '\(name)' as it was then is not accepted any more: \(error)")
        }
    }

    private func place(_ manifest: JobManifest, _ candidates: [Placement.Candidate]) throws -> SiteConfiguration {
        let configurations = candidates.map(\.site)
        if let name = manifest.site {
            if let site = configurations.first(where: { $0.name == name }) { return site }
            throw Self.noSite("there is no site '\(name)'", configurations)
        }
        let free = candidates.filter { $0.site.isChosenByGateway && $0.site.identity == .community }
        if let site = Placement.choose(partition: manifest.resources.partition, among: free) { return site }
        throw Self.noSite("the gateway has no site to choose", configurations)
    }

    private static func noSite(_ message: String, _ sites: [SiteConfiguration]) -> GatewayError {
        let known =
            sites.isEmpty
            ? "a site in the gateway's configuration" : "one of " + sites.map(\.name).joined(separator: ", ")
        return GatewayError(
            .invalidManifest,
            "The job has no place to run.",
            faults: [Fault(path: "/site", message: message, expected: known)]
        )
    }
}

/// Chooses a site for a job that names none; a pure decision.
enum Placement {
    struct Candidate: Sendable {
        let site: SiteConfiguration
        let record: SiteRecord?
        let activeJobs: Int
    }

    /// A site that answers before one that does not, one that has the partition before one that has not, then the
    /// one with the fewest active jobs, then the order of the configuration.
    static func choose(partition: String?, among candidates: [Candidate]) -> SiteConfiguration? {
        candidates.enumerated().min { left, right in
            rank(left.element, partition, left.offset) < rank(right.element, partition, right.offset)
        }?.element.site
    }

    private static func rank(_ candidate: Candidate, _ partition: String?, _ order: Int) -> (Int, Int, Int, Int) {
        let partitions = candidate.record?.partitions ?? []
        let lacks = partition.map { !partitions.isEmpty && !partitions.contains($0) } ?? false
        let health = candidate.record.map { $0.state == .up ? 0 : $0.state == .unknown ? 1 : 2 } ?? 1
        return (lacks ? 1 : 0, health, candidate.activeJobs, order)
    }
}
