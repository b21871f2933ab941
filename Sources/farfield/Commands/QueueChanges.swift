import ArgumentParser

/// `farfield queue requeue`: lets dead letters run again.
struct RequeueTasks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue",
        abstract: "Let tasks that failed for good run again from their first attempt.",
        discussion: """
            A dead letter whose work a newer task already does is a conflict (exit code 5): discard it. The others are
            still requeued.
            """
    )

    @Argument(help: ArgumentHelp("The tasks' numbers, as 'farfield queue' shows them.", valueName: "id"))
    var ids: [Int64] = []

    @Flag(help: "All dead letters.")
    var all = false

    @OptionGroup var options: ClientOptions

    func validate() throws {
        if ids.isEmpty != all { throw ValidationError("Name the tasks, or give --all.") }
    }

    func run() async throws {
        let client = options.connect()
        let wanted = all ? try await Self.everyDeadLetter(client) : ids
        var changes = DeadLetterChanges(options: options)
        for id in wanted {
            try await changes.attempt(id, "requeued") {
                try await client.post(RequestTarget("queue", String(id), "requeue")).body
            }
        }
        try changes.conclude(nothing: "There is no dead letter.")
    }

    /// Its numbers, at most the 1000 latest.
    private static func everyDeadLetter(_ client: RESTClient) async throws -> [Int64] {
        let target = RequestTarget("queue", "dead").query("limit", "1000")
        return try await client.get(target).decode(Wire.Page<Wire.DeadLetter>.self).items.map(\.id)
    }
}

/// `farfield queue discard`: drops dead letters.
struct DiscardTasks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Drop tasks that failed for good; their work will not be done."
    )

    @Argument(help: ArgumentHelp("The tasks' numbers, as 'farfield queue' shows them.", valueName: "id"))
    var ids: [Int64]

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        var changes = DeadLetterChanges(options: options)
        for id in ids {
            try await changes.attempt(id, "discarded") {
                try await client.delete(RequestTarget("queue", String(id)))
                return Array("{\"id\":\(id),\"state\":\"discarded\"}".utf8)
            }
        }
        try changes.conclude(nothing: "Nothing was named.")
    }
}

/// Changes to several dead letters: each is told, and one that fails does not keep the others from being tried.
struct DeadLetterChanges {
    private let options: ClientOptions
    private var answers: [Answer] = []
    private var firstFailure: RequestFailure?

    init(options: ClientOptions) { self.options = options }

    /// Tries one.
    mutating func attempt(_ id: Int64, _ done: String, _ body: () async throws -> [UInt8]) async throws {
        do {
            answers.append(Answer(body: try await body()))
            if !options.json { try Console.standard.line("\(done) \(id)") }
        } catch var failure as RequestFailure {
            failure.subject = "task \(id)"
            failure.lines.forEach(Console.standard.note)
            firstFailure = firstFailure ?? failure
        }
    }

    /// Prints the answers as JSON where that was asked for, and ends with the code of the first failure.
    func conclude(nothing: String) throws {
        if options.json {
            try Console.standard.write(try ListDocument.list(answers) + [0x0a])
        } else if answers.isEmpty, firstFailure == nil {
            Console.standard.note(nothing)
        }
        if let firstFailure { throw CommandFailure.silent(firstFailure.code) }
    }
}
