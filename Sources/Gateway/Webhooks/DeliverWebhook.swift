internal import CurlClient
internal import Logging
internal import Metrics
internal import Storage
internal import TaskQueue

/// Sends what waits for one webhook, one message after another, the oldest first; key: the webhook.
///
/// A message may be sent twice (the process can die between the answer and the note of it); it bears the same
/// `webhook-id` then. A receiver that is away keeps its messages waiting in order; one that refuses a message gets the
/// next one meanwhile.
struct DeliverWebhook: TaskHandler {
    let kind = TaskKind.deliverWebhook
    let concurrency = 16

    let database: any Database
    let queue: TaskStore
    let sender: WebhookSender
    let source: String
    let keeper: TimeKeeper
    let logger: Logger
    /// A number from 0 up to 1, for the pauses.
    let random: @Sendable () -> Double

    /// So many messages are sent by one run, well within its time.
    private static let mostMessages = 10

    private struct Work: Sendable {
        let webhook: Webhook
        let secret: WebhookSecret
        let delivery: WebhookDelivery
        let body: String
    }

    private enum Step: Sendable {
        case send(Work)
        case wait(Duration)
        case nothing
    }

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let id = task.key.flatMap(WebhookID.init) else { return .dead(reason: "the key is no webhook") }
        for _ in 0..<Self.mostMessages {
            let now = keeper.now()
            switch try await database.read({ try step(id, at: now, on: $0) }) {
            case .nothing:
                try await forget(id, task)
                return .done
            case .wait(let pause): return .again(after: pause)
            case .send(let work): try await deliver(work, task)
            }
        }
        return .again(after: .zero)
    }

    private func step(_ id: WebhookID, at now: Timestamp, on connection: any StorageConnection) throws -> Step {
        guard let webhook = try WebhookStore.find(id, on: connection), webhook.disabledReason == nil,
            let secret = try WebhookStore.secret(of: id, on: connection)
        else { return .nothing }
        if let rest = webhook.restUntil, rest > now { return .wait(rest - now) }
        if let (delivery, body) = try WebhookDeliveryStore.next(of: id, at: now, source: source, on: connection) {
            return .send(Work(webhook: webhook, secret: secret, delivery: delivery, body: body))
        }
        let next = try WebhookDeliveryStore.nextTime(of: id, on: connection)
        return next.map { .wait(max($0 - now, .milliseconds(1))) } ?? .nothing
    }

    private func deliver(_ work: Work, _ task: LeasedTask) async throws {
        let answer = try await sender.send(
            work.body,
            message: work.delivery.message,
            to: work.webhook.url,
            secret: work.secret,
            at: keeper.now()
        )
        let verdict = WebhookVerdict(answer, on: work.delivery, of: work.webhook, at: keeper.now(), random: random())
        try await database.transaction { connection in
            try verdict.write(on: connection)
            try queue.requireLease(task, on: connection)
        }
        Counter(label: "webhook_deliveries_total", dimensions: [("result", verdict.result)]).increment()
        guard let reason = verdict.disabledReason else { return }
        logger.warning(
            "a webhook was disabled",
            metadata: ["webhook.id": "\(work.webhook.id)", "reason": "\(reason)"]
        )
    }

    private func forget(_ id: WebhookID, _ task: LeasedTask) async throws {
        let now = keeper.now()
        try await database.transaction { connection in
            try WebhookDeliveryStore.forget(
                of: id,
                deliveredBefore: now + (.zero - WebhookPauses.deliveredMemory),
                failedBefore: now + (.zero - WebhookPauses.failedMemory),
                on: connection
            )
            try queue.requireLease(task, on: connection)
        }
    }
}

/// What an answer means for the message and for its webhook; pure but for the writing.
struct WebhookVerdict: Sendable {
    let webhook: WebhookID
    let delivery: WebhookDelivery
    let answer: WebhookAnswer
    let now: Timestamp
    /// Where the message stands afterwards.
    let state: WebhookDelivery.State
    /// When it is sent again, while it waits.
    let next: Timestamp
    /// Until when the receiver is left alone; nil when it is not.
    let rest: Timestamp?
    /// Why nothing more is sent; nil while something is.
    let disabledReason: String?

    /// Judges an answer.
    ///
    /// - Parameters:
    ///   - answer: what came of sending the message.
    ///   - delivery: the message, as it was before.
    ///   - webhook: the webhook, as it was before.
    ///   - now: the present moment.
    ///   - random: a number from 0 up to 1, for the pauses.
    init(
        _ answer: WebhookAnswer,
        on delivery: WebhookDelivery,
        of webhook: Webhook,
        at now: Timestamp,
        random: Double
    ) {
        self.webhook = webhook.id
        self.delivery = delivery
        self.answer = answer
        self.now = now
        var state = WebhookDelivery.State.waiting
        var (next, rest, disabledReason): (Timestamp, Timestamp?, String?) = (now, nil, nil)
        switch answer {
        case .taken: state = .delivered
        case .gone: disabledReason = "the receiver answered 410: it is gone"
        case .refused:
            if let pause = WebhookPauses.afterRefusal(attempts: delivery.attempts + 1, random: random) {
                next = now + pause
            } else {
                state = .failed
            }
        case .away(_, let reason, let asked):
            if let since = webhook.failingSince, now - since > WebhookPauses.patience {
                disabledReason = "the receiver could not be reached for 3 days: \(reason)"
            }
            rest = now + WebhookPauses.rest(failures: webhook.failures + 1, asked: asked, random: random)
        }
        (self.state, self.next, self.rest, self.disabledReason) = (state, next, rest, disabledReason)
    }

    /// For the figures.
    var result: String {
        switch answer {
        case .taken: "delivered"
        case .gone: "gone"
        case .refused: state == .failed ? "failed" : "refused"
        case .away: "away"
        }
    }

    private var reason: String? {
        switch answer {
        case .taken: nil
        case .refused(_, let reason), .away(_, let reason, _): reason
        case .gone: "HTTP 410"
        }
    }

    /// Writes it down.
    func write(on connection: any StorageConnection) throws {
        try WebhookDeliveryStore.settle(
            delivery,
            of: webhook,
            state,
            status: answer.status,
            error: reason,
            at: now,
            next: next,
            on: connection
        )
        if let rest {
            try WebhookStore.noteAway(webhook, reason ?? "", at: now, until: rest, on: connection)
        } else {
            try WebhookStore.noteReached(webhook, on: connection)
        }
        if let disabledReason { try WebhookStore.disable(webhook, disabledReason, on: connection) }
    }
}
