import ArgumentParser
import Documents
import Foundation
import Provenance

/// What a verifier demands, from the command line and from a file.
struct PolicyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A public key in PEM, or a key id that --keys tells. Repeat it for more.",
            valueName: "file|keyid"
        ),
        completion: .file()
    )
    var key: [String] = []

    @Option(
        help: ArgumentHelp("A history of keys (keys.json) that you trust.", valueName: "file"),
        completion: .file()
    )
    var keys: [String] = []

    @Option(
        help: ArgumentHelp(
            "Who may have made the record: the gateway's address or a site's, or 'any' for whatever the keys sign.",
            valueName: "url"
        )
    )
    var identity: String?

    @Option(help: ArgumentHelp("A key of the log, in the form name+hash+key.", valueName: "vkey"))
    var logKey: [String] = []

    @Flag(help: "Demand a proof that the record is in the log.")
    var requireLog = false

    @Flag(help: "Demand the crate and every file that was signed.")
    var requireFiles = false

    @Option(help: ArgumentHelp("Demand a status that is no older, such as 1d.", valueName: "duration"))
    var statusAge: String?

    @Option(help: ArgumentHelp("A policy in YAML or JSON; flags add to it.", valueName: "file"), completion: .file())
    var policy: String?

    /// The policy they make.
    ///
    /// - Throws: ``CommandFailure`` with code 2.
    func read() throws -> VerificationPolicy {
        var demands = try policy.map(Self.read) ?? VerificationDemands()
        demands.keys += key
        demands.keyHistories += keys
        demands.identity = identity ?? demands.identity
        demands.logKeys += logKey
        demands.requiresLog = demands.requiresLog || requireLog
        demands.requiresFiles = demands.requiresFiles || requireFiles
        demands.statusAge = statusAge ?? demands.statusAge
        do {
            return try demands.policy { path in FileManager.default.contents(atPath: path).map { Array($0) } }
        } catch {
            throw CommandFailure(.invalid, "\(error)")
        }
    }

    private static func read(_ path: String) throws -> VerificationDemands {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.invalid, "\(path) cannot be read")
        }
        let document: Document
        do {
            // JSON is YAML as well.
            document = try Document(yaml: String(decoding: data, as: UTF8.self))
        } catch {
            throw CommandFailure(.invalid, "\(path): \(error)")
        }
        let collector = FaultCollector(lines: document.lines)
        let demands = VerificationPolicyReader.read(Field(document.value, collector: collector))
        if let fault = collector.faults.first { throw CommandFailure(.invalid, "\(path): \(fault)") }
        // Names in the file are beside it.
        let folder = URL(filePath: path).deletingLastPathComponent().path
        return demands.resolved { name in name.hasPrefix("/") ? name : "\(folder)/\(name)" }
    }
}
