package import CurlClient

/// Where webhooks may lead.
package struct WebhookPolicy: Sendable, Hashable {
    /// Addresses that are allowed although they are not public, and the only ones without TLS.
    package var allowed: [AddressBlock]

    /// A policy.
    ///
    /// - Parameter allowed: addresses beyond the public ones.
    package init(allowed: [AddressBlock] = []) { self.allowed = allowed }

    /// Whether a connection may be made.
    ///
    /// - Parameters:
    ///   - address: the address itself, whatever name led to it.
    ///   - isSecure: whether TLS is spoken there.
    /// - Returns: true for allowed addresses, and for public ones with TLS.
    package func permits(_ address: NetworkAddress, isSecure: Bool) -> Bool {
        allowed.contains { $0.contains(address) } || (isSecure && address.isPublic)
    }
}
