import ArgumentParser
import Documents
import Foundation
import Gateway

/// Prints the batch script a manifest would become, without a gateway.
struct Render: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the batch script a manifest would become.",
        discussion: """
            Examples:
              farfield render job.yaml
              farfield render job.yaml --json | jq -r .scriptDigest

            Nothing is sent: the script is made here, from the configuration's sites and templates.
            """
    )

    @Argument(help: "The manifest, YAML or JSON; - reads standard input.", completion: .file())
    var file: String

    @Option(name: .long, help: "The configuration file (FARFIELD_CONFIG, config/farfield.yaml).")
    var config: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() async throws {
        let source = ConfigurationSource(path: config, environment: ProcessInfo.processInfo.environment)
        let preview: ScriptPreview
        do {
            let manifest = try ManifestFile(reading: file)
            let document =
                manifest.contentType == "application/json"
                ? try Document(json: manifest.bytes)
                : try Document(yaml: String(decoding: manifest.bytes, as: UTF8.self))
            preview = try OfflineRendering.preview(
                document,
                configuration: try source.load(),
                program: CommandLine.arguments.first ?? "farfield"
            )
        } catch let error as GatewayError {
            throw CommandFailure(.invalid, "\(error)")
        } catch let error as DocumentError {
            throw CommandFailure(.invalid, "\(file): \(error)")
        } catch let error as ConfigurationError {
            throw CommandFailure(.invalid, "The configuration \(source.file ?? "") is not usable.\n\(error)")
        }
        guard json else {
            print(preview.script, terminator: preview.script.hasSuffix("\n") ? "" : "\n")
            return
        }
        let document: JSONValue = [
            "script": .string(preview.script), "template": .string(preview.template), "site": .string(preview.site),
            "manifest": preview.manifest, "scriptDigest": .string(preview.scriptDigest),
        ]
        print(String(decoding: document.jsonBytes(pretty: true), as: UTF8.self))
    }
}
