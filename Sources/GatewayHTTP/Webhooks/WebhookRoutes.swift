internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Webhooks: addresses that hear of the events of jobs.
struct WebhookRoutes: Sendable {
    private let webhooks: WebhookService

    init(services: GatewayServices) { webhooks = services.webhooks }

    var routes: [Route] {
        let one = "/api/v1/webhooks/{id}"
        return [
            Route(.get, "/api/v1/webhooks", .manageWebhooks, answer: list),
            Route(.post, "/api/v1/webhooks", .manageWebhooks, answer: create),
            Route(.get, one, .manageWebhooks, answer: show),
            Route(.delete, one, .manageWebhooks, answer: remove),
            Route(.get, one + "/deliveries", .manageWebhooks, answer: deliveries),
            Route(.post, one + "/test", .manageWebhooks, answer: test),
            Route(.post, one + "/resume", .manageWebhooks, answer: resume),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        return Answers.list(try await webhooks.list().map { .object(Self.members($0)) })
    }

    private func create(_ request: Request, _ context: GatewayContext) async throws -> Response {
        guard let person = context.person else { throw Problem(kind: .unauthenticated, detail: "Who are you?") }
        let body = try await ManifestBody.read(request, limit: 64 << 10)
        let new = try await webhooks.create(body.document, by: person)
        let members = Self.members(new.webhook).merging(["secret": .string(new.secret)]) { $1 }
        return Answers.json(
            .object(members),
            status: .created,
            headers: [.location: "/api/v1/webhooks/\(new.webhook.id)", .cacheControl: "no-store"]
        )
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(.object(Self.members(try await webhooks.webhook(try Self.id(context)))))
    }

    private func remove(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await webhooks.remove(try Self.id(context), by: try context.authenticated)
        return Response(status: .noContent)
    }

    private func deliveries(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let id = try Self.id(context)
        var query = try RequestQuery(request, known: ["limit", "state"])
        let limit = query.integer("limit", in: 1...1000) ?? 100
        let state = query.text("state").flatMap { WebhookDelivery.State(rawValue: $0) }
        if let text = query.text("state"), state == nil {
            let states = WebhookDelivery.State.allCases.map(\.rawValue).joined(separator: ", ")
            query.fault("state", "'\(text.prefix(40))' is no state", "one of \(states)")
        }
        try query.check()
        return Answers.list(try await webhooks.deliveries(of: id, state: state, limit: limit).map(Self.json))
    }

    private func test(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let trial = try await webhooks.test(try Self.id(context))
        return Answers.json([
            "delivered": .boolean(trial.isDelivered), "status": trial.status.map { .integer($0) } ?? .null,
            "error": JobJSON.text(trial.error),
        ])
    }

    private func resume(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(
            .object(Self.members(try await webhooks.resume(try Self.id(context), by: try context.authenticated)))
        )
    }

    private static func id(_ context: GatewayContext) throws -> WebhookID {
        let text = context.parameters.get("id") ?? ""
        if let id = WebhookID(text) { return id }
        throw Problem(kind: .notFound, detail: "'\(text.prefix(60))' is no webhook; GET /api/v1/webhooks lists them.")
    }

    private static func members(_ webhook: Webhook) -> [String: JSONValue] {
        let state = webhook.disabledReason != nil ? "disabled" : webhook.failures > 0 ? "failing" : "active"
        return [
            "id": .string(webhook.id.text), "url": .string(webhook.url),
            "events": .array(webhook.kinds.map { .string($0.rawValue) }), "description": .string(webhook.description),
            "owner": .string(webhook.owner), "createdAt": JobJSON.moment(webhook.createdAt), "state": .string(state),
            "reason": JobJSON.text(webhook.disabledReason ?? webhook.failure),
            "failingSince": JobJSON.moment(webhook.failingSince), "restsUntil": JobJSON.moment(webhook.restUntil),
            "waiting": .integer(webhook.waiting),
        ]
    }

    private static func json(_ delivery: WebhookDelivery) -> JSONValue {
        let isWaiting = delivery.state == .waiting
        return [
            "id": .string(delivery.message), "jobId": .string(delivery.job.text),
            "sequence": .integer(delivery.sequence), "type": .string(delivery.kind.rawValue),
            "state": .string(delivery.state.rawValue), "attempts": .integer(delivery.attempts),
            "createdAt": JobJSON.moment(delivery.createdAt), "lastAt": JobJSON.moment(delivery.lastAt),
            "nextAt": isWaiting ? JobJSON.moment(delivery.nextAt) : .null,
            "status": delivery.status.map { .integer($0) } ?? .null, "error": JobJSON.text(delivery.error),
        ]
    }
}
