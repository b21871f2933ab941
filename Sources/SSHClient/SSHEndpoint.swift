/// Where a site's login node is and who we are there: all that is needed to open a connection.
package struct SSHEndpoint: Sendable, Hashable {
    /// Name or address of the login node, as it stands in the known hosts file.
    package var host: String
    /// TCP port, 1 to 65535.
    package var port: Int
    /// Account on the login node.
    package var user: String
    /// The private key (ed25519 or ECDSA; libssh2 1.10 cannot use RSA keys with a current OpenSSH).
    package var privateKeyPath: String
    /// What opens the private key when it is encrypted.
    package var passphrase: String?
    /// Host keys we accept, in the format of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
    package var knownHostsPath: String

    /// An endpoint from its parts; nothing is read or opened yet.
    package init(
        host: String,
        port: Int = 22,
        user: String,
        privateKeyPath: String,
        passphrase: String? = nil,
        knownHostsPath: String
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.privateKeyPath = privateKeyPath
        self.passphrase = passphrase
        self.knownHostsPath = knownHostsPath
    }
}

extension SSHEndpoint: CustomStringConvertible, CustomReflectable {
    /// `user@host:port`; never the passphrase.
    package var description: String { "\(user)@\(host):\(port)" }

    /// Keeps the passphrase out of `dump` and debug descriptions.
    package var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
