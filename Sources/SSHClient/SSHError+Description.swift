extension SSHError: CustomStringConvertible {
    /// What happened, for a person.
    package var description: String {
        switch self {
        case .cannotConnect(let host, let port, let reason): "cannot connect to \(host) port \(port): \(reason)"
        case .timedOut(let what, let mayHaveRun):
            "timed out while \(what)" + (mayHaveRun ? "; the command may have run" : "")
        case .hostKeyUnknown(let host, _, let fingerprint, let keyType, let path):
            "the host key of \(host) (\(keyType), \(fingerprint)) is not in \(path)"
        case .hostKeyChanged(let host, let fingerprint, let path, let line):
            "the host key of \(host) is now \(fingerprint), which is not the one in \(path)"
                + (line.map { " line \($0)" } ?? "")
        case .authenticationRefused(let user, let keyPath, let reason):
            "the server refuses user \(user) with the key \(keyPath): \(reason)"
        case .loginNeeded(let login): "somebody has to log in at \(login) first"
        case .keyFileUnusable(let path, let problem): "the private key \(path) cannot be used: \(problem)"
        case .connectionLost(let mayHaveRun):
            "the connection was lost" + (mayHaveRun ? "; the command may have run" : " before the request was sent")
        case .requestRefused(let what): "the server refuses \(what)"
        case .outputTooLarge(let limit): "the remote output exceeds \(limit) bytes"
        case .fileFailure(let path, let reason, _): "remote file \(path): \(reason)"
        case .cancelled(let mayHaveRun): "cancelled" + (mayHaveRun ? "; the command may have run" : "")
        }
    }

    /// What to do about it.
    package var hint: String {
        switch self {
        case .cannotConnect: "Check host name, port, network and firewall; try `ssh` from the same machine."
        case .timedOut: "Try again later, or give it more time; a slow shell profile on the login node also counts."
        case .hostKeyUnknown(let host, let port, _, let keyType, let path):
            """
            Fetch it with `\(Self.scan(host, port, keyType)) >> \(path)` and compare its fingerprint \
            with the one the site publishes.
            """
        case .hostKeyChanged(let host, _, let path, _):
            """
            Somebody may be listening in, or the site was reinstalled. Ask the site for its fingerprint; only if it \
            agrees, remove the old key with `ssh-keygen -R \(host) -f \(path)` and add the new one.
            """
        case .authenticationRefused(let user, let keyPath, _):
            "Add the public half of \(keyPath) to the authorized keys of \(user) at the site, or correct what answers it."
        case .loginNeeded(let login): "An admin runs `farfield sites login \(login)`; until then everything waits."
        case .keyFileUnusable(let path, let problem): Self.hint(path, problem)
        case .connectionLost(let mayHaveRun):
            mayHaveRun ? "Find out at the site whether the command ran before asking again." : "Try again."
        case .requestRefused: "The account may be limited to file transfer or to one command; ask the site."
        case .outputTooLarge: "Ask for less, or write to a file at the site and download it."
        case .fileFailure(_, _, let notFound):
            notFound ? "Check the path and whether the file was purged." : "Check permissions and quota at the site."
        case .cancelled: "Nothing to do."
        }
    }

    private static func scan(_ host: String, _ port: Int, _ keyType: String) -> String {
        let type = keyType.hasPrefix("ecdsa") ? "ecdsa" : keyType.hasPrefix("ssh-ed25519") ? "ed25519" : "rsa"
        return "ssh-keyscan -t \(type)" + (port == 22 ? "" : " -p \(port)") + " \(host)"
    }

    private static func hint(_ path: String, _ problem: SSHKeyFileProblem) -> String {
        switch problem {
        case .missing: "Create it with `ssh-keygen -t ed25519 -f \(path)`, or correct the path."
        case .unreadable: "Let the user that runs the gateway own it, with mode 0600."
        case .permissionsTooOpen: "Run `chmod 600 \(path)`."
        case .encryptedWithoutPassphrase: "Give the passphrase, or a key without one."
        case .withdrawn: "Upload a new one."
        case .wrongPassphrase: "Correct the passphrase; try `ssh-keygen -y -f \(path)`."
        case .notAPrivateKey: "Give the private half of an ed25519 or ECDSA key in OpenSSH or PEM format."
        }
    }
}

extension SSHKeyFileProblem: CustomStringConvertible {
    /// The problem, for a person.
    package var description: String {
        switch self {
        case .missing: "there is no such file"
        case .unreadable(let reason): "it cannot be read (\(reason))"
        case .permissionsTooOpen(let mode): "its mode 0\(String(mode, radix: 8)) lets others at it"
        case .encryptedWithoutPassphrase: "it is encrypted and no passphrase is given"
        case .wrongPassphrase: "the passphrase does not open it"
        case .withdrawn: "it was withdrawn"
        case .notAPrivateKey: "it is not a private key that libssh2 can read"
        }
    }
}
