package import Gateway
internal import Hummingbird
package import Logging
package import Provenance
internal import ServiceLifecycle

/// The REST server: binds the address and answers until the service group shuts down.
package struct GatewayServer: Service, CustomStringConvertible {
    private let services: GatewayServices
    private let provenance: ProvenanceWing
    private let address: ListenAddress
    private let limits: Limits
    private let metrics: GatewayMetrics
    private let logger: Logger

    /// A server; nothing is bound before ``run()``.
    ///
    /// - Parameters:
    ///   - services: what it calls.
    ///   - provenance: the wing of provenance.
    ///   - address: where it listens.
    ///   - limits: sizes and times it keeps.
    ///   - metrics: what `/metrics` shows.
    ///   - logger: where an operator reads.
    package init(
        services: GatewayServices,
        provenance: ProvenanceWing,
        address: ListenAddress,
        limits: Limits,
        metrics: GatewayMetrics,
        logger: Logger
    ) {
        self.services = services
        self.provenance = provenance
        self.address = address
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
    }

    /// What logs show of it: never what it holds.
    package var description: String { "REST server" }

    /// Serves until graceful shutdown: requests under way are answered, streams end.
    package func run() async throws {
        let table = RouteTable(services: services, provenance: provenance, limits: limits, metrics: metrics)
        let application = Application(
            router: table.router(limits: limits),
            server: .http1(configuration: .init(idleTimeout: .init(limits.idleTimeout))),
            configuration: .init(
                address: .hostname(address.host, port: address.port),
                serverName: "farfield",
                backlog: 1024,
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)
            ),
            logger: logger
        )
        try await application.run()
    }
}
