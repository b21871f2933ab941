import CSSH2
import FoundationEssentials
import Logging

extension SSHSession {
    /// TCP, key exchange, host key, user key, in this order; the known hosts and the key are read before any packet.
    func connect(_ responder: (any SSHResponder)?, _ allowance: Allowance) async throws(SSHError) {
        let key = try usableKey()
        let known = knownLines()
        wire.attach(try await reach(responder, allowance))
        try await shakeHands(HostKeyVerdict.algorithms(for: known), allowance)
        try checkHostKey(known)
        wire.interview = responder.map { Interview($0, until: allowance.deadline) }
        try await authenticate(with: key, allowance)
        wire.interview = nil
        logger.info("connected", metadata: ["ssh.endpoint": "\(endpoint)"])
    }

    /// The key, looked at before any packet; nil when there is none and other ways are open.
    private func usableKey() throws(SSHError) -> PrivateKeyFile? {
        if let material = endpoint.keyMaterial { return try usableKey(in: material) }
        guard let path = endpoint.privateKeyPath else { return nil }
        let key = try PrivateKeyFile(path: path)
        if key.isEncrypted, endpoint.passphrase == nil {
            throw .keyFileUnusable(path: path, reason: .encryptedWithoutPassphrase)
        }
        return key
    }

    private func usableKey(in material: SSHKeyMaterial) throws(SSHError) -> PrivateKeyFile {
        guard let bytes = material.key else { throw .keyFileUnusable(path: material.name, reason: .withdrawn) }
        guard let key = PrivateKeyFile(content: bytes) else {
            throw .keyFileUnusable(path: material.name, reason: .notAPrivateKey)
        }
        if key.isEncrypted, material.passphrase == nil {
            throw .keyFileUnusable(path: material.name, reason: .encryptedWithoutPassphrase)
        }
        return key
    }

    /// A socket to the server, by way of the jump hosts where there are some.
    private func reach(_ responder: (any SSHResponder)?, _ allowance: Allowance) async throws(SSHError) -> Int32 {
        if let jump = endpoint.lastJump {
            let session = try await SSHSession.open(
                jump,
                responder: responder,
                limits: limits,
                logger: logger,
                cancellation: allowance.cancellation
            )
            wayThere = session
            allowance.cancellation.onCancel { [thread] in thread.interrupt() }
            return try await session.tunnel(to: endpoint, allowance)
        }
        let dialler = Dialler(
            host: endpoint.host,
            port: endpoint.portNumber,
            deadline: allowance.deadline,
            acknowledgementLimit: limits.keepaliveInterval * 3,
            isCancelled: { allowance.cancellation.isCancelled }
        )
        return try dialler.dial()
    }

    private func shakeHands(_ algorithms: String, _ allowance: Allowance) async throws(SSHError) {
        _ = unsafe libssh2_session_method_pref(handle, LIBSSH2_METHOD_HOSTKEY, algorithms)
        let code: Int
        do throws(SSHError) {
            code = try await perform(allowance) { () throws(SSHError) in
                try judge(Int(unsafe libssh2_session_handshake(handle, wire.socket)))
            }
        } catch .connectionLost {
            throw cannotConnect("the server ended the connection during the handshake: \(lastError)")
        }
        guard code == 0 else {
            throw cannotConnect(
                """
                no common method with the server: \(lastError). It must offer an ed25519 or ECDSA host key \
                (\(algorithms)), curve25519 or ECDH, aes-ctr and hmac-sha2
                """
            )
        }
    }

    func cannotConnect(_ reason: String) -> SSHError { endpoint.cannotConnect(reason) }

    // MARK: - Host key

    private func knownLines() -> [KnownHosts.Line] {
        guard let data = try? Data(contentsOf: URL(filePath: endpoint.knownHostsName)) else { return [] }
        let hosts = KnownHosts(String(decoding: data, as: UTF8.self))
        let exact = hosts.lines(host: endpoint.host, port: endpoint.portNumber, matchesHashed: hashedNameMatches)
        // As ssh does: a key known for the host without its port may vouch, but never accuse.
        guard exact.isEmpty, endpoint.portNumber != 22 else { return exact }
        return hosts.lines(host: endpoint.host, port: 22, matchesHashed: hashedNameMatches)
    }

    /// Lets libssh2 compute the HMAC: alone in a collection, a line is found exactly when its name is this one.
    private func hashedNameMatches(_ line: KnownHosts.Line, _ name: String) -> Bool {
        guard let collection = unsafe libssh2_knownhost_init(handle) else { return false }
        defer { unsafe libssh2_knownhost_free(collection) }
        let text = line.text
        guard
            unsafe libssh2_knownhost_readline(collection, text, text.utf8.count, LIBSSH2_KNOWNHOST_FILE_OPENSSH) == 0
        else { return false }
        let mask = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_RAW
        let answer = unsafe libssh2_knownhost_checkp(collection, name, -1, "none", 4, mask, nil)
        return answer == LIBSSH2_KNOWNHOST_CHECK_MATCH || answer == LIBSSH2_KNOWNHOST_CHECK_MISMATCH
    }

    private func checkHostKey(_ known: [KnownHosts.Line]) throws(SSHError) {
        var length = 0
        var type: Int32 = 0
        guard let bytes = unsafe libssh2_session_hostkey(handle, &length, &type),
            let digest = unsafe libssh2_hostkey_hash(handle, LIBSSH2_HOSTKEY_HASH_SHA256)
        else { throw cannotConnect("the server shows no host key") }
        let key = unsafe Data(bytes: bytes, count: length)
        let hash = unsafe Data(bytes: digest, count: 32).base64EncodedString()
        let fingerprint = "SHA256:" + hash.prefix { $0 != "=" }
        // A key begins with its own name (RFC 4253 §6.6), after four bytes of length.
        let keyType = String(decoding: key.dropFirst(4).prefix(Int(key.dropFirst(3).first ?? 0)), as: UTF8.self)
        let isByPort =
            known.contains { $0.isHashed } || endpoint.portNumber == 22 || known.contains { $0.names.contains("[") }
        switch HostKeyVerdict.of(keyType: keyType, key: key.base64EncodedString(), among: known) {
        case .trusted: return
        case .changed(let line) where isByPort:
            throw .hostKeyChanged(
                host: endpoint.host,
                fingerprint: fingerprint,
                knownHostsPath: endpoint.knownHostsName,
                line: line
            )
        case .unknown, .changed:
            throw .hostKeyUnknown(
                host: endpoint.host,
                port: endpoint.portNumber,
                fingerprint: fingerprint,
                keyType: keyType,
                knownHostsPath: endpoint.knownHostsName
            )
        }
    }
}
