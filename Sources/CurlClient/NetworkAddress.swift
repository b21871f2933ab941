import CCurl
import Glibc

/// An IPv4 or IPv6 address, in network byte order; an IPv4 address inside an IPv6 one (RFC 4291 §2.5.5.2) is the
/// IPv4 address.
package struct NetworkAddress: Sendable, Hashable {
    /// 4 or 16 bytes.
    package let bytes: [UInt8]

    private init(_ bytes: [UInt8]) {
        let isMapped = bytes.count == 16 && bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    }

    /// Reads `192.0.2.1` or `2001:db8::1`, without brackets; nil when it is neither.
    ///
    /// - Parameter text: the written form, inet_pton(3).
    package init?(_ text: String) {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            guard unsafe inet_pton(family, text, &bytes) == 1 else { continue }
            self.init(bytes)
            return
        }
        return nil
    }

    /// The address curl is about to connect to; nil when it is of another family.
    init?(_ target: UnsafePointer<curl_sockaddr>) {
        let family = unsafe target.pointee.family
        // The struct ends in a `sockaddr` that is longer than its type says (curl's Curl_sockaddr_ex).
        let start = unsafe UnsafeRawPointer(target) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
        let place: (offset: Int, count: Int)
        switch family {
        case AF_INET: place = (MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 0, 4)
        case AF_INET6: place = (MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 0, 16)
        default: return nil
        }
        let bytes = unsafe UnsafeRawBufferPointer(start: start + place.offset, count: place.count)
        unsafe self.init(Array(bytes))
    }

    /// Whether it belongs to a host that anybody may reach: false for this machine, private and link-local networks,
    /// multicast, documentation, and everything else of IANA's special-purpose registries (RFC 6890).
    package var isPublic: Bool {
        if bytes.count == 4 { return !Self.special.contains { $0.contains(self) } }
        // Global unicast is 2000::/3; the rest is special by definition.
        return Self.globalUnicast.contains(self) && !Self.special.contains { $0.contains(self) }
    }

    private static let globalUnicast = AddressBlock(known: "2000::/3")

    /// What IANA's registries call special.
    ///
    /// https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry; 6to4 (2002::/16)
    /// leads to any IPv4 address.
    private static let special = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    ].map { AddressBlock(known: $0) }
}

extension NetworkAddress: CustomStringConvertible {
    /// The written form, RFC 5952.
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        _ = unsafe bytes.withUnsafeBytes { bytes in
            unsafe inet_ntop(family, bytes.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Addresses that share their first bits, CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
package struct AddressBlock: Sendable, Hashable {
    /// An address of the block.
    package let base: NetworkAddress
    /// How many bits are shared.
    package let prefixLength: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or one address; nil when it is none.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = NetworkAddress(String(first)) else { return nil }
        let bits = base.bytes.count * 8
        guard parts.count == 2 else {
            self.init(base: base, prefixLength: bits)
            return
        }
        guard let length = Int(parts[1]), (0...bits).contains(length), String(length) == parts[1] else { return nil }
        self.init(base: base, prefixLength: length)
    }

    private init(base: NetworkAddress, prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
    }

    /// A block written in this file.
    fileprivate init(known text: String) {
        guard let block = AddressBlock(text) else { preconditionFailure("\(text) is no block of addresses") }
        self = block
    }

    /// Whether an address is one of it.
    package func contains(_ address: NetworkAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        let whole = prefixLength / 8
        guard address.bytes.prefix(whole) == base.bytes.prefix(whole) else { return false }
        let left = prefixLength % 8
        return left == 0 || address.bytes[whole] >> (8 - left) == base.bytes[whole] >> (8 - left)
    }
}
