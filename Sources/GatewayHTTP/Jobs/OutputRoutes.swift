internal import Attestation
internal import Documents
internal import Gateway
internal import Hummingbird

/// The files of a job that were brought home.
struct OutputRoutes: Sendable {
    private let outputs: OutputService

    init(services: GatewayServices) { outputs = services.outputs }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/jobs/{id}/outputs", .readJob, answer: list),
            Route(.get, "/api/v1/jobs/{id}/outputs/**", .readJob, style: .stream, answer: download),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let id = try context.jobID
        return Answers.list(
            try await outputs.list(id).map { output in
                [
                    "path": .string(output.path), "size": .integer(output.size),
                    "digest": .string(output.digest.description), "mediaType": .string(output.mediaType),
                    "links": ["content": .string("/api/v1/jobs/\(id)/outputs/\(PathText.encode(output.path))")],
                ]
            }
        )
    }

    private func download(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let path = try PathText.rest(of: request.uri.path, after: 5)
        let output = try await outputs.output(try context.jobID, path: path)
        let download = ArtifactDownload(
            digest: output.digest,
            size: output.size,
            mediaType: output.mediaType,
            name: path
        )
        return try await download.answer(request) { [outputs] offset, length in
            try await outputs.read(output.digest, offset: offset, length: length)
        }
    }
}
