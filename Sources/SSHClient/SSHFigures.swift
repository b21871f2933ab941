/// How an endpoint's connections are used at one moment, and how connecting went since the start.
package struct SSHFigures: Sendable, Hashable {
    /// Connections that stand.
    package var connections: Int
    /// Commands and file operations under way.
    package var sessions: Int
    /// Callers that wait for a place on a connection.
    package var waiting: Int
    /// Connections made since the start.
    package var connects: Int
    /// Attempts to connect that failed since the start, by ``SSHError/label``.
    package var failures: [String: Int]
    /// Whether callers are refused at once, because connecting keeps failing.
    package var isCircuitOpen: Bool

    /// Figures.
    package init(
        connections: Int = 0,
        sessions: Int = 0,
        waiting: Int = 0,
        connects: Int = 0,
        failures: [String: Int] = [:],
        isCircuitOpen: Bool = false
    ) {
        self.connections = connections
        self.sessions = sessions
        self.waiting = waiting
        self.connects = connects
        self.failures = failures
        self.isCircuitOpen = isCircuitOpen
    }
}

extension SSHError {
    /// The kind of error in one word, for metrics: never a text from elsewhere.
    package var label: String {
        switch self {
        case .cannotConnect: "cannot_connect"
        case .timedOut: "timed_out"
        case .hostKeyUnknown: "host_key_unknown"
        case .hostKeyChanged: "host_key_changed"
        case .authenticationRefused: "authentication_refused"
        case .loginNeeded: "login_needed"
        case .keyFileUnusable: "key_file_unusable"
        case .connectionLost: "connection_lost"
        case .requestRefused: "request_refused"
        case .outputTooLarge: "output_too_large"
        case .fileFailure: "file_failure"
        case .cancelled: "cancelled"
        }
    }
}
