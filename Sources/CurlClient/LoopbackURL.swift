/// Tells whether a URL names this very machine by its loopback address or `localhost`.
package enum LoopbackURL {
    /// Whether the host of an absolute URL is `localhost`, `127.0.0.0/8` or `[::1]`.
    package static func matches(_ url: String) -> Bool {
        guard let start = url.firstRange(of: "://")?.upperBound else { return false }
        let authority = url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let hostAndPort = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let host: Substring
        if hostAndPort.hasPrefix("[") {
            host = hostAndPort.dropFirst().prefix { $0 != "]" }
        } else {
            host = hostAndPort.prefix { $0 != ":" }
        }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return host.lowercased() == "localhost" || host == "::1"
            || (octets.count == 4 && octets[0] == 127 && octets.allSatisfy { $0 != nil })
    }
}
