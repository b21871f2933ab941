/// The name of a webhook: `webhook_` and 26 characters that sort by time of birth.
package struct WebhookID: Sendable, Hashable, CustomStringConvertible {
    private static let prefix = "webhook_"

    /// The whole text, prefix included.
    package let text: String

    package var description: String { text }

    /// A new name.
    init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        text = Self.prefix + SortableID.make(at: now, random: &random)
    }

    /// Reads a name; nil when it is none.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), SortableID.isValid(text.dropFirst(Self.prefix.count)) else { return nil }
        self.text = text
    }
}

/// An address that hears of the events of jobs.
package struct Webhook: Sendable, Hashable {
    /// Its name.
    package let id: WebhookID
    /// Where events are sent, `https` or `http`.
    package let url: String
    /// Which kinds of events; all when empty.
    package let kinds: [JobEvent.Kind]
    /// What it is for, in its owner's words.
    package let description: String
    /// Who made it.
    package let owner: String
    /// When it was made.
    package let createdAt: Timestamp
    /// Why nothing is sent to it any more; nil while it is active.
    package var disabledReason: String?
    /// How often in a row the receiver could not be reached.
    package var failures = 0
    /// Since when the receiver cannot be reached.
    package var failingSince: Timestamp?
    /// Why, the last time.
    package var failure: String?
    /// Until when the receiver is left alone.
    package var restUntil: Timestamp?
    /// How many events wait to be sent.
    package var waiting = 0

    /// Whether it hears of a kind of events.
    func hears(_ kind: JobEvent.Kind) -> Bool { kinds.isEmpty || kinds.contains(kind) }
}

/// One event on its way to one webhook.
package struct WebhookDelivery: Sendable, Hashable {
    /// How far it is.
    package enum State: String, Sendable, CaseIterable {
        /// It is to be sent, for the first time or again.
        case waiting
        /// The receiver has taken it.
        case delivered
        /// It was given up.
        case failed
    }

    /// Whose event.
    package let job: JobID
    /// Which event of the job.
    package let sequence: Int
    /// What kind of event.
    package let kind: JobEvent.Kind
    /// How far it is.
    package let state: State
    /// How often it was sent.
    package let attempts: Int
    /// When the event happened.
    package let createdAt: Timestamp
    /// Not sent before.
    package let nextAt: Timestamp
    /// When it was last sent.
    package let lastAt: Timestamp?
    /// The HTTP status of the last answer; nil when there was none.
    package let status: Int?
    /// Why it was not taken, the last time.
    package let error: String?

    /// What receivers know the message by, the same in every attempt (`webhook-id`, and `id` of the CloudEvent).
    package var message: String { "\(job.text)-\(sequence)" }
}
