package import CurlClient

/// Tells from which address a request comes, when proxies stand between.
///
/// Only what a trusted proxy says is believed, and only as far as it can know: the rightmost address that is no trusted
/// proxy's is the client's; what stands left of it anybody may have written.
package enum ClientAddress {
    /// The most hops that are looked at.
    private static let most = 32

    /// The client's address.
    ///
    /// - Parameters:
    ///   - peer: who is connected to the gateway.
    ///   - forwardedFor: the fields `X-Forwarded-For`.
    ///   - forwarded: the fields `Forwarded` (RFC 7239).
    ///   - trusted: the proxies that are believed.
    /// - Returns: the client; the peer where nothing believable is said.
    package static func find(
        peer: NetworkAddress,
        forwardedFor: [String],
        forwarded: [String],
        trusted: [AddressBlock]
    ) -> NetworkAddress {
        guard trusted.contains(where: { $0.contains(peer) }) else { return peer }
        let simple = hops(forwardedFor).map { address($0) }
        let full = hops(forwarded).map { element in parameter("for", of: element).flatMap(address) }
        // A proxy that writes one of the two passes the other on as the client wrote it.
        switch (simple.isEmpty, full.isEmpty) {
        case (true, true): return peer
        case (false, true): return walk(simple, from: peer, trusted)
        case (true, false): return walk(full, from: peer, trusted)
        case (false, false):
            let client = walk(simple, from: peer, trusted)
            return client == walk(full, from: peer, trusted) ? client : peer
        }
    }

    /// From the nearest hop outwards, until one is not trusted or cannot be read.
    private static func walk(
        _ hops: [NetworkAddress?],
        from peer: NetworkAddress,
        _ trusted: [AddressBlock]
    ) -> NetworkAddress {
        var last = peer
        for hop in hops.reversed() {
            guard let hop else { return last }
            last = hop
            guard trusted.contains(where: { $0.contains(hop) }) else { return hop }
        }
        return last
    }

    private static func hops(_ fields: [String]) -> [Substring] {
        Array(fields.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.suffix(most))
    }

    /// `for="[2001:db8::1]:4711";proto=https` (RFC 7239 §4).
    private static func parameter(_ name: String, of element: Substring) -> Substring? {
        for pair in element.split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, trimmed(parts[0]).lowercased() == name { return parts[1] }
        }
        return nil
    }

    /// An address with or without quotes, brackets and port.
    private static func address(_ text: Substring) -> NetworkAddress? {
        var text = trimmed(text)
        if text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 { text = text.dropFirst().dropLast() }
        if text.hasPrefix("[") { return NetworkAddress(String(text.dropFirst().prefix { $0 != "]" })) }
        if text.count(where: { $0 == ":" }) == 1 { text = text.prefix { $0 != ":" } }
        return NetworkAddress(String(text))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return text
    }
}

extension NetworkAddress {
    /// Whom limits count: an IPv4 address, or the network of an IPv6 one.
    package var rateSubject: RateSubject {
        // Four bytes give less than 2^32, and no network of IPv6 in use begins with so many zeros (RFC 4291 §2.4).
        .network(bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
