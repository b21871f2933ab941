import ArgumentParser
import Foundation
import Provenance

/// Downloads the record of a job, or of a published analysis.
struct GetManifest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Download the signed record of a finished job or of an analysis.",
        discussion: """
            Examples:
              farfield manifest get job_01hzy... --form envelope > manifest.dsse.json
              farfield manifest get job_01hzy... --all record/
              farfield manifest get 0b54a2a6-8a0e-4a54-9f6d-3a0a9cd1b7ef --all record/

            Of an analysis, which is public, its present status is downloaded, too (--form status).
            Nothing is verified: farfield manifest verify does that, with keys that you trust.
            """
    )

    @Argument(help: ArgumentHelp("The job or the analysis.", valueName: "id"), completion: Completions.jobs)
    var id: String

    @Option(
        help: ArgumentHelp("crate, envelope, proof, bundle or status; printed as it is.", valueName: "form"),
        completion: .list(ManifestForm.allCases.map(\.rawValue) + [Self.status])
    )
    var form = "crate"

    @Option(help: ArgumentHelp("Write every form into this folder.", valueName: "folder"), completion: .directory)
    var all: String?

    @OptionGroup var options: ClientOptions

    private static let status = "status"

    /// The names of the files by form, those of which there are any.
    private var files: [String: String] {
        var files = Dictionary(uniqueKeysWithValues: ManifestForm.allCases.map { ($0.rawValue, $0.fileName) })
        if RecordID(id) != nil { files[Self.status] = RecordFolder.statusName }
        return files
    }

    mutating func validate() throws {
        guard files[form] != nil else {
            throw ValidationError(
                "There is no form '\(form)'; the forms are \(files.keys.sorted().joined(separator: ", "))."
            )
        }
    }

    func run() async throws {
        let client = options.connect()
        guard let all else {
            return try Console.standard.write(try await bytes(files[form] ?? "", client))
        }
        do {
            try FileManager.default.createDirectory(atPath: all, withIntermediateDirectories: true)
            for name in files.values.sorted() {
                let path = URL(filePath: all).appending(path: name)
                try Data(try await bytes(name, client)).write(to: path, options: .atomic)
                Console.standard.note(path.path)
            }
        } catch let error as CocoaError {
            throw CommandFailure(.invalid, "\(all) cannot be written: \(error.localizedDescription)")
        }
    }

    private func bytes(_ name: String, _ client: RESTClient) async throws -> [UInt8] {
        let analysis = RecordID(id).map { RequestTarget(document: "analysis/\($0)/\(name)") }
        return try await client.get(analysis ?? RequestTarget("jobs", id, "reproducibility-manifest", name)).body
    }
}
