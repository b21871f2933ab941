import ArgumentParser
import Documents
import Foundation
import Gateway

/// What can be done with a configuration file.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration file.",
        subcommands: [CheckConfiguration.self]
    )
}

/// Reads a configuration file and points at every line that is wrong.
struct CheckConfiguration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Point at every line of a configuration file that is wrong.",
        discussion: """
            Examples:
              farfield config check
              farfield config check /etc/farfield/farfield.yaml --json

            The files it names (keys, known hosts, templates) are looked for too. Exit code 2 when something is wrong.
            """
    )

    @Argument(help: "The file (FARFIELD_CONFIG, config/farfield.yaml).", completion: .file())
    var file: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() async throws {
        let source = ConfigurationSource(path: file, environment: ProcessInfo.processInfo.environment)
        let name = source.file ?? "(built-in defaults)"
        var faults: [Fault] = []
        var sites = 0
        do {
            let configuration = try source.load()
            sites = configuration.sites.count
            faults = ConfigurationFiles.faults(configuration, program: CommandLine.arguments.first ?? "farfield")
        } catch .faults(let found) {
            faults = found
        } catch .syntax(let error) {
            faults = [Fault(error)]
        } catch {
            faults = [Fault(path: "", message: "\(error)", expected: "a readable file")]
        }
        if json {
            let list = faults.map { fault -> JSONValue in
                var members: [String: JSONValue] = [
                    "path": .string(fault.path), "message": .string(fault.message), "expected": .string(fault.expected),
                ]
                members["line"] = fault.line.map { .integer($0) }
                return .object(members)
            }
            let answer: JSONValue = ["file": .string(name), "ok": .boolean(faults.isEmpty), "errors": .array(list)]
            print(String(decoding: answer.jsonBytes(pretty: true), as: UTF8.self))
        } else if faults.isEmpty {
            print("\(name): fine, \(sites) \(sites == 1 ? "site" : "sites")")
        } else {
            for fault in faults { print("\(name):\(fault.line.map { "\($0):" } ?? "") \(fault.text)") }
        }
        if !faults.isEmpty { throw ExitCode(ExitCodes.invalid.rawValue) }
    }
}

extension Fault {
    fileprivate init(_ error: DocumentError) {
        switch error {
        case .syntax(let message, let line):
            self.init(path: "", message: message, expected: "YAML 1.2", line: line)
        case .tooManyValues:
            self.init(path: "", message: "\(error)", expected: "a smaller file")
        }
    }

    /// The fault without its line.
    fileprivate var text: String { "\(path.isEmpty ? "document" : path): \(message); expected \(expected)" }
}
