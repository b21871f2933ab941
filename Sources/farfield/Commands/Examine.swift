import ArgumentParser
import CurlClient
import Documents
import Foundation
import Gateway
import GatewayHTTP
import Logging
import Provenance

/// `farfield doctor`: checks what an operator would check.
struct Examine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check configuration, folders, database, queue, log and sites, and say how to cure what is wrong.",
        discussion: """
            Examples:
              farfield doctor
              farfield doctor --json | jq '.checks[] | select(.state != "passed")'

            It runs on the gateway's machine, with or without the gateway, and changes nothing. The exit code is 0 when
            no check failed (warnings count only with --strict), 1 when one did, 2 when the configuration is unusable.
            """
    )

    @Option(name: .long, help: "The configuration file (FARFIELD_CONFIG, config/farfield.yaml).")
    var config: String?

    @Flag(help: "Count warnings as failures.")
    var strict = false

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() async throws {
        let configuration = try Serve.configuration(config)
        let program = CommandLine.arguments.first ?? "farfield"
        // What the parts log is in the checks, too.
        let logger = Logger(label: "farfield", factory: { _ in SwiftLogNoOpLogHandler() })
        let doctor = Doctor(configuration, program: program, keeper: .system, logger: logger)
        let status = await RunningGateway.find(configuration)
        var checks = doctor.local() + [Self.address(configuration, status)]
        checks += CertificateDoctor.checks(configuration, at: TimeKeeper.system.now())
        checks += await doctor.database()
        checks += await ProvenanceDoctor(configuration, logger: logger).checks()
        if let told = await Self.sites(configuration, isRunning: status == 200) {
            checks += told
        } else {
            checks += await doctor.sites()
        }
        checks += await doctor.models()
        try show(checks)
        let isSick = checks.contains { $0.state == .failed || strict && $0.state == .warning }
        if isSick { throw CommandFailure.silent(.jobNotCompleted) }
    }

    private static func address(_ configuration: GatewayConfiguration, _ status: Int?) -> SiteCheck {
        let url = RunningGateway.url(configuration)
        switch status {
        case nil: return SiteCheck(name: "gateway", state: .skipped, detail: "nobody listens at \(url)")
        case 200: return SiteCheck(name: "gateway", state: .passed, detail: "ready at \(url)")
        case 503:
            return SiteCheck(
                name: "gateway",
                state: .failed,
                detail: "it runs at \(url) and is not ready",
                cure: "See \(url)/health/ready."
            )
        default:
            return SiteCheck(
                name: "gateway",
                state: .failed,
                detail: "something else listens at \(url)",
                cure: "Choose another address with `listen`, or stop that program."
            )
        }
    }

    /// The sites as the running gateway finds them; nil when none runs here that takes the token of the state folder.
    private static func sites(_ configuration: GatewayConfiguration, isRunning: Bool) async -> [SiteCheck]? {
        guard isRunning else { return nil }
        let url = RunningGateway.url(configuration)
        let token = AccessToken.local(environment: ["FARFIELD_HOME": configuration.home], url: url)
        let client = RESTClient(baseURL: url, tokens: token.map(TokenSource.fixed) ?? .none, wantsDocuments: false)
        let limits = HTTPRequest.TimeLimits(connect: .seconds(10), total: .seconds(120), stall: nil)
        var checks: [SiteCheck] = []
        for site in configuration.sites {
            let target = RequestTarget("sites", site.name, "check")
            guard let answer = try? await client.post(target, timeLimits: limits),
                let report: Wire.SiteCheck = try? answer.decode()
            else { return nil }
            checks += report.checks.map { check in
                SiteCheck(
                    name: "\(site.name): \(check.name)",
                    state: SiteCheck.State(rawValue: check.state) ?? .failed,
                    detail: check.detail ?? "",
                    cure: check.cure
                )
            }
        }
        return checks
    }

    private func show(_ checks: [SiteCheck]) throws {
        let console = Console.standard
        guard !json else {
            let list = checks.map { check -> JSONValue in
                [
                    "name": .string(check.name), "state": .string(check.state.rawValue),
                    "detail": .string(check.detail), "cure": check.cure.map { .string($0) } ?? .null,
                ]
            }
            let isFine = !checks.contains { $0.state == .failed }
            let document: JSONValue = ["ok": .boolean(isFine), "checks": .array(list)]
            try console.write(document.jsonBytes(pretty: true) + [0x0a])
            return
        }
        let width = checks.map(\.name.count).max() ?? 0
        for check in checks {
            let padding = String(repeating: " ", count: width - check.name.count + 2)
            let word = check.state.rawValue
            let state = console.paint(state: word) + String(repeating: " ", count: max(0, 7 - word.count) + 2)
            try console.line(printable(check.name) + padding + state + printable(check.detail))
            guard check.state == .failed || check.state == .warning, let cure = check.cure else { continue }
            try console.line(String(repeating: " ", count: width + 2) + "cure: " + printable(cure))
        }
    }
}
