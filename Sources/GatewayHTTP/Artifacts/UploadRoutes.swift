internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import ServiceLifecycle

/// Resumable uploads by tus 1.0.0: core, creation, expiration, termination and checksum.
struct UploadRoutes: Sendable {
    private let uploads: UploadService

    init(services: GatewayServices) { uploads = services.uploads }

    var routes: [Route] {
        let (all, one) = ("/api/v1/uploads", "/api/v1/uploads/{id}")
        return [
            Route(.options, all, .announceUploads, answer: tell),
            Route(.post, all, .startUpload, answer: versioned(create)),
            Route(.get, one, .useUpload, answer: versioned(show)),
            Route(.patch, one, .useUpload, style: .stream, answer: versioned(append)),
            Route(.delete, one, .useUpload, answer: versioned(remove)),
        ]
    }

    /// Every answer names the version, problems included.
    private func versioned(
        _ answer: @escaping @Sendable (Request, GatewayContext) async throws -> Response
    ) -> @Sendable (Request, GatewayContext) async throws -> Response {
        { request, context in
            do {
                var response = try await answer(request, context)
                response.headers[.tusResumable] = UploadFields.version
                return response
            } catch {
                guard var problem = Problem.from(error) else { throw error }
                problem.headers[.tusResumable] = UploadFields.version
                throw problem
            }
        }
    }

    private func tell(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Response(
            status: .noContent,
            headers: [
                .tusResumable: UploadFields.version, .tusVersion: UploadFields.version,
                .tusExtension: UploadFields.extensions, .tusMaxSize: String(uploads.limit),
                .tusChecksumAlgorithm: UploadFields.algorithms,
            ]
        )
    }

    private func create(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try UploadFields.requireVersion(request)
        let upload = try await uploads.create(try UploadFields.announcement(request), by: try context.authenticated)
        var headers = UploadFields.headers(upload)
        headers[.location] = "/api/v1/uploads/\(upload.id)"
        return Answers.json(ArtifactJSON.upload(upload), status: .created, headers: headers)
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let upload = try await uploads.find(try Self.id(context), for: try context.authenticated)
        return Answers.json(ArtifactJSON.upload(upload), headers: UploadFields.headers(upload))
    }

    private func append(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try UploadFields.requireVersion(request)
        guard request.headers[.contentType] == "application/offset+octet-stream" else {
            throw Problem(
                kind: .unsupportedMediaType,
                detail: "Send the bytes as application/offset+octet-stream.",
                headers: [.accept: "application/offset+octet-stream"]
            )
        }
        let upload = try await uploads.append(
            to: try Self.id(context),
            at: try UploadFields.bytes(.uploadOffset, request),
            checksum: try UploadFields.checksum(request),
            by: try context.authenticated,
            // When the gateway stops, what has come counts, and the client goes on with another one.
            request.body.map { Array($0.readableBytesView) }.cancelOnGracefulShutdown()
        )
        return Response(status: .noContent, headers: UploadFields.headers(upload))
    }

    private func remove(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await uploads.remove(try Self.id(context), by: try context.authenticated)
        return Response(status: .noContent)
    }

    private static func id(_ context: GatewayContext) throws -> UploadID {
        let text = context.parameters.get("id") ?? ""
        guard let id = UploadID(text) else {
            throw Problem(kind: .notFound, detail: "'\(text.prefix(64))' is not the id of an upload.")
        }
        return id
    }
}
