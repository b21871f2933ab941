import ArgumentParser
import CurlClient
import Documents
import Foundation
import Gateway

/// `farfield audit`: who did what.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Search, export and verify the audit trail.",
        discussion: """
            Examples:
              farfield audit
              farfield audit --person alice --action job. --since 2026-11-01
              farfield audit --object approval/apr_01hzy...
              farfield audit export > audit.jsonl
              farfield audit verify
              farfield audit verify audit.jsonl --head "1204 sha256:..."

            These commands need an admin's token; verifying a file needs none.
            """,
        subcommands: [ShowAudit.self, ExportAudit.self, VerifyAudit.self],
        defaultSubcommand: ShowAudit.self
    )
}

/// `farfield audit show`, and what `farfield audit` does.
struct ShowAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the newest lines, or those that fit."
    )

    @Option(help: ArgumentHelp("Only what this person did.", valueName: "name"))
    var person: String?

    @Option(
        help: ArgumentHelp("Only this, such as job.submitted, or all of a subject, such as job.", valueName: "word")
    )
    var action: String?

    @Option(help: ArgumentHelp("Only what was done to things of a kind, or to one.", valueName: "kind[/id]"))
    var object: String?

    @Option(help: ArgumentHelp("Not before this day or moment (UTC).", valueName: "moment"))
    var since: String?

    @Option(help: ArgumentHelp("Before this day or moment (UTC).", valueName: "moment"))
    var until: String?

    @Option(help: ArgumentHelp("The most lines, 1 to 500.", valueName: "count"))
    var limit: Int = 50

    @OptionGroup var options: ClientOptions

    func run() async throws {
        var target = RequestTarget("audit").query("limit", String(limit))
        let filters = [
            ("person", person), ("action", action), ("object", object), ("since", since), ("until", until),
        ]
        for case (let key, let value?) in filters { target = target.query(key, value) }
        let answer = try await options.connect().get(target)
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let page: Wire.Page<Wire.AuditRecord> = try answer.decode()
        var table = Table("LINE", "AT", "WHO", "WHAT", "TO", "FROM", "WHY")
        for record in page.items.reversed() {
            let line = record.line
            table.add(
                String(line.sequence),
                Moment.text(line.at),
                printable(line.person),
                printable(line.action),
                printable("\(line.object.kind)/\(line.object.id)"),
                printable([line.method, line.address].compactMap { $0 }.joined(separator: " ")),
                printable(line.reason ?? "")
            )
        }
        try table.print(on: .standard)
    }
}

/// `farfield audit export`: the whole trail.
struct ExportAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the whole trail to the standard output, one JSON text in each line."
    )

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let response = try await options.connect().stream(RequestTarget("audit", "export"))
        for try await chunk in response.body { try Console.standard.write(Array(chunk)) }
    }
}

/// `farfield audit verify`: computes every digest of the trail here.
struct VerifyAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read the whole trail and compute every digest; exit code 1 when something is wrong.",
        discussion: """
            Without a file, the gateway's trail is read and checked here, not by the gateway. Keep what it prints as its
            end: with --head an end that was kept must still be in the trail, so that lines cut off its end are seen.
            """
    )

    @Argument(help: ArgumentHelp("An export, in place of the gateway's trail.", valueName: "file"), completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp("An end that was kept: its line and digest. Repeat it for more.", valueName: "line digest")
    )
    var head: [String] = []

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let heads = try head.map { text in
            guard let head = AuditChain.Head(text) else {
                throw CommandFailure(.invalid, "'\(printable(text))' is no end of a trail: a number and sha256:… are.")
            }
            return head
        }
        var reader = AuditReader(expecting: heads)
        if let file {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandFailure(.invalid, "The file '\(printable(file))' cannot be read.")
            }
            reader.take(Array(data))
        } else {
            let response = try await options.connect().stream(RequestTarget("audit", "export"))
            for try await chunk in response.body { reader.take(Array(chunk)) }
        }
        let (faults, end) = reader.finish()
        if options.json {
            let value: JSONValue = [
                "ok": .boolean(faults.isEmpty), "lines": .integer(end.sequence), "head": .string(end.text),
                "faults": .array(
                    faults.map { ["line": .integer($0.sequence), "message": .string($0.message)] }
                ),
            ]
            try Console.standard.line(value.jsonText)
        } else {
            for fault in faults { try Console.standard.line(printable(fault.description)) }
            let verdict = faults.isEmpty ? "The audit trail is whole" : "The audit trail was tampered with"
            try Console.standard.line("\(verdict): \(end.sequence) lines. Its end: \(end.text)")
        }
        if !faults.isEmpty { throw ExitCode(1) }
    }
}

/// Reads an export as it comes, in pieces of any size.
private struct AuditReader {
    private var chain: AuditChain
    private var rest: [UInt8] = []
    private var count: Int64 = 0

    init(expecting heads: [AuditChain.Head]) { chain = AuditChain(expecting: heads) }

    mutating func take(_ bytes: [UInt8]) {
        rest += bytes
        while let end = rest.firstIndex(of: 0x0A) {
            line(rest[..<end])
            rest.removeFirst(end + 1)
        }
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) {
        count += 1
        guard let value = try? JSONValue(json: bytes), let line = value["line"],
            let digest = value["digest"]?.stringValue
        else { return chain.note(count, "it is no line of an export") }
        chain.take(line, digest: digest)
        if let discord = value["discord"]?.stringValue { chain.note(count, discord) }
    }

    /// Everything that is wrong, and where the trail ends.
    mutating func finish() -> (faults: [AuditFault], end: AuditChain.Head) {
        if !rest.isEmpty { chain.note(count + 1, "it is cut off: the export did not come whole") }
        return (chain.finish(), chain.head)
    }
}
