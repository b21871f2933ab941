/// How hard a site is used and how long is waited for it.
package struct SSHLimits: Sendable, Hashable {
    /// Commands and file operations at once on one connection (OpenSSH allows 10 by default and frees them late).
    package var maxSessions: Int
    /// Connections at once to the endpoint.
    package var maxConnections: Int
    /// From the first packet to the end of the authentication; name resolution has the resolver's own limit.
    package var connectTimeout: Duration
    /// An unused connection is closed after this long.
    package var idleTimeout: Duration
    /// How often a packet shows the peer (and the firewalls between) that we are here.
    ///
    /// A peer that acknowledges nothing for three intervals is taken for dead.
    package var keepaliveInterval: Duration
    /// The pause after the first failed attempt to connect; it doubles with every further one.
    package var reconnectDelay: Duration
    /// The longest pause between attempts to connect.
    package var reconnectDelayLimit: Duration

    /// Limits that suit an ordinary login node.
    package init(
        maxSessions: Int = 5,
        maxConnections: Int = 1,
        connectTimeout: Duration = .seconds(15),
        idleTimeout: Duration = .seconds(300),
        keepaliveInterval: Duration = .seconds(30),
        reconnectDelay: Duration = .seconds(1),
        reconnectDelayLimit: Duration = .seconds(60)
    ) {
        self.maxSessions = max(1, maxSessions)
        self.maxConnections = max(1, maxConnections)
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.keepaliveInterval = keepaliveInterval
        self.reconnectDelay = reconnectDelay
        self.reconnectDelayLimit = reconnectDelayLimit
    }
}
