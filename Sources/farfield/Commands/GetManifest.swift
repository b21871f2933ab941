import ArgumentParser
import Foundation
import Provenance

/// Downloads a record.
struct GetManifest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Download the signed record of a finished job.",
        discussion: """
            Examples:
              farfield manifest get job_01hzy... --form envelope > manifest.dsse.json
              farfield manifest get job_01hzy... --all record/

            Nothing is verified: farfield manifest verify does that, with keys that you trust.
            """
    )

    @Argument(help: ArgumentHelp("The job.", valueName: "id"), completion: Completions.jobs)
    var job: String

    @Option(
        help: ArgumentHelp("crate, envelope, proof or bundle; printed as it is.", valueName: "form"),
        completion: .list(ManifestForm.allCases.map(\.rawValue))
    )
    var form = "crate"

    @Option(help: ArgumentHelp("Write every form into this folder.", valueName: "folder"), completion: .directory)
    var all: String?

    @OptionGroup var options: ClientOptions

    mutating func validate() throws {
        guard ManifestForm(rawValue: form) != nil else {
            let forms = ManifestForm.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no form '\(form)'; the forms are \(forms).")
        }
    }

    func run() async throws {
        let client = options.connect()
        guard let all else {
            return try Console.standard.write(try await bytes(ManifestForm(rawValue: form) ?? .crate, client))
        }
        do {
            try FileManager.default.createDirectory(atPath: all, withIntermediateDirectories: true)
            for form in ManifestForm.allCases {
                let path = URL(filePath: all).appending(path: form.fileName)
                try Data(try await bytes(form, client)).write(to: path, options: .atomic)
                Console.standard.note(path.path)
            }
        } catch let error as CocoaError {
            throw CommandFailure(.invalid, "\(all) cannot be written: \(error.localizedDescription)")
        }
    }

    private func bytes(_ form: ManifestForm, _ client: RESTClient) async throws -> [UInt8] {
        try await client.get(RequestTarget("jobs", job, "reproducibility-manifest", form.fileName)).body
    }
}
