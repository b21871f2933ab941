/// What `ssh` is told, ssh(1) and ssh_config(5): a pure table from an endpoint to arguments.
enum ClientOptions {
    /// How long a control master outlives us; while we live, our place on its socket keeps it.
    private static let persistence = 5

    /// Arguments that leave a control master behind, which listens at `socket`.
    ///
    /// The user's own configuration counts where nothing is given here.
    static func arguments(_ endpoint: SSHEndpoint, limits: SSHLimits, socket: String) -> [String] {
        let interval = max(1, limits.keepaliveInterval.components.seconds)
        var options = [
            "ControlMaster=yes", "ControlPath=\(quoted(socket))", "ControlPersist=\(persistence)",
            "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ServerAliveInterval=\(interval)",
            "ServerAliveCountMax=3", "ConnectionAttempts=1", "NumberOfPasswordPrompts=1", "LogLevel=DEBUG1",
            "ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no", "RequestTTY=no",
            "RemoteCommand=none",
            "BatchMode=\(endpoint.asksNothing ? "yes" : "no")",
        ]
        if let key = endpoint.privateKeyPath {
            options += ["IdentityFile=\(quoted(key))", "IdentitiesOnly=yes"]
        }
        if let hosts = endpoint.knownHostsPath {
            options += ["UserKnownHostsFile=\(quoted(hosts))", "GlobalKnownHostsFile=none"]
        }
        var arguments = endpoint.clientConfigurationPath.map { ["-F", $0] } ?? []
        arguments += ["-N", "-T"] + options.flatMap { ["-o", $0] }
        if let port = endpoint.port { arguments += ["-p", "\(port)"] }
        if let user = endpoint.user { arguments += ["-l", user] }
        // A name that begins with a dash is a name all the same.
        return arguments + ["--", endpoint.host]
    }

    /// As one word of ssh_config(5), where `%` begins a token.
    private static func quoted(_ path: String) -> String {
        "\"\(path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%"))\""
    }
}

extension SSHEndpoint {
    /// Whether `ssh` has nothing to ask that we could answer.
    var asksNothing: Bool { passphrase == nil }
}
