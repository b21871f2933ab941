import ArgumentParser
import Foundation
import Gateway
import GatewayHTTP
import Logging
import Provenance
import ServiceLifecycle
import Simulator
import UnixSignals

/// Runs the gateway.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway.",
        discussion: """
            Examples:
              farfield serve
              farfield serve --config /etc/farfield/farfield.yaml
              FARFIELD_LISTEN=127.0.0.1:9000 farfield serve

            Without a configuration file it listens on 127.0.0.1:8700 and keeps its state in .farfield. The first
            start makes the admin's token: it is shown once on the terminal and written to admin.token in the state folder.
            TERM and INT end the gateway gracefully.
            """
    )

    @Option(name: .long, help: "The configuration file (FARFIELD_CONFIG, config/farfield.yaml).")
    var config: String?

    func run() async throws {
        let configuration = try Self.configuration(config)
        let logger = Self.logger(configuration)
        let metrics = GatewayMetrics.bootstrap()
        let runtime = try await GatewayRuntime.open(
            configuration,
            program: CommandLine.arguments.first ?? "farfield",
            makers: [SimulatorWing.maker],
            keeper: .system,
            logger: logger
        )
        let provenance = try await ProvenanceWing.open(on: runtime.spine)
        let simulator = try await SimulatorWing.open(on: runtime.spine)
        let server = GatewayServer(
            services: runtime.services,
            provenance: provenance,
            address: configuration.listen,
            limits: GatewayRuntime.fitted(configuration.limits),
            protection: configuration.protection,
            metrics: metrics,
            logger: logger
        )
        if let token = runtime.firstToken {
            try FirstTokenNotice.show(token, home: configuration.home, logger: logger)
        }
        logger.notice(
            "listening",
            metadata: [
                "address": "\(configuration.listenURL)",
                "sites": "\(configuration.sites.map(\.name).joined(separator: ", "))",
            ]
        )
        var group = ServiceGroupConfiguration(
            services: (runtime.longLived(with: provenance.handlers + simulator.handlers) + [server]).map {
                .init(service: $0)
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = .seconds(30)
        try await ServiceGroup(configuration: group).run()
        await runtime.close()
    }

    /// Reads the configuration.
    ///
    /// - Throws: `CommandFailure` that names every fault.
    static func configuration(_ path: String?) throws -> GatewayConfiguration {
        let source = ConfigurationSource(path: path, environment: ProcessInfo.processInfo.environment)
        do {
            return try source.load()
        } catch {
            throw CommandFailure(.invalid, "The configuration \(source.file ?? "") is not usable.\n\(error)")
        }
    }

    private static func logger(_ configuration: GatewayConfiguration) -> Logger {
        let level = Logger.Level(rawValue: configuration.logLevel) ?? .info
        let format = configuration.logFormat
        LoggingSystem.bootstrap(
            { _, provider in LineLogHandler(format: format, level: level, provider: provider) },
            metadataProvider: LogContext.provider
        )
        return Logger(label: "farfield")
    }
}
