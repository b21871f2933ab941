internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// The log as static files (C2SP tlog-tiles), and the keys that sign; public, as the log is.
struct LogTileRoutes: Sendable {
    let manifests: ManifestService

    var routes: [Route] {
        [
            Route(.get, "/log/checkpoint", .readPublished, answer: checkpoint),
            Route(.get, "/log/tile/**", .readPublished, answer: tile),
            Route(.get, "/keys.json", .readPublished, answer: keys),
            Route(.get, "/.well-known/farfield-keys.json", .readPublished, answer: keys),
        ]
    }

    private func checkpoint(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.text(
            try await manifests.checkpoint(),
            type: "text/plain; charset=utf-8",
            headers: [.cacheControl: "public, max-age=5"]
        )
    }

    private func tile(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let rest = context.parameters.getCatchAll().joined(separator: "/")
        guard let path = TilePath(text: "tile/\(rest)") else {
            throw Problem(kind: .notFound, detail: "That is no path of a tile (C2SP tlog-tiles).")
        }
        var answer = FixedBytes(bytes: try await manifests.tile(path), type: "application/octet-stream", name: nil)
        answer.caching = "public, max-age=31536000, immutable"
        return answer.answer(request)
    }

    private func keys(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let history = try await manifests.keyHistory()
        return Answers.json(
            KeyHistory.json(history, origin: manifests.log.origin, witness: manifests.witnessName),
            headers: [.cacheControl: "public, max-age=300"]
        )
    }
}
