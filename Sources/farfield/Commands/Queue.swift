import ArgumentParser
import FoundationEssentials

/// `farfield queue`: the gateway's background work.
struct Queue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Show the queue of background work, and deal with what failed for good.",
        discussion: """
            Examples:
              farfield queue
              farfield queue dead
              farfield queue requeue 17
              farfield queue requeue --all
              farfield queue discard 17

            These commands need an admin's token.
            """,
        subcommands: [ShowQueue.self, ShowDeadLetters.self, RequeueTasks.self, DiscardTasks.self],
        defaultSubcommand: ShowQueue.self
    )
}

/// `farfield queue show`, and what `farfield queue` does.
struct ShowQueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show depth and age of each kind of work, what runs, and the dead letters."
    )

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        let answer = try await client.get(RequestTarget("queue"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let queue: Wire.Queue = try answer.decode()
        var table = Table("KIND", "WAITING", "DUE", "RUNNING", "DEAD", "OLDEST DUE")
        for kind in queue.kinds {
            table.add(
                kind.kind,
                String(kind.waiting),
                String(kind.due),
                String(kind.running),
                String(kind.dead),
                kind.oldestDueSeconds.map(Moment.elapsed)
            )
        }
        try table.print(on: .standard)
        try show(queue.running)
        guard queue.kinds.contains(where: { $0.dead > 0 }) else { return }
        try Console.standard.line()
        let dead = try await client.get(RequestTarget("queue", "dead")).decode(Wire.Page<Wire.DeadLetter>.self)
        try DeadLetterTable.print(dead.items)
    }

    private func show(_ running: [Wire.RunningTask]) throws {
        guard !running.isEmpty else { return }
        try Console.standard.line()
        var table = Table("RUNNING", "KIND", "KEY", "ATTEMPT", "OWNER", "LEASE UNTIL")
        for task in running {
            table.add(
                String(task.id),
                task.kind,
                task.key,
                String(task.attempt),
                task.owner,
                task.leaseExpiresAt.map(Moment.text)
            )
        }
        try table.print(on: .standard)
    }
}

/// `farfield queue dead`: what failed for good, and why.
struct ShowDeadLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Show the tasks that failed for good, the latest first."
    )

    @Option(help: ArgumentHelp("At most so many, 1 to 1000.", valueName: "count"))
    var limit = 100

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("queue", "dead").query("limit", String(limit))
        let answer = try await options.connect().get(target)
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let page: Wire.Page<Wire.DeadLetter> = try answer.decode()
        guard !page.items.isEmpty else {
            Console.standard.note("No task has failed for good.")
            return
        }
        try DeadLetterTable.print(page.items)
    }
}

/// Dead letters as lines of text.
enum DeadLetterTable {
    /// Prints them.
    static func print(_ letters: [Wire.DeadLetter]) throws {
        var table = Table("DEAD", "KIND", "KEY", "ATTEMPTS", "SINCE", "ERROR")
        for letter in letters {
            table.add(
                String(letter.id),
                letter.kind,
                letter.key,
                String(letter.attempts),
                letter.diedAt.map(Moment.text),
                letter.error
            )
        }
        try table.print(on: .standard)
    }
}
