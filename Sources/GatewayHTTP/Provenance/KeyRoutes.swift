internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// The life of the gateway's keys, for admins; their history is public (``LogTileRoutes``).
struct KeyRoutes: Sendable {
    let keys: KeyService
    let manifests: ManifestService

    var routes: [Route] {
        [
            Route(.post, "/api/v1/keys/rotate", .manageKeys, answer: rotate),
            Route(.post, "/api/v1/keys/{keyid}/revoke", .manageKeys, answer: revoke),
        ]
    }

    private func rotate(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 16 << 10)
        let key = try await keys.rotate(body.document, by: try context.someone)
        return Answers.json(shown(key), status: .created, headers: [.location: "/keys.json"])
    }

    private func revoke(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 16 << 10)
        let id = context.parameters.get("keyid") ?? ""
        return Answers.json(shown(try await keys.revoke(id, body.document, by: try context.someone)))
    }

    private func shown(_ key: SigningKey) -> JSONValue {
        KeyHistory.member(key, origin: manifests.log.origin, witness: manifests.witnessName)
    }
}
