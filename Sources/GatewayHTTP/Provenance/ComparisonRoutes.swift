internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// Two ended runs beside each other: as data, as a page, as pictures.
struct ComparisonRoutes: Sendable {
    let comparisons: ComparisonService

    private static let offered = ["application/json", "text/html"]

    var routes: [Route] {
        [
            Route(.get, "/api/v1/comparisons", .compareRuns, answer: compare),
            Route(.get, "/api/v1/comparisons/picture", .compareRuns, answer: picture),
        ]
    }

    private func compare(_ request: Request, _ context: GatewayContext) async throws -> Response {
        guard let type = Accept.choose(request, among: Self.offered, otherwise: "application/json") else {
            throw Problem(kind: .notAcceptable, detail: "This is \(Self.offered.joined(separator: " or ")).")
        }
        var query = try RequestQuery(request, known: ["left", "right"])
        let (left, right) = try Self.sides(&query)
        let found = try await comparisons.compare(left, right, for: try context.someone)
        guard type == "text/html" else { return Answers.json(found.json, headers: [.vary: "Accept"]) }
        let pictures = "/api/v1/comparisons/picture?left=\(found.left.id)&right=\(found.right.id)&file="
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .vary: "Accept",
                .contentSecurityPolicy: ComparisonPage.contentSecurityPolicy, .cacheControl: "private, no-cache",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: ComparisonPage(found, pictures: pictures).bytes))
        )
    }

    private func picture(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["left", "right", "file"])
        let (left, right) = try Self.sides(&query)
        let path = query.text("file") ?? ""
        switch try await comparisons.picture(of: path, left, right, for: try context.someone) {
        case .chart(let text):
            // A chart opened by itself runs nothing.
            return Answers.text(
                text,
                type: "image/svg+xml",
                headers: [.contentSecurityPolicy: "default-src 'none'; sandbox"]
            )
        case .map(let bytes):
            return Response(
                status: .ok,
                headers: [.contentType: "image/png"],
                body: .init(byteBuffer: ByteBuffer(bytes: bytes))
            )
        }
    }

    private static func sides(_ query: inout RequestQuery) throws -> (ReplayOrigin, ReplayOrigin) {
        let (left, right) = (side("left", &query), side("right", &query))
        try query.check()
        guard let left, let right else { throw Problem(kind: .invalidRequest, detail: "Name 'left' and 'right'.") }
        return (left, right)
    }

    private static func side(_ key: String, _ query: inout RequestQuery) -> ReplayOrigin? {
        let text = query.text(key) ?? ""
        if let job = JobID(text) { return .job(job) }
        if let record = RecordID(text) { return .analysis(record) }
        query.fault(key, "'\(text.prefix(60))' is neither", "the id of an analysis or of a job")
        return nil
    }
}
