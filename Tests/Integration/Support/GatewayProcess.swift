import CurlClient
import Documents
import Foundation
import TestSupport
import Testing

/// A real gateway: the built binary with a state folder, a port and a configuration of its own.
final class GatewayProcess: @unchecked Sendable {
    // Safe: the process is started and stopped by the one test that owns the gateway.
    let home: String
    /// Where the gateway keeps its database, artifacts and token.
    let state: String
    let port: Int
    let configurationPath: String
    /// The certificate authority its clients trust, where it speaks TLS.
    let authority: String?
    private let environment: [String: String]
    private var process: ChildProcess?

    /// Prepares a gateway; ``start()`` runs it.
    ///
    /// - Parameters:
    ///   - sites: YAML of the list under `sites:`.
    ///   - general: YAML lines before `sites:`.
    ///   - environment: variables beside the test's own.
    ///   - state: the state folder; one of its own in ``home`` when left out.
    ///   - authority: a PEM file, where `general` says that it speaks TLS.
    ///   - level: the smallest level that is logged.
    /// - Throws: file errors.
    init(
        sites: String = TestCluster.site(),
        general: String = "",
        environment: [String: String] = [:],
        state: String? = nil,
        authority: String? = nil,
        level: String = "debug"
    ) throws {
        self.authority = authority
        home = NSTemporaryDirectory() + "farfield-" + UUID().uuidString
        self.state = state ?? home
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        port = try FreePort.find()
        configurationPath = home + "/farfield.yaml"
        let text = "listen: 127.0.0.1:\(port)\nhome: \(self.state)\nlogLevel: \(level)\n\(general)\nsites:\n\(sites)"
        try text.write(toFile: configurationPath, atomically: true, encoding: .utf8)
        self.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("FARFIELD_") }.merging(environment) { $1 }
    }

    deinit {
        stop(with: SIGKILL)
        try? FileManager.default.removeItem(atPath: home)
    }

    /// The address of the API.
    var url: String { "\(authority == nil ? "http" : "https")://127.0.0.1:\(port)" }

    /// The admin's token, once the gateway has started.
    var token: String {
        ((try? String(contentsOfFile: state + "/admin.token", encoding: .utf8)) ?? "")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Its process, while it runs.
    var processID: Int32 { process?.identifier ?? 0 }

    /// Everything the gateway has logged.
    var log: String { (try? String(contentsOfFile: home + "/gateway.log", encoding: .utf8)) ?? "" }

    /// Starts it and waits until it answers.
    @discardableResult
    func start() async throws -> GatewayProcess {
        let path = home + "/gateway.log"
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        let process = try ChildProcess(
            Repository.binary,
            ["serve", "--config", configurationPath],
            environment: environment,
            folder: Repository.root,
            output: handle.fileDescriptor,
            errors: handle.fileDescriptor
        )
        self.process = process
        try await eventually("the gateway answers", within: .seconds(30)) {
            guard process.status == nil else { throw StartFailure(log: self.log) }
            return (try? await API(self).get("/health/live", token: nil))?.status == 200
        }
        return self
    }

    /// Ends it with a signal and waits for its end.
    ///
    /// - Returns: the exit status, or the signal.
    @discardableResult
    func stop(with signal: Int32 = SIGTERM) -> Int32 {
        guard let process, process.status == nil else { return 0 }
        kill(process.identifier, signal)
        self.process = nil
        return process.waitUntilExit()
    }

    /// Sends it a signal and does not wait, for example SIGSTOP and SIGCONT.
    func signal(_ signal: Int32) {
        guard let process, process.status == nil else { return }
        kill(process.identifier, signal)
    }

    /// Runs the command line against this gateway.
    func cli(_ arguments: String..., input: String? = nil) async throws -> CommandResult {
        try await cli(arguments, input: input)
    }

    /// Runs the command line against this gateway.
    func cli(_ arguments: [String], input: String? = nil) async throws -> CommandResult {
        var variables = environment
        variables["FARFIELD_URL"] = url
        variables["FARFIELD_TOKEN"] = token
        variables["FARFIELD_CONFIG"] = configurationPath
        return try await Command.run(Repository.binary, arguments, environment: variables, input: input)
    }
}

/// The gateway ended while it started.
struct StartFailure: Error, CustomStringConvertible {
    let log: String
    var description: String { "the gateway did not start:\n\(log)" }
}
