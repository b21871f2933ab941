/// Where a site's login node is and who we are there: all that is needed to open a connection.
package struct SSHEndpoint: Sendable, Hashable {
    /// By which program the protocol is spoken.
    package enum Transport: String, Sendable, Hashable, CaseIterable {
        /// The library libssh2 in our own process: fast; ed25519 and ECDSA only (version 1.10).
        case libssh2
        /// The system's `ssh`: whatever `ssh HOST` can reach on this machine.
        case openssh
    }

    /// Name or address of the login node, as it stands in the known hosts file; with `openssh` also an alias of
    /// ssh_config(5).
    package var host: String
    /// TCP port, 1 to 65535; nil is 22, or what ssh_config(5) says.
    package var port: Int?
    /// Account on the login node; nil leaves it to ssh_config(5) and is possible with `openssh` only.
    package var user: String?
    /// The private key; nil leaves it to ssh_config(5) and the agent.
    ///
    /// With `libssh2` it must be ed25519 or ECDSA, for libssh2 1.10 cannot use RSA keys with a current OpenSSH.
    package var privateKeyPath: String?
    /// The private key where it is in no file; then nothing else lets us in, neither a file nor an agent nor a
    /// configuration of the operator's.
    package var keyMaterial: SSHKeyMaterial?
    /// What opens the private key when it is encrypted.
    package var passphrase: String?
    /// Host keys we accept, in the format of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; nil leaves it to ssh_config(5).
    package var knownHostsPath: String?
    /// By which program the protocol is spoken.
    package var transport: Transport
    /// A file in the format of ssh_config(5) that `openssh` reads instead of the user's and the system's own.
    package var clientConfigurationPath: String?
    /// Hosts to go through, the first one first.
    package var jumps: [SSHJump]

    /// An endpoint from its parts; nothing is read or opened yet.
    package init(
        host: String,
        port: Int? = nil,
        user: String?,
        privateKeyPath: String?,
        keyMaterial: SSHKeyMaterial? = nil,
        passphrase: String? = nil,
        knownHostsPath: String?,
        transport: Transport = .libssh2,
        clientConfigurationPath: String? = nil,
        jumps: [SSHJump] = []
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.privateKeyPath = privateKeyPath
        self.keyMaterial = keyMaterial
        self.passphrase = passphrase
        self.knownHostsPath = knownHostsPath
        self.transport = transport
        self.clientConfigurationPath = clientConfigurationPath
        self.jumps = jumps
    }
}

extension SSHEndpoint {
    /// The port to name in messages and to dial when nothing else is known.
    var portNumber: Int { port ?? 22 }
    /// The account for messages.
    var userName: String { user ?? "(of the ssh configuration)" }
    /// The key for messages.
    var keyName: String { keyMaterial?.name ?? privateKeyPath ?? "(of the ssh configuration or the agent)" }
    /// The file of host keys for messages.
    var knownHostsName: String { knownHostsPath ?? "~/.ssh/known_hosts" }

    /// The error for a server that does not let us in.
    func refused(_ reason: String) -> SSHError {
        .authenticationRefused(user: userName, keyPath: keyName, reason: reason)
    }

    /// The error for whatever stands between us and the server.
    func cannotConnect(_ reason: String) -> SSHError {
        .cannotConnect(host: host, port: portNumber, reason: reason)
    }
}

extension SSHEndpoint: CustomStringConvertible, CustomReflectable {
    /// `user@host:port`, as far as they are given; never the passphrase.
    package var description: String {
        (user.map { "\($0)@" } ?? "") + host + (port.map { ":\($0)" } ?? "")
    }

    /// Keeps the passphrase out of `dump` and debug descriptions.
    package var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
