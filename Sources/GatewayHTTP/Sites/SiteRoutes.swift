internal import Documents
internal import Gateway
internal import Hummingbird

/// Sites and their health.
struct SiteRoutes: Sendable {
    private let sites: SiteService

    init(services: GatewayServices) { sites = services.sites }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/sites", .readSites, answer: list),
            Route(.get, "/api/v1/sites/{name}", .readSites, answer: show),
            Route(.post, "/api/v1/sites/{name}/check", .tendSites, style: .stream, answer: check),
            // A login waits for the site, and the site for a person.
            Route(.post, "/api/v1/sites/{name}/login", .tendSites, style: .stream, answer: beginLogin),
            Route(.post, "/api/v1/sites/{name}/login/{id}", .tendSites, style: .stream, answer: answerLogin),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.list(try await sites.list().map(Self.json))
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(Self.json(try await sites.site(context.parameters.get("name") ?? "")))
    }

    private func check(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(Self.json(try await sites.check(context.parameters.get("name") ?? "")))
    }

    static func json(_ report: SiteCheckReport) -> JSONValue {
        let checks = report.checks.map { check -> JSONValue in
            [
                "name": .string(check.name), "state": .string(check.state.rawValue), "detail": .string(check.detail),
                "cure": JobJSON.text(check.cure),
            ]
        }
        return ["site": .string(report.site), "ok": .boolean(report.isOK), "checks": .array(checks)]
    }

    private func beginLogin(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(
            Self.json(try await sites.beginLogin(context.parameters.get("name") ?? "", by: try context.authenticated))
        )
    }

    private func answerLogin(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 64 << 10)
        guard let answer = body.document.value["answer"]?.stringValue else {
            let fault = Fault(path: "/answer", message: "it is missing or no text", expected: "what the site asked for")
            throw Problem(kind: .invalidRequest, detail: "The body holds no answer.", faults: [fault])
        }
        let step = try await sites.answerLogin(
            answer,
            id: context.parameters.get("id") ?? "",
            site: context.parameters.get("name") ?? ""
        )
        return Answers.json(Self.json(step))
    }

    private static func json(_ step: LoginStep) -> JSONValue {
        switch step {
        case .question(let id, let text, let isEchoed):
            [
                "state": "asking", "id": .string(id),
                "question": ["text": .string(text), "echo": .boolean(isEchoed)],
            ]
        case .connected(let expiresAt): ["state": "connected", "expiresAt": JobJSON.moment(expiresAt)]
        }
    }

    private static func login(_ site: SiteStatus) -> JSONValue {
        guard let login = site.login else { return .null }
        return ["state": .string(login.state.rawValue), "expiresAt": JobJSON.moment(site.loginExpiresAt)]
    }

    private static func json(_ site: SiteStatus) -> JSONValue {
        [
            "name": .string(site.name), "kind": .string(site.kind), "state": .string(site.state.rawValue),
            "reason": JobJSON.text(site.reason), "since": JobJSON.moment(site.since),
            "observedAt": JobJSON.moment(site.observedAt),
            "partitions": .array(site.partitions.map { .string($0) }), "jobs": ["active": .integer(site.activeJobs)],
            "login": login(site), "identity": .string(site.identity.rawValue),
        ]
    }
}
