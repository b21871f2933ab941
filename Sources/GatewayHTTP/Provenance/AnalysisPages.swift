internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// Published analyses as readers and crawlers see them: a page, and every document and file below it.
///
/// All of it is public.
struct AnalysisPages: Sendable {
    let analyses: AnalysisService
    let manifests: ManifestService

    var routes: [Route] {
        [
            Route(.get, "/analysis/{id}", .readPublished, answer: page),
            Route(.get, "/analysis/{id}/reproducibility-manifest", .readPublished, answer: manifest),
            Route(.get, "/analysis/{id}/**", .readPublished, style: .stream, answer: file),
        ]
    }

    /// The page; the crate or DataCite for programs that ask for them.
    private func page(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let offered = ["text/html", "application/ld+json", "application/vnd.datacite.datacite+json"]
        let record = try context.recordID
        switch Accept.choose(request, among: offered, otherwise: "text/html") {
        case "application/ld+json"?: return try await document("ro-crate-metadata.json", record, request, true)
        case "application/vnd.datacite.datacite+json"?:
            return try await document("datacite.json", record, request, true)
        case "text/html"?: break
        default: throw Problem(kind: .notAcceptable, detail: "This is \(offered.joined(separator: " or ")).")
        }
        let page = try await analyses.page(of: record)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .link: page.links, .vary: "Accept",
                .contentSecurityPolicy: LandingPage.contentSecurityPolicy, .cacheControl: "public, max-age=60",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: page.html))
        )
    }

    /// The manifest in the form that is asked for; the crate when none is.
    private func manifest(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var names: [String: String] = ["application/vnd.datacite.datacite+json": "datacite.json"]
        names["application/x-bibtex"] = "citation.bib"
        names["application/zip"] = "archive.zip"
        for form in ManifestForm.allCases { names[String(form.mediaType.prefix { $0 != ";" })] = form.fileName }
        guard let type = Accept.choose(request, among: names.keys.sorted(), otherwise: "application/ld+json"),
            let name = names[type]
        else {
            let list = names.keys.sorted().joined(separator: ", ")
            throw Problem(kind: .notAcceptable, detail: "The manifest is to be had as \(list).")
        }
        return try await document(name, try context.recordID, request, true)
    }

    private func file(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let path = try PathText.rest(of: request.uri.path, after: 2)
        let record = try context.recordID
        let isNewest = try CheckpointWish.isNewest(request)
        guard ManifestForm(fileName: path) == .proof, isNewest else {
            return try await document(path, record, request, false)
        }
        var answer = FixedBytes(
            text: try await manifests.newestProof(of: try await analyses.edition(of: record)),
            type: ManifestForm.proof.mediaType,
            name: path
        )
        answer.caching = "public, max-age=60"
        return answer.answer(request)
    }

    private func document(
        _ path: String,
        _ record: RecordID,
        _ request: Request,
        _ isNegotiated: Bool
    ) async throws -> Response {
        switch try await analyses.document(path, of: record) {
        case .fixed(let bytes, let type, let name)?:
            var answer = FixedBytes(bytes: bytes, type: type, name: name, isNegotiated: isNegotiated)
            answer.caching = "public, max-age=31536000, immutable"
            return answer.answer(request)
        case .present(let bytes, let type, let name)?:
            var answer = FixedBytes(bytes: bytes, type: type, name: name, isNegotiated: isNegotiated)
            answer.caching = "public, max-age=60"
            return answer.answer(request)
        case .artifact(let digest, let size, let type, let name)?:
            return try await ArtifactDownload(digest: digest, size: size, mediaType: type, name: name)
                .answer(request) { try await manifests.read(digest, offset: $0, length: $1) }
        case .archive(let bag)?:
            return BagAnswer(bag: bag, manifests: manifests, caching: "public, max-age=31536000, immutable").answer(
                request
            )
        case nil:
            throw Problem(
                kind: .notFound,
                detail: "The analysis \(record) has nothing of the name '\(path.prefix(200))'."
            )
        }
    }
}

extension HTTPField.Name {
    /// RFC 8288.
    fileprivate static var link: Self { Self("Link") ?? .via }
}
