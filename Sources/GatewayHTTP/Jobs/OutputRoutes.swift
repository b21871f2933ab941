internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// The files of a job that were brought home.
struct OutputRoutes: Sendable {
    private let outputs: OutputService

    init(services: GatewayServices) { outputs = services.outputs }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/jobs/{id}/outputs", answer: list),
            Route(.get, "/api/v1/jobs/{id}/outputs/**", style: .stream, answer: download),
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
        let tag = "\"\(output.digest)\""
        var headers: HTTPFields = [
            .contentType: output.mediaType, .eTag: tag, .acceptRanges: "bytes",
            .contentDisposition: PathText.disposition(path), .cacheControl: "private, no-cache",
        ]
        if request.headers[.ifNoneMatch]?.contains(tag) == true {
            return Response(status: .notModified, headers: headers)
        }
        var bounds = 0..<output.size
        var status = HTTPResponse.Status.ok
        if let range = request.headers[.range].flatMap(ByteRange.init) {
            guard let part = range.bounds(size: output.size) else {
                throw Problem(
                    kind: .rangeNotSatisfiable,
                    detail: "The file has \(output.size) bytes.",
                    headers: [.contentRange: "bytes */\(output.size)"]
                )
            }
            (bounds, status) = (part, .partialContent)
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(output.size)"
        }
        headers[.contentLength] = String(bounds.upperBound - bounds.lowerBound)
        // Once the head is on its way nothing can be taken back: whether the file is there is found out before.
        _ = try await outputs.read(output.digest, offset: bounds.lowerBound, length: 1)
        let pieces = Pieces(bounds: bounds, piece: 256 << 10) { [outputs] offset, length in
            try await outputs.read(output.digest, offset: offset, length: length)
        }
        return Answers.stream(pieces.stream, headers: headers, status: status) { $0 }
    }
}
