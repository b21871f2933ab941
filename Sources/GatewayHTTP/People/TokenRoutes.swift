internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// The gateway's own tokens: everybody's own; admins see and end anybody's.
struct TokenRoutes: Sendable {
    private let tokens: TokenService

    init(services: GatewayServices) { tokens = services.people.tokens }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/tokens", .listTokens, answer: list),
            Route(.post, "/api/v1/tokens", .manageTokens, answer: create),
            Route(.delete, "/api/v1/tokens/{id}", .manageTokens, answer: revoke),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let query = try RequestQuery(request, known: ["person"])
        let found = try await tokens.list(of: query.text("person"), for: try context.somebody())
        return Answers.list(found.map { .object(PeopleJSON.token($0)) })
    }

    private func create(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 16 << 10)
        return PeopleJSON.created(try await tokens.create(body.document, by: try context.somebody()))
    }

    private func revoke(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let query = try RequestQuery(request, known: ["person"])
        let text = context.parameters.get("id") ?? ""
        guard let id = TokenID(text) else {
            throw Problem(kind: .notFound, detail: "'\(text.prefix(60))' is no token; GET /api/v1/tokens lists them.")
        }
        try await tokens.revoke(id, of: query.text("person"), by: try context.somebody())
        return Response(status: .noContent)
    }
}
