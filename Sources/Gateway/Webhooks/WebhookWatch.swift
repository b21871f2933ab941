internal import Logging
internal import ServiceLifecycle
internal import Storage
internal import TaskQueue

/// Asks for a delivery task wherever something is to be sent.
///
/// Transactions that write events only note them and signal: were they to ask for the task themselves, all of them
/// would queue for its one row. What a signal missed is found by looking every few seconds, so an event whose gateway
/// died right after writing it is sent by the next one that looks.
struct WebhookWatch: Service, CustomStringConvertible {
    let database: any Database
    let queue: TaskStore
    let keeper: TimeKeeper
    let logger: Logger
    /// How long a missed signal may stay unnoticed.
    var safetyPoll = Duration.seconds(15)

    /// For the log of starting and stopping.
    var description: String { "WebhookWatch" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.look(first: true)
            await withDiscardingTaskGroup { group in
                let (bell, ringer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                group.addTask {
                    for await _ in self.database.signals(WebhookDeliveryStore.channel) { ringer.yield() }
                    ringer.finish()
                }
                group.addTask {
                    while (try? await Task.sleep(for: self.safetyPoll)) != nil { ringer.yield() }
                }
                for await _ in bell { await self.look(first: false) }
                group.cancelAll()
            }
        }
    }

    /// Asks for a task for each webhook with something to send.
    private func look(first: Bool) async {
        let now = keeper.now()
        do {
            let due = try await database.read { try WebhookStore.due(at: now, on: $0) }
            if due.isEmpty, !first { return }
            try await database.transaction { connection in
                if first { try WebhookDeliveryStore.forgetOrphans(on: connection) }
                for id in due { try queue.enqueue(Self.task(id, now), on: connection) }
            }
        } catch {
            logger.warning("cannot look for webhooks' messages", metadata: ["error": "\(error)"])
        }
    }

    /// The task that sends what waits for a webhook.
    static func task(_ id: WebhookID, _ moment: Timestamp) -> TaskRequest {
        TaskRequest(
            kind: TaskKind.deliverWebhook,
            key: id.text,
            runAt: moment.microseconds,
            maximumAttempts: 1000,
            timeoutSeconds: 600
        )
    }
}
