internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// Every route of the API, subject by subject.
struct RouteTable: Sendable {
    let routes: [Route]
    let people: People
    let meter: RequestMeter
    let secureHeaders: SecureHeaders
    private let ownership: Ownership

    init(
        services: GatewayServices,
        provenance: ProvenanceWing,
        limits: Limits,
        protection: ProtectionPolicy = .standard,
        metrics: GatewayMetrics
    ) {
        people = services.people
        meter = RequestMeter(limits.rates, trusted: protection.trustedProxies)
        secureHeaders = SecureHeaders(isEncrypted: protection.transport != .plain)
        ownership = services.ownership.adding(.analysis) { [analyses = provenance.analyses] name, person in
            guard let record = RecordID(name) else { return .unreadable }
            return try await analyses.owner(of: record).map { $0 == person.name ? .own : .othersInPublic } ?? .notTheirs
        }
        let subjects: [[Route]] = [
            JobRoutes(services: services, limits: limits).routes,
            EventRoutes(services: services).routes,
            LogRoutes(services: services).routes,
            OutputRoutes(services: services).routes,
            ResultRoutes(services: services).routes,
            ArtifactRoutes(services: services).routes,
            UploadRoutes(services: services).routes,
            ManifestRoutes(manifests: provenance.manifests).routes,
            LogTileRoutes(manifests: provenance.manifests).routes,
            KeyRoutes(keys: provenance.keys, manifests: provenance.manifests).routes,
            WitnessRoutes(witness: provenance.witness).routes,
            AnalysisRoutes(analyses: provenance.analyses).routes,
            AnalysisPages(analyses: provenance.analyses, manifests: provenance.manifests).routes,
            ReferencePages(analyses: provenance.analyses).routes,
            ReplayRoutes(replays: provenance.replays).routes,
            ComparisonRoutes(comparisons: provenance.comparisons).routes,
            LineageRoutes(lineage: provenance.lineage).routes,
            CredentialRoutes(services: services).routes,
            SiteRoutes(services: services).routes,
            TemplateRoutes(services: services).routes,
            QueueRoutes(services: services).routes,
            WebhookRoutes(services: services).routes,
            PeopleRoutes(services: services).routes,
            TokenRoutes(services: services).routes,
            LoginRoutes(services: services).routes,
            ApprovalRoutes(services: services).routes,
            ProjectRoutes(services: services).routes,
            AllocationRoutes(services: services).routes,
            AuditRoutes(audit: services.audit).routes,
            ConsoleRoutes(services: services).routes,
            HealthRoutes(services: services, metrics: metrics).routes,
        ]
        routes = subjects.flatMap { $0 }
    }

    /// The router, with HEAD answered wherever GET is and 405 wherever only the method is wrong.
    func router(limits: Limits) -> Router<GatewayContext> {
        let turnstile = Turnstile(limits: limits)
        let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestGate(table: self))
        for route in routes {
            router.on(RouterPath(route.pattern), method: route.method) { request, context in
                context.route.text = route.pattern
                try meter.count(route.operation, request, context)
                guard !request.uri.path.contains("%00") else {
                    throw Problem(kind: .notFound, detail: "No name here holds the character U+0000.")
                }
                if !route.isPublic { _ = try context.somebody() }
                if let response = route.atOnce?(request, context) { return response }
                let object = Rights.of(route.operation).object.flatMap { context.parameters.get($0.parameter) }
                try await ownership.require(route.operation, on: object, of: context.person)
                let pass = route.isAlwaysLetIn ? nil : try turnstile.enter(route.style)
                switch route.style {
                case .stream:
                    let response = try await route.answer(request, context)
                    return pass.map(response.holding) ?? response
                case .bounded:
                    defer { withExtendedLifetime(pass) {} }
                    return try await Deadline.within(limits.requestTimeout) { try await route.answer(request, context) }
                }
            }
        }
        return router
    }

    /// What to say where no route answers: 405 where another method would.
    func missing(_ request: Request) -> Problem? {
        let matching = routes.filter { $0.matches(request.uri.path) }
        // `/queue/dead` is not one of `/queue/{id}`: the address with the fewest names for a part counts.
        let fewest = matching.map(\.placeholders).min() ?? 0
        let methods = Set(matching.filter { $0.placeholders == fewest }.map(\.method.rawValue))
        guard !methods.isEmpty, !methods.contains(request.method.rawValue) else { return nil }
        let all = methods.contains("GET") ? methods.union(["HEAD"]) : methods
        let allowed = all.sorted().joined(separator: ", ")
        return Problem(
            kind: .methodNotAllowed,
            detail: "Use \(allowed) here.",
            headers: [.allow: allowed]
        )
    }
}
