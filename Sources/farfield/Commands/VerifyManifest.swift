import ArgumentParser
import Documents
import Foundation
import Provenance

/// `farfield manifest`: signed records of finished jobs.
struct Manifests: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifest",
        abstract: "Download and verify the signed records of finished jobs.",
        subcommands: [VerifyManifest.self, GetManifest.self]
    )
}

/// Verifies records offline.
struct VerifyManifest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify signed records, offline.",
        discussion: """
            Examples:
              farfield manifest verify record/ --key gateway.pem --identity https://gw.example.org
              farfield manifest verify record/ --keys keys.json --identity https://gw.example.org/sites/a --require-log
              farfield manifest verify manifest.sigstore.json --policy policy.yaml --json

            A record is a folder as it was downloaded or unpacked, an archive.zip, or one of its files: files with their
            standard names beside it are found. There is no default policy: a key and an identity must be named. One line is printed
            for each step, in the order in which they are made, also for those that were not.

            \(VerificationReport.Verdict.help)
            """
    )

    @Argument(help: ArgumentHelp("Records.", valueName: "file"), completion: .file())
    var files: [String]

    @OptionGroup var policy: PolicyOptions

    @Option(help: ArgumentHelp("The crate.", valueName: "file"), completion: .file())
    var crate: String?

    @Option(help: ArgumentHelp("The folder with the outputs.", valueName: "folder"), completion: .directory)
    var outputs: String?

    @Option(help: ArgumentHelp("The proof of the log.", valueName: "file"), completion: .file())
    var proof: String?

    @Option(help: ArgumentHelp("The status statement.", valueName: "file"), completion: .file())
    var status: String?

    @Option(
        help: ArgumentHelp(
            "Another copy of the record, such as a second download: where a file is not what was signed, the first byte that differs is named.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var compare: String?

    @Flag(help: "Print the reports as JSON.")
    var json = false

    mutating func validate() throws {
        guard files.count == 1 || [crate, outputs, proof, status, compare].allSatisfy({ $0 == nil }) else {
            throw ValidationError("--crate, --outputs, --proof, --status and --compare are of one record.")
        }
    }

    func run() throws {
        let verifier = ManifestVerifier(try policy.read(), now: .init(microseconds: Self.microseconds(.now)))
        var verdict = VerificationReport.Verdict.good
        var documents: [JSONValue] = []
        for file in files {
            let report = verifier.verify(try material(file))
            verdict = verdict.worse(report.verdict)
            documents.append(report.json(of: file))
            if !json { for line in report.lines(of: file) { try Console.standard.line(line) } }
        }
        if json {
            let document = documents.count == 1 ? documents[0] : .array(documents)
            try Console.standard.write(document.jsonBytes(pretty: true) + [0x0a])
        }
        throw verdict.exitCode
    }

    private static func microseconds(_ date: Date) -> Int64 { Int64(date.timeIntervalSince1970 * 1_000_000) }

    /// The record's files, those that were named before those that were found.
    private func material(_ path: String) throws -> VerificationMaterial {
        var material = try found(path)
        if let crate { material.crate = try RecordFolder.file(crate) }
        if let proof { material.proofs = [try RecordFolder.file(proof)] }
        if let status { material.status = try RecordFolder.file(status) }
        if let outputs {
            guard RecordFolder.isFolder(outputs) else { throw CommandFailure(.invalid, "\(outputs) is no folder") }
            material.folder = RecordFolder.outputs(outputs)
        }
        if let compare {
            let root = RecordFolder(compare).root
            material.otherCopy = { name in try? RecordFolder.file("\(root)/\(name)").bytes }
        }
        return material
    }

    private func found(_ path: String) throws -> VerificationMaterial {
        if RecordFolder.isFolder(path) { return try RecordFolder(path).material() }
        if RecordArchive.isOne(path) { return try RecordArchive(path).material() }
        let url = URL(filePath: path)
        let standard = [ManifestForm.envelope.fileName, ManifestForm.bundle.fileName]
        let file = try RecordFolder.file(path)
        // Beside a file of another name may lie the files of another record.
        guard standard.contains(url.lastPathComponent) else { return VerificationMaterial(signed: [file]) }
        var material = try RecordFolder(url.deletingLastPathComponent().path).material()
        material.signed = [file]
        return material
    }
}
