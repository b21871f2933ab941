package import Documents
internal import Storage

/// A webhook as it was made: the only time its secret is told.
package struct NewWebhook: Sendable {
    /// The webhook.
    package let webhook: Webhook
    /// `whsec_…`, the key of its signatures.
    package let secret: String
}

/// What came of trying a webhook out.
package struct WebhookTrial: Sendable, Hashable {
    /// Whether the receiver took the message.
    package let isDelivered: Bool
    /// The HTTP status; nil when there was no answer.
    package let status: Int?
    /// Why it was not taken.
    package let error: String?
}

/// What people do with webhooks.
package struct WebhookService: Sendable {
    /// The most webhooks there may be: each event is written once for each.
    package static let most = 100

    let database: any Database
    let policy: WebhookPolicy
    let sender: WebhookSender
    let source: String
    let keeper: TimeKeeper

    /// Makes a webhook.
    ///
    /// - Parameters:
    ///   - document: what is wanted: `url`, `events`, `description`.
    ///   - person: who wants it.
    /// - Returns: the webhook with its secret.
    /// - Throws: ``GatewayError`` with every fault, `forbidden` for an address that is not allowed, or `conflict` when there are
    ///   too many.
    package func create(_ document: Document, by person: Person) async throws -> NewWebhook {
        let wish = try WebhookWish.read(document)
        try wish.requireAllowed(by: policy)
        var random = SystemRandomNumberGenerator()
        let secret = WebhookSecret(random: &random)
        let webhook = Webhook(
            id: WebhookID(at: keeper.now(), random: &random),
            url: wish.url,
            kinds: wish.kinds,
            description: wish.description,
            owner: person.name,
            createdAt: keeper.now()
        )
        try await database.transaction { connection in
            guard try WebhookStore.all(on: connection).count < Self.most else {
                throw GatewayError(.conflict, "There are \(Self.most) webhooks already; remove one first.")
            }
            try WebhookStore.insert(webhook, secret: secret, on: connection)
            try audit("webhook.created", webhook.id, by: person, on: connection)
        }
        return NewWebhook(webhook: webhook, secret: secret.text)
    }

    /// All webhooks, the oldest first.
    package func list() async throws -> [Webhook] {
        try await database.read { try WebhookStore.all(on: $0) }
    }

    /// One webhook.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func webhook(_ id: WebhookID) async throws -> Webhook {
        guard let webhook = try await database.read({ try WebhookStore.find(id, on: $0) }) else {
            throw Self.missing(id)
        }
        return webhook
    }

    /// Removes a webhook; what waits for it is not sent.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func remove(_ id: WebhookID, by person: Person) async throws {
        let isRemoved = try await database.transaction { connection in
            guard try WebhookStore.remove(id, on: connection) else { return false }
            try audit("webhook.removed", id, by: person, on: connection)
            return true
        }
        if !isRemoved { throw Self.missing(id) }
    }

    /// A webhook's messages, the latest first.
    ///
    /// - Parameters:
    ///   - id: the webhook.
    ///   - state: only those that are so far.
    ///   - limit: the most of them.
    /// - Returns: the messages.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func deliveries(
        of id: WebhookID,
        state: WebhookDelivery.State?,
        limit: Int
    ) async throws -> [WebhookDelivery] {
        _ = try await webhook(id)
        return try await database.read { connection in
            try WebhookDeliveryStore.list(of: id, state: state, limit: limit, on: connection)
        }
    }

    /// Makes a disabled webhook active again, and sends everything that was given up or waits.
    ///
    /// - Returns: the webhook as it stands then.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func resume(_ id: WebhookID, by person: Person) async throws -> Webhook {
        _ = try await webhook(id)
        let now = keeper.now()
        try await database.transaction { connection in
            try WebhookStore.resume(id, at: now, on: connection)
            try connection.signal(WebhookDeliveryStore.channel, "")
            try audit("webhook.resumed", id, by: person, on: connection)
        }
        return try await webhook(id)
    }

    private func audit(
        _ action: String,
        _ id: WebhookID,
        by person: Person,
        on connection: any StorageConnection
    ) throws {
        try AuditStore.append(
            AuditEntry(action, .init("webhook", id.text), by: person),
            at: keeper.now(),
            on: connection
        )
    }

    /// Sends a message of kind `dev.farfield.webhook.test` now, once.
    ///
    /// - Returns: what came of it.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func test(_ id: WebhookID) async throws -> WebhookTrial {
        let webhook = try await webhook(id)
        guard let secret = try await database.read({ try WebhookStore.secret(of: id, on: $0) }) else {
            throw Self.missing(id)
        }
        let now = keeper.now()
        var random = SystemRandomNumberGenerator()
        let message = "test_" + SortableID.make(at: now, random: &random)
        let body = CloudEvent.trial(of: webhook, id: message, source: source, at: now)
        let answer = try await sender.send(body, message: message, to: webhook.url, secret: secret, at: now)
        switch answer {
        case .taken(let status): return WebhookTrial(isDelivered: true, status: status, error: nil)
        case .refused(let status, let reason):
            return WebhookTrial(isDelivered: false, status: status, error: reason)
        case .away(let status, let reason, _): return WebhookTrial(isDelivered: false, status: status, error: reason)
        case .gone: return WebhookTrial(isDelivered: false, status: 410, error: "HTTP 410: the receiver is gone")
        }
    }

    private static func missing(_ id: WebhookID) -> GatewayError {
        GatewayError(.notFound, "There is no webhook \(id).")
    }
}
