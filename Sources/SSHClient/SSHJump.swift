/// A host on the way to a login node.
package struct SSHJump: Sendable, Hashable {
    /// Name or address, as it stands in the known hosts file.
    package var host: String
    /// TCP port; nil is 22, or what ssh_config(5) says.
    package var port: Int?
    /// Account there; nil is that of the site.
    package var user: String?
    /// Private key for it; nil is that of the site.
    package var privateKeyPath: String?

    /// A jump host from its parts.
    package init(host: String, port: Int? = nil, user: String? = nil, privateKeyPath: String? = nil) {
        self.host = host
        self.port = port
        self.user = user
        self.privateKeyPath = privateKeyPath
    }

    /// Reads `[user@]host[:port]`, where an IPv6 address stands in brackets; nil when it is none.
    ///
    /// - Parameter text: the written form, as for `ssh -J`.
    package init?(_ text: String) {
        guard
            let match = text.wholeMatch(
                of: /(?:([^@\s]+)@)?(\[[0-9A-Fa-f:.]+\]|[^\[\]:@\s,\/-][^\[\]:@\s,\/]*)(?::([0-9]{1,5}))?/
            )
        else { return nil }
        let port = match.3.flatMap { Int($0) }
        if let port, !(1...65535).contains(port) { return nil }
        let host = match.2.hasPrefix("[") ? match.2.dropFirst().dropLast() : match.2
        self.init(host: String(host), port: port, user: match.1.map(String.init))
    }
}

extension SSHEndpoint {
    /// The last jump host as an endpoint of its own, which is reached by way of those before it; nil without one.
    var lastJump: SSHEndpoint? {
        guard let jump = jumps.last else { return nil }
        var result = self
        result.host = jump.host
        result.port = jump.port
        result.user = jump.user ?? user
        result.privateKeyPath = jump.privateKeyPath ?? privateKeyPath
        if jump.privateKeyPath != nil { result.keyMaterial = nil }
        result.jumps = jumps.dropLast()
        return result
    }
}
