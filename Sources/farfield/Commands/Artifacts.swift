import ArgumentParser
import CurlClient
import FoundationEssentials

/// `farfield artifacts`: bytes by their digests.
struct Artifacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifacts",
        abstract: "List, show, download and let go of artifacts; free what nobody needs.",
        discussion: """
            Examples:
              farfield artifacts
              farfield artifacts show sha256:9f86d081...
              farfield artifacts get sha256:9f86d081... -o night-12.fits
              farfield artifacts rm sha256:9f86d081...
              farfield artifacts gc
              farfield artifacts gc --yes
            """,
        subcommands: [
            ListArtifacts.self, ShowArtifact.self, GetArtifact.self, RemoveArtifacts.self, CollectArtifacts.self,
        ],
        defaultSubcommand: ListArtifacts.self
    )
}

/// `farfield artifacts list`, and what `farfield artifacts` does.
struct ListArtifacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List artifacts, the newest first: yours, or all for admins."
    )

    @Option(help: "Only what this allocation holds.")
    var account: String?

    @Option(help: "Only what is held by an output, log, input, upload, result or pin.")
    var kind: String?

    @Option(help: "The most lines.")
    var limit = 50

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is at least 1.") }
    }

    func run() async throws {
        let client = options.connect()
        let target = RequestTarget("artifacts").query("account", account).query("kind", kind)
        var pages: [Answer] = []
        var (cursor, count): (String?, Int) = (nil, 0)
        var table = Table("DIGEST", "SIZE", "STATE", "CREATED", "HELD BY", "NAME")
        repeat {
            let wanted = String(min(limit - count, JobPages.largestPage))
            let answer = try await client.get(target.query("limit", wanted).query("cursor", cursor))
            let page = try answer.decode(Wire.Page<Wire.Artifact>.self)
            for artifact in page.items { Self.add(artifact, to: &table) }
            pages.append(answer)
            count += page.items.count
            cursor = page.items.isEmpty ? nil : page.next
        } while cursor != nil && count < limit
        if options.json {
            try Console.standard.write(try ListDocument.joining(pages: pages) + [0x0a])
        } else if count == 0 {
            Console.standard.note("No artifacts.")
        } else {
            try table.print(on: .standard)
            if cursor != nil { Console.standard.note("There are more: --limit \(limit * 2)") }
        }
    }

    private static func add(_ artifact: Wire.Artifact, to table: inout Table) {
        let references = artifact.references ?? []
        let first = references.first.map { "\($0.kind) \($0.holder)" } ?? "nobody"
        table.add(
            artifact.digest,
            ByteCount.text(artifact.size),
            artifact.state,
            artifact.createdAt.map(Moment.text),
            references.count > 1 ? "\(first) and \(references.count - 1) more" : first,
            references.compactMap(\.name).first
        )
    }
}

/// `farfield artifacts show DIGEST`.
struct ShowArtifact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an artifact, and why it is kept."
    )

    @Argument(help: ArgumentHelp("The artifact.", valueName: "digest"))
    var digest: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("artifacts", digest, "metadata"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let artifact: Wire.Artifact = try answer.decode()
        try Console.standard.line("digest    \(printable(artifact.digest))")
        try Console.standard.line("size      \(artifact.size) (\(ByteCount.text(artifact.size)))")
        try Console.standard.line("state     \(printable(artifact.state ?? "-"))")
        try Console.standard.line("created   \(artifact.createdAt.map(Moment.text) ?? "-")")
        try Console.standard.line("verified  \(artifact.verifiedAt.map(Moment.text) ?? "-")")
        guard let references = artifact.references, !references.isEmpty else { return }
        try Console.standard.line()
        var table = Table("HELD BY", "ID", "OWNER", "ALLOCATION", "NAME", "UNTIL")
        for one in references {
            table.add(one.kind, one.holder, one.owner, one.account, one.name, one.expiresAt.map(Moment.text))
        }
        try table.print(on: .standard)
    }
}

/// `farfield artifacts get DIGEST`.
struct GetArtifact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Download an artifact and check its SHA-256.",
        discussion: """
            A download that was cut off, in this run or an earlier one, goes on where it stood (FILE.farfield-part).
            """
    )

    @Argument(help: ArgumentHelp("The artifact.", valueName: "digest"))
    var digest: String

    @Option(name: .shortAndLong, help: "The file to write; named by the digest when left out.", completion: .file())
    var output: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        // Asked first: a digest that is none, or not ours to read, leaves no file behind.
        let answer = try await client.get(RequestTarget("artifacts", digest, "metadata"))
        let known: Wire.Artifact = try answer.decode()
        let file = output ?? String(known.digest.drop { $0 != ":" }.dropFirst())
        let fetch = ArtifactFetch(client: client, digest: digest) { Console.standard.note($0) }
        let size = try await fetch.run(to: file)
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try Console.standard.line("\(printable(file))  \(ByteCount.text(Int(size)))")
        }
    }
}

/// `farfield artifacts rm DIGEST…`.
struct RemoveArtifacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Let go of what you uploaded; the bytes go when nobody else needs them."
    )

    @Argument(help: ArgumentHelp("The artifacts.", valueName: "digest"))
    var digests: [String]

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        for digest in digests {
            do {
                try await client.delete(RequestTarget("artifacts", digest))
            } catch var failure as RequestFailure {
                failure.subject = digest
                throw failure
            }
            if !options.json { try Console.standard.line("let go of \(printable(digest))") }
        }
    }
}

/// `farfield artifacts gc`.
struct CollectArtifacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Show what nobody needs any more; with --yes, free it (admins).",
        discussion: "The gateway does the same by itself once a day."
    )

    @Flag(help: "Free it.")
    var yes = false

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().post(
            RequestTarget("artifacts", "gc"),
            body: Array("{\"dryRun\": \(!yes)}".utf8),
            headers: ["Content-Type": "application/json"],
            timeLimits: .init(connect: .seconds(10), total: nil, stall: nil)
        )
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let garbage: Wire.Garbage = try answer.decode()
        guard garbage.count > 0 else {
            Console.standard.note("Nothing to free.")
            return
        }
        var table = Table("REASON", "ALLOCATION", "COUNT", "SIZE")
        for line in garbage.items {
            table.add(line.reason, line.account, String(line.count), ByteCount.text(line.bytes))
        }
        try table.print(on: .standard)
        let size = ByteCount.text(garbage.bytes)
        Console.standard.note(yes ? "Freed \(size)." : "Would free \(size). Free it with: farfield artifacts gc --yes")
    }
}
