internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Inputs, recipes, and what known results saved.
struct ResultRoutes: Sendable {
    private let results: ResultService
    private let storage: SiteStorageService

    init(services: GatewayServices) { (results, storage) = (services.results, services.siteStorage) }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/jobs/{id}/inputs", .readJob, answer: inputs),
            Route(.get, "/api/v1/jobs/{id}/recipe", .readJob, answer: recipe),
            Route(.get, "/api/v1/cache", .readFigures, answer: figures),
            Route(.get, "/api/v1/storage/sites", .readSiteUsage, answer: sites),
        ]
    }

    private func inputs(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.list(
            try await results.inputs(of: try context.jobID).map { input in
                [
                    "path": .string(input.path), "source": .string(input.source), "kind": .string(input.kind.rawValue),
                    "digest": .string(input.digest.description), "size": .integer(input.size),
                ]
            }
        )
    }

    private func recipe(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(try await results.recipe(of: try context.jobID))
    }

    private func sites(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.list(
            try await storage.usage().map { line in
                [
                    "site": .string(line.site),
                    "cache": [
                        "files": .integer(line.cachedFiles), "bytes": .integer(line.cachedBytes),
                        "quota": line.quota.map { .integer($0) } ?? .null,
                    ],
                    "folders": .array(
                        line.folders.map {
                            ["account": .string($0.account), "count": .integer($0.count), "bytes": .integer($0.bytes)]
                        }
                    ),
                ]
            }
        )
    }

    private func figures(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["days"])
        let days = query.integer("days", in: 1...36_500)
        try query.check()
        let found = try await results.figures(days: days)
        return Answers.json([
            "since": .string(found.since.iso8601),
            "lookups": .object(found.lookups.mapValues { .integer($0) }),
            "hitRate": found.hitRate.map { .number("\($0)") } ?? .null,
            "saved": [
                "seconds": .integer(found.savedSeconds), "cpuSeconds": .integer(found.savedCPUSeconds),
                "bytes": .integer(found.savedBytes),
            ],
            "results": .integer(found.results), "resultBytes": .integer(found.resultBytes),
        ])
    }
}
