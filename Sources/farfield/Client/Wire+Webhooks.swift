import FoundationEssentials

/// The documents of webhooks.
extension Wire {
    /// The body of `POST /api/v1/webhooks`.
    struct WebhookWish: Encodable, Sendable {
        var url: String
        var events: [String]
        var description: String
    }

    /// One entry of `GET /api/v1/webhooks`.
    struct Webhook: Decodable, Sendable {
        var id: String
        var url: String
        var events: [String]
        var state: String
        var reason: String?
        var waiting: Int
        /// Told once, when it was made.
        var secret: String?
    }

    /// `POST /api/v1/webhooks/ID/test`.
    struct WebhookTrial: Decodable, Sendable {
        var delivered: Bool
        var status: Int?
        var error: String?
    }

    /// One entry of `GET /api/v1/webhooks/ID/deliveries`.
    struct Delivery: Decodable, Sendable {
        var id: String
        var type: String
        var state: String
        var attempts: Int
        var lastAt: Date?
        var nextAt: Date?
        var error: String?
    }
}
