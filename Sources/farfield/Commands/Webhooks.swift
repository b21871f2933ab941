import ArgumentParser
import CurlClient
import FoundationEssentials

/// `farfield webhooks`: addresses that hear of the events of jobs.
struct Webhooks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "Have the events of jobs sent to an address, and see what came of it.",
        discussion: """
            Examples:
              farfield webhooks
              farfield webhooks add https://lab.example/farfield --event job.state
              farfield webhooks test webhook_01hzy...
              farfield webhooks deliveries webhook_01hzy... --state failed
              farfield webhooks resume webhook_01hzy...
              farfield webhooks remove webhook_01hzy...

            These commands need an admin's token.
            """,
        subcommands: [
            ListWebhooks.self, AddWebhook.self, TestWebhook.self, ShowDeliveries.self, ResumeWebhook.self,
            RemoveWebhook.self,
        ],
        defaultSubcommand: ListWebhooks.self
    )
}

/// `farfield webhooks list`, and what `farfield webhooks` does.
struct ListWebhooks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the webhooks.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("webhooks"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let webhooks = try answer.decode(Wire.Page<Wire.Webhook>.self).items
        guard !webhooks.isEmpty else {
            Console.standard.note("There are no webhooks.")
            return
        }
        var table = Table("ID", "STATE", "WAITING", "EVENTS", "URL", "REASON")
        for webhook in webhooks {
            table.add(
                webhook.id,
                webhook.state,
                String(webhook.waiting),
                webhook.events.isEmpty ? "all" : webhook.events.joined(separator: ","),
                webhook.url,
                webhook.reason
            )
        }
        try table.print(on: .standard)
    }
}

/// `farfield webhooks add`: makes one.
struct AddWebhook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Have events sent to an address from now on; its secret is shown once.",
        discussion: """
            The secret is the key of the signature that comes with every message (webhook-signature, HMAC-SHA256): the \
            receiver needs it, and nobody can read it back from the gateway.
            """
    )

    @Argument(help: "Where to send events; https, unless the gateway's configuration allows the address.")
    var url: String

    @Option(
        name: .customLong("event"),
        help: ArgumentHelp("Only this kind of events, such as job.state; may be repeated.", valueName: "kind")
    )
    var events: [String] = []

    @Option(help: ArgumentHelp("What it is for.", valueName: "text"))
    var description = ""

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let wish = Wire.WebhookWish(url: url, events: events, description: description)
        let answer = try await options.connect().post(
            RequestTarget("webhooks"),
            body: Array(try JSONEncoder().encode(wish)),
            headers: ["Content-Type": "application/json"]
        )
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let webhook: Wire.Webhook = try answer.decode()
        try Console.standard.line(webhook.id)
        try Console.standard.line("secret: \(webhook.secret ?? "")")
        Console.standard.note("The secret is not shown again. Try it out: farfield webhooks test \(webhook.id)")
    }
}

/// `farfield webhooks test`: sends one message now.
struct TestWebhook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send one message now, and tell what the receiver answered.",
        discussion: "The exit code is 1 when the receiver did not take it."
    )

    @Argument(help: "The webhook.")
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().post(RequestTarget("webhooks", id, "test"))
        let trial: Wire.WebhookTrial = try answer.decode()
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else if trial.delivered {
            try Console.standard.line("delivered: HTTP \(trial.status ?? 0)")
        } else {
            try Console.standard.line("not delivered: \(trial.error.map(printable) ?? "no reason is known")")
        }
        if !trial.delivered { throw CommandFailure.silent(.jobNotCompleted) }
    }
}

/// `farfield webhooks deliveries`: what was sent, and what became of it.
struct ShowDeliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Show a webhook's messages, the latest first."
    )

    @Argument(help: "The webhook.")
    var id: String

    @Option(help: ArgumentHelp("Only those that are waiting, delivered or failed.", valueName: "state"))
    var state: String?

    @Option(help: ArgumentHelp("At most so many, 1 to 1000.", valueName: "count"))
    var limit = 100

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("webhooks", id, "deliveries").query("state", state).query("limit", String(limit))
        let answer = try await options.connect().get(target)
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let deliveries = try answer.decode(Wire.Page<Wire.Delivery>.self).items
        guard !deliveries.isEmpty else {
            Console.standard.note("No message is known.")
            return
        }
        var table = Table("MESSAGE", "EVENT", "STATE", "ATTEMPTS", "LAST", "NEXT", "ERROR")
        for delivery in deliveries {
            table.add(
                delivery.id,
                delivery.type,
                delivery.state,
                String(delivery.attempts),
                delivery.lastAt.map(Moment.text),
                delivery.nextAt.map(Moment.text),
                delivery.error
            )
        }
        try table.print(on: .standard)
    }
}

/// `farfield webhooks resume`: makes one active again.
struct ResumeWebhook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Make a webhook active again, and send now what waits or was given up."
    )

    @Argument(help: "The webhook.")
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().post(RequestTarget("webhooks", id, "resume"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let webhook: Wire.Webhook = try answer.decode()
        try Console.standard.line("\(webhook.state), \(webhook.waiting) messages wait")
    }
}

/// `farfield webhooks remove`: ends one.
struct RemoveWebhook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "End a webhook; what waits for it is not sent."
    )

    @Argument(help: "The webhook.")
    var id: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.connect().delete(RequestTarget("webhooks", id))
        if options.json {
            try Console.standard.line("{\"id\":\"\(id)\",\"state\":\"removed\"}")
        } else {
            try Console.standard.line("removed \(id)")
        }
    }
}
