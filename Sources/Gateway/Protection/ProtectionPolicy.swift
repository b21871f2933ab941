package import CurlClient

/// How the gateway's door is kept.
package struct ProtectionPolicy: Sendable, Hashable {
    /// Proxies whose word about the client's address is believed.
    package var trustedProxies: [AddressBlock] = []
    /// What protects tokens on their way.
    package var transport = TransportPolicy.plain

    /// What holds where nothing is configured.
    package static let standard = ProtectionPolicy()
}

/// What protects tokens on their way to the gateway.
package enum TransportPolicy: Sendable, Hashable {
    /// Nothing: only on loopback.
    case plain
    /// A proxy before the gateway ends TLS, and nobody else reaches the gateway.
    case behindProxy
    /// The gateway itself.
    case tls(TLSFiles)
}

/// Where the gateway's certificate and key lie.
package struct TLSFiles: Sendable, Hashable {
    /// The oldest version of TLS that is spoken.
    package enum Version: String, Sendable, Hashable, CaseIterable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// PEM: the gateway's certificate first, then those that lead to the root.
    package let certificate: String
    /// PEM: the key, not encrypted, in a file of mode 0600.
    package let key: String
    /// The oldest version that is spoken.
    package let minimumVersion: Version

    /// Files.
    package init(certificate: String, key: String, minimumVersion: Version = .tls12) {
        self.certificate = certificate
        self.key = key
        self.minimumVersion = minimumVersion
    }
}
