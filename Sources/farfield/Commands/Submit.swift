import ArgumentParser
import CurlClient
import Foundation

/// `farfield submit`: sends job manifests to the gateway.
struct Submit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submit a job from its manifest.",
        discussion: """
            A manifest is YAML or JSON; its form is told by the file's extension, or by its first character.

            Examples:
              farfield submit job.yaml
              farfield submit job.yaml --watch
              farfield submit a.yaml b.yaml
              farfield submit job.yaml --dry-run > job.sh
              farfield submit job.yaml --insist
              generate-manifest | farfield submit -

            A submission that was cut off can be sent again with the same --idempotency-key: it will run once.
            With --watch the exit code is 0 only if the job completed. Ctrl-C stops watching, not the job.
            """
    )

    @Argument(
        help: ArgumentHelp("The manifest; '-' reads standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"])
    )
    var files: [String]

    @Flag(help: "Follow the job to its end.")
    var watch = false

    @Flag(help: "Show the batch script the job would become, and submit nothing.")
    var dryRun = false

    @Flag(help: "Submit it though it is advised against.")
    var insist = false

    @Option(
        help: ArgumentHelp("Names this submission, so that it runs once however often it is sent.", valueName: "key")
    )
    var idempotencyKey: String?

    @OptionGroup var options: ClientOptions

    mutating func validate() throws {
        if dryRun, watch { throw ValidationError("--dry-run submits nothing, so there is nothing to --watch.") }
        guard let idempotencyKey else { return }
        if files.count > 1 { throw ValidationError("--idempotency-key names one submission; give one FILE.") }
        let bytes = idempotencyKey.utf8
        guard (1...255).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw ValidationError("--idempotency-key takes 1 to 255 printable ASCII characters without spaces.")
        }
    }

    func run() async throws {
        let client = options.connect()
        let manifests = try files.map { try ManifestFile(reading: $0) }
        if dryRun {
            try await show(manifests, client)
            return
        }
        var answers: [Answer] = []
        for manifest in manifests {
            let answer = try await submit(manifest, client)
            answers.append(answer)
            if !options.json { try tell(try answer.decode()) }
        }
        if watch {
            try await watchAll(try answers.map { try $0.decode(Wire.Job.self).id }, client)
        } else if options.json {
            try Console.standard.write(try ListDocument.listing(answers) + [0x0a])
        }
    }

    private func submit(_ manifest: ManifestFile, _ client: RESTClient) async throws -> Answer {
        let key = idempotencyKey ?? UUID().uuidString.lowercased()
        let headers: HTTPHeaders = ["Content-Type": manifest.contentType, "Idempotency-Key": key]
        do {
            let target = RequestTarget("jobs")
            return try await client.post(
                insist ? target.query("advice", "insist") : target,
                body: manifest.bytes,
                headers: headers
            )
        } catch var failure as RequestFailure {
            failure.subject = manifest.name
            switch failure.cause {
            case .transport(.aborted, _), .transport(.timedOut, _):
                failure.hint =
                    "It may have been accepted. To send it again without running it twice: --idempotency-key \(key)"
            case .transport, .problem, .unreadable: break
            }
            throw failure
        }
    }

    private func show(_ manifests: [ManifestFile], _ client: RESTClient) async throws {
        var answers: [Answer] = []
        for manifest in manifests {
            do {
                let target = RequestTarget("jobs").query("dryRun", "true")
                let headers: HTTPHeaders = ["Content-Type": manifest.contentType]
                answers.append(try await client.post(target, body: manifest.bytes, headers: headers))
            } catch var failure as RequestFailure {
                failure.subject = manifest.name
                throw failure
            }
        }
        if options.json {
            try Console.standard.write(try ListDocument.listing(answers) + [0x0a])
            return
        }
        for answer in answers {
            let dryRun = try answer.decode(Wire.DryRun.self)
            let facts = [
                dryRun.site.map { "site \($0)" }, dryRun.template.map { "template \($0)" }, dryRun.scriptDigest,
            ]
            Console.standard.note(
                "farfield: nothing was submitted; " + facts.compactMap { $0.map(printable) }.joined(separator: ", ")
            )
            if let price = dryRun.price { Console.standard.note(Self.text(price)) }
            for line in dryRun.advice?.lines ?? [] { Console.standard.note("farfield: " + printable(line)) }
            try Console.standard.write(Array(dryRun.script.utf8))
        }
    }

    /// What it would cost, and whether that is there.
    private static func text(_ price: Wire.Price) -> String {
        let cost = "farfield: costs at most \(UnitsText.text(price.worstCase)) SU (\(printable(price.calculation)))"
        guard let project = price.project, let available = price.available else { return cost }
        let verdict = price.isCovered == false ? ", which is NOT enough" : ""
        return cost + "; project \(printable(project)) has \(UnitsText.text(available)) SU left" + verdict
    }

    private func tell(_ job: Wire.Job) throws {
        let facts = [job.id, job.name, job.site.map { "on \($0)" }].compactMap { $0.map(printable) }
        try Console.standard.line("submitted " + facts.joined(separator: "  "))
        for line in job.advice?.lines ?? [] { Console.standard.note("farfield: " + printable(line)) }
    }

    /// One after another; events of a later job that came meanwhile are shown when its turn comes.
    private func watchAll(_ ids: [String], _ client: RESTClient) async throws {
        var allCompleted = true
        for id in ids {
            do {
                try await JobWatch(client: client, jobID: id, console: .standard, json: options.json).run()
            } catch let failure as CommandFailure where failure.code == .jobNotCompleted {
                allCompleted = false
            }
        }
        if !allCompleted { throw CommandFailure.silent(.jobNotCompleted) }
    }
}
