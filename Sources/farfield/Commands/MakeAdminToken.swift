import ArgumentParser
import Foundation
import Gateway
import Logging

/// `farfield admin-token`: lets the owner of the machine in again.
struct MakeAdminToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin-token",
        abstract: "Make a new admin's token on the gateway's own machine.",
        discussion: """
            Examples:
              farfield admin-token
              farfield admin-token --config /etc/farfield/farfield.yaml

            For when every admin's token is lost. It writes to the gateway's database and home folder, needs the right
            to do so and nothing else, and works while the gateway runs. The token is shown this once and written to
            admin.token in the home folder. Older tokens go on working until they are revoked.
            """
    )

    @Option(name: .long, help: "The configuration file (FARFIELD_CONFIG, config/farfield.yaml).")
    var config: String?

    func run() async throws {
        let configuration = try Serve.configuration(config)
        guard FileManager.default.fileExists(atPath: configuration.home) else {
            throw CommandFailure(.invalid, "there is no home folder '\(configuration.home)'; start the gateway first.")
        }
        do {
            let token = try await LocalAdmin.makeToken(
                configuration,
                keeper: .system,
                logger: Logger(label: "farfield")
            )
            try Console.standard.line(token)
        } catch {
            throw CommandFailure(.gatewayFailure, "no token was made. \(error)")
        }
    }
}
