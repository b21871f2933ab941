internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// What the addresses in records lead to.
///
/// All of it is public.
struct ReferencePages: Sendable {
    let analyses: AnalysisService

    var routes: [Route] {
        ReferencePage.Subject.allCases.map { subject in
            Route(.get, "/\(subject.rawValue)", .readPublished) { _, _ in Self.html(ReferencePage(subject).bytes) }
        } + [
            Route(.get, "/sites/{name}", .readPublished, answer: site),
            Route(.get, "/templates/{name}/{version}", .readPublished, answer: template),
        ]
    }

    private func site(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Self.html(try analyses.page(ofSite: context.parameters.get("name") ?? ""))
    }

    /// The text of a template that a published analysis used.
    private func template(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let text = try await analyses.template(digest: context.parameters.get("version") ?? "")
        var answer = FixedBytes(text: text, type: "text/plain; charset=utf-8", name: nil)
        answer.caching = "public, max-age=31536000, immutable"
        return answer.answer(request)
    }

    private static func html(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: LandingPage.contentSecurityPolicy,
                .cacheControl: "public, max-age=3600",
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
