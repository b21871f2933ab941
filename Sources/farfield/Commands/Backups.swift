import ArgumentParser
import CurlClient
import Foundation
import Gateway
import Logging

/// `farfield backup`: copies everything a gateway keeps, while it runs.
struct BackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy database, artifacts and tokens, while the gateway runs.",
        discussion: """
            Examples:
              farfield backup /backup/farfield-2026-11-20
              farfield backup /backup/farfield-2026-11-20.tar

            A name that ends with .tar makes one file (and needs twice the space for a while), any other a folder. It
            holds secrets: it is readable by its owner alone. Nothing is ever written over. PostgreSQL is copied by
            pg_dump, which must be installed and at least as new as the server.
            """
    )

    @Argument(help: ArgumentHelp("The folder or the .tar file to make.", valueName: "place"), completion: .file())
    var place: String

    @Option(name: .long, help: "The configuration file (FARFIELD_CONFIG, config/farfield.yaml).")
    var config: String?

    func run() async throws {
        let configuration = try Serve.configuration(config)
        do {
            let backup = try Backup(configuration, keeper: .system, logger: Logger(label: "farfield"))
            let list = try await backup.make(place)
            try Console.standard.line("\(place): \(list.files.count) files, \(ByteCount.text(Int(list.size)))")
        } catch {
            throw CommandFailure(.gatewayFailure, "no backup was made. \(error)")
        }
    }
}

/// `farfield restore`: brings a backup back.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring a backup back into an empty home and database.",
        discussion: """
            Examples:
              farfield restore /backup/farfield-2026-11-20
              farfield restore /backup/farfield-2026-11-20.tar --force

            Every digest is checked before anything is changed. Stop the gateway first. With --force what is there is
            moved aside, not deleted. What happened after the backup is not in it: jobs that were submitted to the
            gateway later are unknown to it; jobs that were sent to their site later are found there and not sent again.
            """
    )

    @Argument(help: ArgumentHelp("The backup: a folder or a .tar file.", valueName: "place"), completion: .file())
    var place: String

    @Flag(help: "Move what is in the home folder and the database aside.")
    var force = false

    @Option(name: .long, help: "The configuration file (FARFIELD_CONFIG, config/farfield.yaml).")
    var config: String?

    func run() async throws {
        let configuration = try Serve.configuration(config)
        if await RunningGateway.find(configuration) != nil {
            throw CommandFailure(.conflict, "a gateway runs at \(RunningGateway.url(configuration)); stop it first.")
        }
        do {
            let restoration = try Restoration(configuration, keeper: .system, logger: Logger(label: "farfield"))
            let list = try await restoration.run(place, force: force)
            try Console.standard.line(
                "restored \(list.files.count) files, the state of \(list.madeAt.iso8601); start the gateway now"
            )
        } catch BackupError.notEmpty(let what) {
            throw CommandFailure(.conflict, "\(BackupError.notEmpty(what: what))")
        } catch {
            throw CommandFailure(.gatewayFailure, "nothing was restored, or not all. \(error)")
        }
    }
}

/// A gateway that may run on this machine.
enum RunningGateway {
    /// Where the configuration says that it listens; with TLS, its public address, which the certificate is good for.
    static func url(_ configuration: GatewayConfiguration) -> String {
        if case .tls = configuration.protection.transport {
            return configuration.provenance.url ?? configuration.listenURL
        }
        let host = configuration.listen.host
        let reachable = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "[::1]" : host
        return "http://\(reachable):\(configuration.listen.port)"
    }

    /// The status of its health page; nil when nobody listens there.
    static func find(_ configuration: GatewayConfiguration) async -> Int? {
        let limits = HTTPRequest.TimeLimits(connect: .seconds(3), total: .seconds(10), stall: nil)
        let request = HTTPRequest("GET", url(configuration) + "/health/ready", timeLimits: limits)
        do {
            return try await HTTPClient(.init(userAgent: "farfield")).send(request).status
        } catch HTTPClientError.refused {
            return nil
        } catch {
            return 0
        }
    }
}
