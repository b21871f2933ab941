internal import Documents
internal import Gateway
internal import Hummingbird

/// Batch script templates and schemas.
struct TemplateRoutes: Sendable {
    private let templates: TemplateCatalog

    init(services: GatewayServices) { templates = services.templates }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/templates", .readTemplates, answer: list),
            Route(.get, "/api/v1/templates/{name}", .readTemplates, answer: show),
            Route(.get, "/api/v1/schemas/job-manifest", .readDocuments) { _, _ in
                Answers.text(JobManifestSchema.text, type: "application/schema+json")
            },
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.list(
            try templates.list().map {
                ["name": .string($0.name), "summary": .string($0.summary), "digest": .string($0.digest)]
            }
        )
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let entry = try templates.template(context.parameters.get("name") ?? "")
        return Answers.text(entry.text, type: "text/plain; charset=utf-8", headers: [.eTag: "\"\(entry.digest)\""])
    }
}
