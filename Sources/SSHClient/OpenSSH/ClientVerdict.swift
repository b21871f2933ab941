/// What `ssh` meant when it gave up: its own words, read line by line.
///
/// The texts are those of OpenSSH 8.4 to 9.9 (`sshconnect.c`, `sshconnect2.c`); they are not translated. A text that is not
/// known is told as it stands.
struct ClientVerdict: Sendable {
    let endpoint: SSHEndpoint
    let lines: [String]

    init(_ endpoint: SSHEndpoint, text: String) {
        self.endpoint = endpoint
        lines = text.split(whereSeparator: \.isNewline).map(String.init)
    }

    var error: SSHError {
        if let error = hostKeyProblem ?? refusal { return error }
        if let line = lines.last(where: { $0.contains("ssh: connect to host ") }), let reason = Self.tail(line) {
            return cannotConnect(reason)
        }
        if let line = lines.last(where: { $0.contains("ssh: Could not resolve hostname ") }) {
            return cannotConnect(String(line.dropFirst("ssh: ".count)))
        }
        if let line = lines.last(where: { $0.contains("Unable to negotiate with ") }) {
            return cannotConnect("no common method with the server: \(Self.tail(line) ?? line)")
        }
        guard endpoint.jumps.isEmpty else {
            // What the `ssh` of a jump host says, this one hides.
            let way = endpoint.jumps.map(\.host).joined(separator: ", ")
            return cannotConnect(
                "no way through the jump hosts \(way): one is down, its host key is not known, or it refuses us (\(words))"
            )
        }
        return cannotConnect(words)
    }

    /// What is not debugging, on one line.
    private var words: String {
        let own = lines.filter {
            !$0.hasPrefix("debug1:") && !$0.hasPrefix("OpenSSH_") && !$0.hasPrefix("Authenticated")
        }
        return own.isEmpty ? "ssh gives no reason" : own.suffix(4).joined(separator: "; ")
    }

    private func cannotConnect(_ reason: String) -> SSHError {
        .cannotConnect(host: endpoint.host, port: endpoint.portNumber, reason: reason)
    }

    /// What stands behind the last `: `.
    private static func tail(_ line: String) -> String? {
        line.split(separator: ": ").last.map { String($0.filter { $0 != "\r" }) }
    }

    // MARK: - Host key

    private var hostKeyProblem: SSHError? {
        guard lines.contains(where: { $0.hasPrefix("Host key verification failed") }) else { return nil }
        // The last one shown: jump hosts come before the target.
        let shown = lines.last { $0.hasPrefix("debug1: Server host key: ") }?.split(separator: " ").map(String.init)
        let (keyType, fingerprint) = (shown?.dropFirst(4).first ?? "?", shown?.dropFirst(5).first ?? "?")
        let offender = lines.last { $0.hasPrefix("Offending ") }
        if isKeyChanged(offender) {
            return .hostKeyChanged(
                host: endpoint.host,
                fingerprint: fingerprint,
                knownHostsPath: endpoint.knownHostsName,
                line: offender?.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) }
            )
        }
        return .hostKeyUnknown(
            host: endpoint.host,
            port: endpoint.portNumber,
            fingerprint: fingerprint,
            keyType: keyType,
            knownHostsPath: endpoint.knownHostsName
        )
    }

    /// `ssh` also calls a key changed when the file holds only one of another type; that proves nothing.
    private func isKeyChanged(_ offender: String?) -> Bool {
        if lines.contains(where: { $0.contains("REVOKED HOST KEY") }) { return true }
        guard lines.contains(where: { $0.contains("IDENTIFICATION HAS CHANGED") }) else { return false }
        let sent = lines.last { $0.hasPrefix("The fingerprint for the ") }?.split(separator: " ").dropFirst(4).first
        return offender?.split(separator: " ").dropFirst().first == sent
    }

    // MARK: - User key

    private var refusal: SSHError? {
        guard
            let line = lines.last(where: {
                $0.contains(": Permission denied (") || $0.contains("Too many authentication failures")
            })
        else { return nil }
        let methods = line.split(separator: "(").last.map { $0.prefix { $0 != ")" } } ?? ""
        let offered = lines.filter { $0.hasPrefix("debug1: Offering public key: ") }.count
        let reason =
            line.contains("Too many")
            ? "it was offered too many keys; name the right one as privateKey"
            : "it offers \(methods) and accepts none of \(offered) keys (publickey)"
        return .authenticationRefused(user: endpoint.userName, keyPath: endpoint.keyName, reason: reason)
    }
}
