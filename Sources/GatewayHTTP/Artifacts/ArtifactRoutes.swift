internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Artifacts by their digests: reading, listing, giving, letting go, and what they take.
struct ArtifactRoutes: Sendable {
    private let artifacts: ArtifactService
    private let garbage: GarbageCollector

    init(services: GatewayServices) {
        artifacts = services.artifacts
        garbage = services.garbage
    }

    var routes: [Route] {
        let one = "/api/v1/artifacts/{digest}"
        return [
            Route(.get, "/api/v1/artifacts", .listArtifacts, answer: list),
            Route(.post, "/api/v1/artifacts", .giveArtifact, style: .stream, answer: receive),
            Route(.get, one, .readArtifact, style: .stream, answer: download),
            Route(.delete, one, .releaseArtifact, answer: release),
            Route(.get, one + "/metadata", .readArtifact, answer: show),
            Route(.post, "/api/v1/artifacts/gc", .collectGarbage, style: .stream, answer: collect),
            Route(.get, "/api/v1/storage", .readUsage, answer: usage),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["account", "kind", "limit", "cursor"])
        let limit = query.integer("limit", in: 1...200) ?? 50
        let kind = query.text("kind").flatMap { ArtifactReference.Kind(rawValue: $0) }
        if let text = query.text("kind"), kind == nil {
            let kinds = ArtifactReference.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            query.fault("kind", "'\(text.prefix(40))' is no kind of reference", "one of \(kinds)")
        }
        try query.check()
        let page = try await artifacts.list(
            ArtifactQuery(account: query.text("account"), kind: kind, limit: limit, cursor: query.text("cursor")),
            for: try context.authenticated
        )
        return Answers.list(page.items.map(ArtifactJSON.artifact), next: page.next)
    }

    private func download(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["name"])
        var words = UploadWords()
        let name = words.name(query.text("name"), "name")
        for fault in words.faults { query.fault(fault.name, fault.message, fault.expected) }
        try query.check()
        let digest = try context.digest
        let found = try await artifacts.artifact(digest, for: try context.authenticated)
        let download = ArtifactDownload(
            digest: digest,
            size: found.record.artifact.size,
            mediaType: name.map { MediaType.of(path: $0) } ?? "application/octet-stream",
            name: name ?? digest.hexadecimal
        )
        return try await download.answer(request) { [artifacts] offset, length in
            try await artifacts.read(digest, offset: offset, length: length)
        }
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(
            ArtifactJSON.artifact(try await artifacts.artifact(try context.digest, for: try context.authenticated))
        )
    }

    private func receive(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["account", "retention", "name"])
        var words = UploadWords()
        let announcement = UploadAnnouncement(
            length: request.headers[.contentLength].flatMap { Int64($0) } ?? -1,
            name: words.name(query.text("name"), "name"),
            account: words.account(query.text("account"), "account"),
            digest: try DigestField.read(request),
            retention: words.retention(query.text("retention"), "retention")
        )
        for fault in words.faults { query.fault(fault.name, fault.message, fault.expected) }
        try query.check()
        let kept = try await artifacts.receive(
            request.body.map { Array($0.readableBytesView) },
            announcement,
            by: try context.authenticated
        )
        return Answers.json(
            ArtifactJSON.stored(kept),
            status: .created,
            headers: [.location: "/api/v1/artifacts/\(kept.digest)", .reprDigest: DigestField.text(kept.digest)]
        )
    }

    private func release(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await artifacts.release(try context.digest, by: try context.authenticated)
        return Response(status: .noContent)
    }

    private func collect(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let isDryRun = try await GarbageWish.read(request).isDryRun
        let plan = isDryRun ? try await garbage.plan() : try await garbage.collect(by: try context.authenticated)
        return Answers.json(ArtifactJSON.garbage(plan, isDryRun: isDryRun))
    }

    private func usage(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        return Answers.list(try await artifacts.usage(for: try context.authenticated).map(ArtifactJSON.usage))
    }
}

/// The body of a request for a collection: `{"dryRun": false}`; without one nothing is removed.
private struct GarbageWish {
    var isDryRun = true

    static func read(_ request: Request) async throws -> GarbageWish {
        var wish = GarbageWish()
        guard request.headers[.contentType] != nil else { return wish }
        let body = try await ManifestBody.read(request, limit: 4096)
        let collector = FaultCollector(lines: body.document.lines)
        let object = Field(body.document.value, collector: collector).object(known: ["dryRun"])
        if let field = object?["dryRun"] { wish.isDryRun = field.boolean() ?? true }
        guard collector.faults.isEmpty else {
            throw Problem(kind: .invalidRequest, detail: "The body has faults.", faults: collector.faults)
        }
        return wish
    }
}

extension GatewayContext {
    /// The artifact in the path.
    var digest: SHA256Digest {
        get throws {
            // The colon may come percent-encoded.
            let text = try PathText.rest(of: "/" + (parameters.get("digest") ?? ""), after: 0)
            guard let digest = SHA256Digest(text) else {
                let fault = Fault(
                    path: "/path/digest",
                    message: "'\(text.prefix(80))' is not the digest of an artifact",
                    expected: "sha256: and 64 lower-case hexadecimal digits"
                )
                throw Problem(kind: .invalidRequest, detail: "The address names no artifact.", faults: [fault])
            }
            return digest
        }
    }
}
