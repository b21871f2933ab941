internal import Documents
internal import Gateway
internal import Hummingbird

/// Sites and their health.
struct SiteRoutes: Sendable {
    private let sites: SiteService

    init(services: GatewayServices) { sites = services.sites }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/sites", answer: list),
            Route(.get, "/api/v1/sites/{name}", answer: show),
            Route(.post, "/api/v1/sites/{name}/check", style: .stream, answer: check),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.list(try await sites.list().map(Self.json))
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(Self.json(try await sites.site(context.parameters.get("name") ?? "")))
    }

    private func check(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let report = try await sites.check(context.parameters.get("name") ?? "")
        let checks = report.checks.map { check -> JSONValue in
            [
                "name": .string(check.name), "state": .string(check.state.rawValue), "detail": .string(check.detail),
                "cure": JobJSON.text(check.cure),
            ]
        }
        return Answers.json(["site": .string(report.site), "ok": .boolean(report.isOK), "checks": .array(checks)])
    }

    private static func json(_ site: SiteStatus) -> JSONValue {
        [
            "name": .string(site.name), "kind": .string(site.kind), "state": .string(site.state.rawValue),
            "reason": JobJSON.text(site.reason), "since": JobJSON.moment(site.since),
            "observedAt": JobJSON.moment(site.observedAt),
            "partitions": .array(site.partitions.map { .string($0) }), "jobs": ["active": .integer(site.activeJobs)],
        ]
    }
}
