internal import Documents
internal import Gateway
internal import Hummingbird

/// What operators and their tools ask: health, metrics, and the API's own description.
struct HealthRoutes: Sendable {
    private let health: HealthService
    private let figures: FiguresService
    private let metrics: GatewayMetrics

    init(services: GatewayServices, metrics: GatewayMetrics) {
        health = services.health
        figures = services.figures
        self.metrics = metrics
    }

    var routes: [Route] {
        [
            Route(.get, "/health/live", .watchHealth, isAlwaysLetIn: true) { _, _ in Answers.json(["status": "ok"]) },
            Route(.get, "/health/ready", .watchHealth, isAlwaysLetIn: true, answer: ready),
            Route(.get, "/metrics", .readMetrics, isAlwaysLetIn: true, answer: exposition),
            Route(.get, "/openapi.json", .readDocuments, isAlwaysLetIn: true) { _, _ in
                Answers.text(OpenAPIDocument.text, type: "application/json")
            },
        ]
    }

    private func ready(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let checks = await health.ready()
        let isReady = checks.allSatisfy { $0.isHealthy || !$0.isNeeded }
        let list = checks.map { check -> JSONValue in
            ["name": .string(check.name), "ok": .boolean(check.isHealthy), "detail": .string(check.detail)]
        }
        return Answers.json(
            ["status": isReady ? "ok" : "unready", "checks": .array(list)],
            status: isReady ? .ok : .serviceUnavailable
        )
    }

    private func exposition(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var page = metrics.page()
        page.add(await figures.collect(), at: TimeKeeper.system.now())
        page.add(ProcessFigures.now())
        return Answers.text(page.text, type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
