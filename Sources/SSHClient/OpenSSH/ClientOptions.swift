/// What `ssh` is told, ssh(1) and ssh_config(5): a pure table from an endpoint to arguments.
enum ClientOptions {
    /// How long a control master outlives us; while we live, our place on its socket keeps it.
    private static let persistence = 20

    /// Lets `ssh` keep the memory it has (mallopt(3)): its buffers for us come and go with every packet, and the system
    /// would clear a new page for each; that costs a download half of its speed.
    static let memory = ["MALLOC_TRIM_THRESHOLD_": "67108864", "MALLOC_MMAP_THRESHOLD_": "67108864"]

    /// A key in an agent of our own, and where its public halves stand.
    struct Identity {
        let agent: String
        let publicKey: String
        let certificate: String?

        /// Lines of ssh_config(5): this key, and no other of whomever.
        var lines: [String] {
            var lines = [
                "IdentityAgent \(quoted(agent))", "IdentityFile \(quoted(publicKey))", "IdentitiesOnly yes",
                "PKCS11Provider none",
            ]
            if let certificate { lines.append("CertificateFile \(quoted(certificate))") }
            return lines
        }
    }

    /// Arguments that leave a control master behind, which listens at `socket`.
    ///
    /// The user's own configuration counts where nothing is given here.
    static func arguments(
        _ endpoint: SSHEndpoint,
        limits: SSHLimits,
        socket: String,
        configuration: String?,
        mayAsk: Bool,
        isInterviewed: Bool,
        identity: Identity? = nil
    ) -> [String] {
        let interval = max(1, limits.keepaliveInterval.components.seconds)
        var options = [
            "ControlMaster=yes", "ControlPath=\(quoted(socket))", "ControlPersist=\(persistence)",
            "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ServerAliveInterval=\(interval)",
            "ServerAliveCountMax=3", "ConnectionAttempts=1", "NumberOfPasswordPrompts=1", "LogLevel=DEBUG1",
            "ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no", "RequestTTY=no",
            "RemoteCommand=none",
            "BatchMode=\(mayAsk ? "no" : "yes")",
            "PreferredAuthentications=publickey\(isInterviewed ? ",keyboard-interactive,password" : "")",
        ]
        if identity == nil, let key = endpoint.privateKeyPath {
            options += ["IdentityFile=\(quoted(key))", "IdentitiesOnly=yes"]
        }
        if let hosts = endpoint.knownHostsPath {
            options += ["UserKnownHostsFile=\(quoted(hosts))", "GlobalKnownHostsFile=none"]
        }
        if !endpoint.jumps.isEmpty { options.append("ProxyJump=" + endpoint.jumps.map(address).joined(separator: ",")) }
        var arguments = configuration.map { ["-F", $0] } ?? []
        arguments += ["-N", "-T"] + options.flatMap { ["-o", $0] }
        if let port = endpoint.port { arguments += ["-p", "\(port)"] }
        if let user = endpoint.user { arguments += ["-l", user] }
        // A name that begins with a dash is a name all the same.
        return arguments + ["--", endpoint.host]
    }

    /// A configuration in which the jump hosts are as strict as the target, after which the user's own counts, and last
    /// what we prefer where nobody said anything; nil when the user's own is enough.
    ///
    /// The `ssh` that goes to a jump host is told nothing but this file.
    static func configuration(
        _ endpoint: SSHEndpoint,
        limits: SSHLimits,
        mayAsk: Bool,
        identity: Identity? = nil,
        encryptsAESQuickly: Bool = Processor.encryptsAESQuickly
    ) -> String? {
        guard !endpoint.jumps.isEmpty || identity != nil || encryptsAESQuickly else { return nil }
        var own = endpoint.clientConfigurationPath.map { [$0] } ?? ["~/.ssh/config", "/etc/ssh/ssh_config"]
        // A configuration could name keys of the operator's, which `ssh` would try after this one.
        if identity != nil { own = [] }
        var lines = identity?.lines ?? []
        if !endpoint.jumps.isEmpty { lines += jumpLines(endpoint, limits: limits, mayAsk: mayAsk) }
        lines += own.map { "Include \(quoted($0))" }
        // The first value counts, so the user's own and the system's come before. It is the cheapest where the processor
        // has AES: half of what ssh's own first choice takes, and that is what limits a transfer.
        if encryptsAESQuickly { lines += ["Match all", "Ciphers ^aes128-gcm@openssh.com,aes256-gcm@openssh.com"] }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func jumpLines(_ endpoint: SSHEndpoint, limits: SSHLimits, mayAsk: Bool) -> [String] {
        var lines: [String] = []
        for jump in endpoint.jumps {
            lines.append("Host \(quoted(jump.host))")
            if let user = jump.user ?? endpoint.user { lines.append("User \(quoted(user))") }
            if endpoint.keyMaterial == nil, let key = jump.privateKeyPath ?? endpoint.privateKeyPath {
                lines += ["IdentityFile \(quoted(key))", "IdentitiesOnly yes"]
            }
            if let hosts = endpoint.knownHostsPath {
                lines += ["UserKnownHostsFile \(quoted(hosts))", "GlobalKnownHostsFile none"]
            }
            lines += ["ControlPath none", "ForwardAgent no", "ClearAllForwardings no", "PermitLocalCommand no"]
        }
        return lines + [
            "Match all", "StrictHostKeyChecking yes", "UpdateHostKeys no", "ConnectionAttempts 1",
            "BatchMode \(mayAsk ? "no" : "yes")",
            "ServerAliveInterval \(max(1, limits.keepaliveInterval.components.seconds))", "ServerAliveCountMax 3",
        ]
    }

    private static func address(_ jump: SSHJump) -> String {
        let host = jump.host.contains(":") ? "[\(jump.host)]" : jump.host
        return (jump.user.map { "\($0)@" } ?? "") + host + (jump.port.map { ":\($0)" } ?? "")
    }

    /// As one word of ssh_config(5), where `%` begins a token.
    private static func quoted(_ path: String) -> String {
        "\"\(path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%"))\""
    }
}
