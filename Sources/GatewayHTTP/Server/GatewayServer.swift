package import Gateway
internal import Hummingbird
internal import HummingbirdCore
package import Logging
package import Provenance
internal import ServiceLifecycle

/// The REST server: binds the address and answers until the service group shuts down.
package struct GatewayServer: Service, CustomStringConvertible {
    /// Most bytes of a request's address and fields together.
    private static let headBytes = 64 << 10

    private let services: GatewayServices
    private let provenance: ProvenanceWing
    private let address: ListenAddress
    private let limits: Limits
    private let protection: ProtectionPolicy
    private let metrics: GatewayMetrics
    private let logger: Logger

    /// A server; nothing is bound before ``run()``.
    ///
    /// - Parameters:
    ///   - services: what it calls.
    ///   - provenance: the wing of provenance.
    ///   - address: where it listens.
    ///   - limits: sizes, times and rates it keeps.
    ///   - protection: TLS, and who is believed.
    ///   - metrics: what `/metrics` shows.
    ///   - logger: where an operator reads.
    package init(
        services: GatewayServices,
        provenance: ProvenanceWing,
        address: ListenAddress,
        limits: Limits,
        protection: ProtectionPolicy,
        metrics: GatewayMetrics,
        logger: Logger
    ) {
        self.services = services
        self.provenance = provenance
        self.address = address
        self.limits = limits
        self.protection = protection
        self.metrics = metrics
        self.logger = logger
    }

    /// What logs show of it: never what it holds.
    package var description: String { "REST server" }

    /// The certificate, where the gateway speaks TLS itself.
    private func certificates() throws -> Certificates? {
        guard case .tls(let files) = protection.transport else { return nil }
        return try Certificates(files, logger: logger)
    }

    private func builder(_ certificates: Certificates?) -> HTTPServerBuilder {
        guard let certificates else { return .http1(configuration: channel) }
        let channel = channel
        return HTTPServerBuilder { responder in
            EncryptedChannel(
                base: HTTP1Channel(responder: responder, configuration: channel),
                certificates: certificates
            )
        }
    }

    /// How a connection is read: what is too large or too slow ends it.
    private var channel: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [BodyPace(leastBytesPerSecond: limits.leastBodySpeed)],
            idleTimeout: .init(limits.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Self.headBytes,
                maxHeaderListSize: Self.headBytes,
                maxHeaderFieldCount: 200
            )
        )
    }

    /// Serves until graceful shutdown: requests under way are answered, streams end.
    package func run() async throws {
        let certificates = try certificates()
        let table = RouteTable(
            services: services,
            provenance: provenance,
            limits: limits,
            protection: protection,
            metrics: metrics
        )
        let application = Application(
            router: table.router(limits: limits),
            server: builder(certificates),
            configuration: .init(
                address: .hostname(address.host, port: address.port),
                serverName: "farfield",
                backlog: 1024,
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)
            ),
            logger: logger
        )
        guard let certificates else { return try await application.run() }
        let watch = CertificateWatch(certificates: certificates, keeper: .system)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { try await watch.run() }
            try await group.next()
            group.cancelAll()
        }
    }
}
