internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// Running analyses and one's own jobs again.
struct ReplayRoutes: Sendable {
    let replays: ReplayService

    /// The largest body: words, no files.
    private static let largest = 256 << 10

    var routes: [Route] {
        [
            Route(.post, "/api/v1/analyses/{id}/replay", .replayAnalysis) { request, context in
                try await replay(.analysis(try context.recordID), request, context)
            },
            Route(.get, "/api/v1/analyses/{id}/replays", .readPublished, answer: list),
            Route(.post, "/api/v1/jobs/{id}/replay", .replayJob) { request, context in
                try await replay(.job(try context.jobID), request, context)
            },
            Route(.get, "/api/v1/jobs/{id}/replays", .readJob, answer: descent),
        ]
    }

    private func replay(
        _ origin: ReplayOrigin,
        _ request: Request,
        _ context: GatewayContext
    ) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.largest)
        let answer = try await replays.replay(
            origin,
            try ReplayChanges(body.document),
            bodyDigest: SHA256Digest(of: body.bytes),
            idempotencyKey: try IdempotencyKey.read(request),
            by: try context.someone
        )
        switch answer {
        case .report(let report): return Answers.json(["report": report.json, "job": .null])
        case .submitted(let job, let report):
            return Answers.json(
                ["report": report.json, "job": JobJSON.job(job)],
                status: .accepted,
                headers: [.location: "/api/v1/jobs/\(job.id)"]
            )
        }
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.list(try await replays.replays(of: try context.recordID).map { $0.json(isWhole: false) })
    }

    private func descent(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let descent = try await replays.descent(of: try context.jobID, for: try context.someone)
        return Answers.json([
            "replayOf": descent.origin.map { $0.json(isWhole: true) } ?? .null,
            "replays": .array(descent.replays.map { $0.json(isWhole: false) }),
        ])
    }
}
