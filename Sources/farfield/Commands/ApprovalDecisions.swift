import ArgumentParser
import CurlClient
import Documents
import FoundationEssentials

/// `farfield approvals approve`: lets jobs go on.
struct ApproveJobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve jobs that wait.",
        discussion: """
            What is approved is exactly what runs: the digest that 'show' prints. Without --digest, what is approved is \
            shown first, and its digest is sent; what changed in between is a conflict (exit code 5). With several \
            approvals, one that cannot be given does not keep the others.
            """
    )

    @Argument(help: "The approvals.")
    var ids: [String]

    @Option(help: ArgumentHelp("The digest you have seen; for one approval only.", valueName: "sha256"))
    var digest: String?

    @Option(help: ArgumentHelp("Why, for the owner and the audit trail.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: ClientOptions

    func validate() throws {
        if ids.isEmpty { throw ValidationError("Name at least one approval.") }
        if digest != nil, ids.count > 1 { throw ValidationError("--digest is for one approval.") }
        if ids.count > 100 { throw ValidationError("At most 100 approvals at once.") }
    }

    func run() async throws {
        let client = options.connect()
        if ids.count == 1, let id = ids.first {
            let seen = try await see(id, client)
            var body: [String: JSONValue] = ["digest": .string(seen)]
            body["reason"] = reason.map { .string($0) }
            try ApprovalAnswer.show(
                try await ApprovalAnswer.post(RequestTarget("approvals", id, "approve"), body, client),
                options
            )
        } else {
            try await approveAll(client)
        }
    }

    private func see(_ id: String, _ client: RESTClient) async throws -> String {
        if let digest { return digest }
        let approval: Wire.Approval = try await client.get(RequestTarget("approvals", id)).decode()
        if !options.json { ApprovalText.lines(approval).forEach(Console.standard.note) }
        return approval.digest
    }

    private func approveAll(_ client: RESTClient) async throws {
        var items: [JSONValue] = []
        for id in ids { items.append(["id": .string(id), "digest": .string(try await see(id, client))]) }
        var body: [String: JSONValue] = ["approvals": .array(items)]
        body["reason"] = reason.map { .string($0) }
        let answer = try await ApprovalAnswer.post(RequestTarget("approvals", "approve"), body, client)
        let results = try answer.decode(Wire.Page<Wire.BulkApproval>.self).items
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            for result in results {
                try Console.standard.line(
                    printable("\(result.id) \(result.state ?? "unchanged: \(result.error?.detail ?? "")")")
                )
            }
        }
        if results.contains(where: { $0.error != nil }) { throw CommandFailure.silent(.conflict) }
    }
}

/// `farfield approvals refuse`: ends a job.
struct RefuseJob: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse",
        abstract: "Refuse a job that waits; it is cancelled."
    )

    @Argument(help: "The approval.")
    var id: String

    @Option(help: ArgumentHelp("Why, for the owner.", valueName: "text"))
    var reason: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await ApprovalAnswer.post(
            RequestTarget("approvals", id, "refuse"),
            ["reason": .string(reason)],
            options.connect()
        )
        try ApprovalAnswer.show(answer, options)
    }
}

/// Sending decisions, and what the gateway says to them.
enum ApprovalAnswer {
    static func post(
        _ target: RequestTarget,
        _ body: [String: JSONValue],
        _ client: RESTClient
    ) async throws -> Answer {
        try await client.post(
            target,
            body: JSONValue.object(body).jsonBytes(),
            headers: ["Content-Type": "application/json"]
        )
    }

    static func show(_ answer: Answer, _ options: ClientOptions) throws {
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let approval: Wire.Approval = try answer.decode()
        let given = approval.state == "open" ? ", \(approval.given) of \(approval.needed) given" : ""
        try Console.standard.line("\(approval.state)\(given): job \(approval.job.id) is \(approval.job.state)")
    }
}
