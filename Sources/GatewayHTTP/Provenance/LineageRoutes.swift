internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// Reading across jobs and analyses: where files came from, how well analyses reproduce, reports.
struct LineageRoutes: Sendable {
    let lineage: LineageService

    /// What tools that write PROV-JSON say, though nobody registered it; `form=prov` asks for the same.
    private static let provenance = "application/provenance+json"

    var routes: [Route] {
        [
            Route(.get, "/api/v1/artifacts/{digest}/lineage", .traceArtifact, answer: show),
            Route(.get, "/api/v1/reproducibility", .readPublished, answer: figures),
            Route(.get, "/api/v1/export", .exportAnalyses, answer: export),
        ]
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["depth", "form"])
        let depth = query.integer("depth", in: 1...20) ?? 5
        let form = query.text("form")
        if let form, form != "prov", form != "graph" {
            query.fault("form", "'\(form.prefix(40))' is no form", "graph or prov")
        }
        try query.check()
        let offered = ["application/json", Self.provenance]
        guard let type = Accept.choose(request, among: offered, otherwise: "application/json") else {
            throw Problem(kind: .notAcceptable, detail: "This is \(offered.joined(separator: " or ")).")
        }
        let text = context.parameters.get("digest") ?? ""
        guard let digest = SHA256Digest(text) else {
            throw Problem(kind: .notFound, detail: "'\(text.prefix(80))' names no artifact: sha256: and 64 digits.")
        }
        let graph = try await lineage.lineage(of: digest, depth: depth, for: try context.someone)
        let isProvenance = form.map { $0 == "prov" } ?? (type == Self.provenance)
        return Answers.json(
            isProvenance ? lineage.provenance(graph) : graph.json,
            headers: [.vary: "Accept"],
            type: type
        )
    }

    private func figures(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["limit"])
        let limit = query.integer("limit", in: 1...500) ?? 20
        try query.check()
        return Answers.json(
            try await lineage.reproducibility().json(limit: limit),
            headers: [.cacheControl: "public, max-age=60"]
        )
    }

    private func export(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["format", "project", "year"])
        let year = query.integer("year", in: 1970...9999)
        let format = query.text("format") ?? "csv"
        if format != "csv", format != "jsonld" {
            query.fault("format", "'\(format.prefix(40))' is no format", "csv or jsonld")
        }
        let project = query.text("project")
        try query.check()
        let report = try await lineage.export(project: project, year: year, for: try context.someone)
        let disposition = PathText.disposition("analyses.\(format)")
        guard format == "csv" else {
            return Answers.json(
                report.jsonLD,
                headers: [.contentDisposition: disposition],
                type: "application/ld+json"
            )
        }
        return Answers.text(
            report.csv,
            type: "text/csv; charset=utf-8; header=present",
            headers: [.contentDisposition: disposition]
        )
    }
}
