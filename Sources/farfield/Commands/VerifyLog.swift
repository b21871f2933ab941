import ArgumentParser
import Documents
import Foundation
import Provenance

/// `farfield log`: the append-only log of everything the gateway signed.
struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Verify the log of signed records.",
        subcommands: [VerifyLog.self]
    )
}

/// Reads the whole log again and computes every hash.
struct VerifyLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read the whole log, compute every hash, and compare with checkpoints.",
        discussion: """
            Examples:
              farfield log verify --log-key gw.example.org/log+53a61571+AY...
              farfield log verify --keys keys.json --checkpoint last-year.checkpoint --save today.checkpoint
              farfield log verify copy-of-the-log/ --log-key ...

            The files of the log are public (C2SP tlog-tiles): a folder with a copy of them does as well. Keep
            checkpoints: whoever has an old one sees that nothing before it was removed or altered since.

            \(VerificationReport.Verdict.help)
            """
    )

    @Argument(help: ArgumentHelp("A folder with a copy of the log, in place of the gateway.", valueName: "folder"))
    var folder: String?

    @Option(help: ArgumentHelp("A key of the log, in the form name+hash+key.", valueName: "vkey"))
    var logKey: [String] = []

    @Option(help: ArgumentHelp("A history of keys (keys.json) that you trust.", valueName: "file"), completion: .file())
    var keys: [String] = []

    @Option(
        help: ArgumentHelp("A checkpoint that you kept, or a proof file. Repeat it for more.", valueName: "file"),
        completion: .file()
    )
    var checkpoint: [String] = []

    @Option(help: ArgumentHelp("Keep the checkpoint in this file when the log is good.", valueName: "file"))
    var save: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let trusted = try trustedKeys()
        let source = folder.map { LogSource.folder($0) } ?? .gateway(options.connect())
        let (note, report) = try await report(source, trusted)
        try show(report)
        if report.verdict == .good, let save { try keep(note, in: save) }
        throw report.verdict.exitCode
    }

    private func trustedKeys() throws -> [TrustedLogKey] {
        var demands = VerificationDemands()
        demands.logKeys = logKey
        demands.keyHistories = keys
        do {
            return try demands.trustedLogKeys { path in FileManager.default.contents(atPath: path).map { Array($0) } }
        } catch {
            throw CommandFailure(.invalid, "\(error)")
        }
    }

    private func report(_ source: LogSource, _ trusted: [TrustedLogKey]) async throws -> ([UInt8], LogAuditReport) {
        do {
            let note = try await source.checkpoint()
            let head = try LogCheckpoint.read(note, name: "the checkpoint", keys: trusted, isNow: true)
            let kept = try checkpoint.map { path in
                let bytes = try RecordFolder.file(path).bytes
                return (
                    path, try LogCheckpoint.read(LogCheckpoint.note(of: bytes), name: path, keys: trusted, isNow: false)
                )
            }
            var audit = LogAudit(
                head: head.checkpoint,
                kept: kept.map { LogAudit.Kept(name: $0.0, checkpoint: $0.1.checkpoint) }
            )
            for path in audit.paths {
                guard audit.add(path, try await source.tile(path)) else { break }
            }
            let found = audit.report
            let signatures = [head.check] + kept.map(\.1.check)
            return (note, LogAuditReport(signatures + found.checks, firstWrongLeaf: found.firstWrongLeaf))
        } catch let fault as VerificationDemandFault {
            throw CommandFailure(.invalid, "\(fault)")
        } catch let failure as RequestFailure {
            // What cannot be read tells nothing about the log.
            Console.standard.note(failure.lines.joined(separator: "\n"))
            throw VerificationReport.Verdict.cannotTell.exitCode
        }
    }

    private func show(_ report: LogAuditReport) throws {
        if options.json {
            let document: JSONValue = [
                "verdict": .string(report.verdict.rawValue),
                "firstWrongLeaf": report.firstWrongLeaf.map { .integer($0) } ?? .null,
                "checks": .array(report.checks.map { .object(ReportText.json($0.name, $0.outcome)) }),
            ]
            return try Console.standard.write(document.jsonBytes(pretty: true) + [0x0a])
        }
        let width = report.checks.map(\.name.count).max() ?? 0
        for check in report.checks {
            try Console.standard.line(ReportText.line(check.name, check.outcome, width: width))
        }
        let leaf = report.firstWrongLeaf.map { ", leaf \($0) is the first that is wrong" } ?? ""
        try Console.standard.line("the log: \(report.verdict.words)\(leaf)")
    }

    private func keep(_ note: [UInt8], in path: String) throws {
        do {
            try Data(note).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure(.invalid, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
