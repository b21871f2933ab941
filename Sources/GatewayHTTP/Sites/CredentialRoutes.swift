internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// How people are let in at sites: each their own, never given back.
struct CredentialRoutes: Sendable {
    private let identities: IdentityService

    init(services: GatewayServices) { identities = services.identities }

    var routes: [Route] {
        let own = "/api/v1/sites/{name}/credential"
        return [
            Route(.get, own, .readCredential, answer: show),
            Route(.put, own, .changeCredential, answer: set),
            Route(.delete, own, .changeCredential, answer: remove),
            // A check connects, and waits for the site.
            Route(.post, own + "/check", .changeCredential, style: .stream, answer: check),
            Route(.get, "/api/v1/sites/{name}/credentials", .tendCredentials, answer: list),
            Route(.delete, "/api/v1/sites/{name}/credentials/{person}", .tendCredentials, answer: revoke),
        ]
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let credential = try await identities.credential(at: Self.site(context), of: try Self.person(context))
        return Answers.json(.object(Self.members(credential)))
    }

    private func set(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 64 << 10)
        let credential = try await identities.set(
            body.document,
            at: Self.site(context),
            by: try Self.person(context)
        )
        return Answers.json(.object(Self.members(credential)), headers: [.cacheControl: "no-store"])
    }

    private func remove(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let person = try Self.person(context)
        try await identities.revoke(at: Self.site(context), of: person.name, by: person)
        return Response(status: .noContent)
    }

    private func check(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(SiteRoutes.json(try await identities.check(at: Self.site(context), of: try Self.person(context))))
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.list(
            try await identities.list(at: Self.site(context)).map { credential in
                .object(Self.members(credential).merging(["person": JobJSON.text(credential.lane.person)]) { $1 })
            }
        )
    }

    private func revoke(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let owner = context.parameters.get("person") ?? ""
        try await identities.revoke(at: Self.site(context), of: owner, by: try Self.person(context))
        return Response(status: .noContent)
    }

    private static func site(_ context: GatewayContext) -> String { context.parameters.get("name") ?? "" }

    private static func person(_ context: GatewayContext) throws -> Person {
        guard let person = context.person else { throw Problem(kind: .unauthenticated, detail: "Who are you?") }
        return person
    }

    /// Everything but the secret, which no service gives.
    private static func members(_ credential: SiteCredential) -> [String: JSONValue] {
        [
            "id": .string(credential.id.text), "site": .string(credential.lane.site),
            "account": .string(credential.account), "kind": .string(credential.kind.rawValue),
            "algorithm": .string(credential.algorithm), "fingerprint": .string(credential.fingerprint),
            "validAfter": JobJSON.moment(credential.validAfter), "validBefore": JobJSON.moment(credential.validBefore),
            "createdAt": JobJSON.moment(credential.createdAt), "lastUsedAt": JobJSON.moment(credential.lastUsedAt),
        ]
    }
}
