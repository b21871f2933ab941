import CSSH2
import FoundationEssentials
import Logging

extension SSHSession {
    /// TCP, key exchange, host key, user key, in this order; the known hosts and the key are read before any packet.
    func connect(_ allowance: Allowance) async throws(SSHError) {
        let key = try PrivateKeyFile(path: endpoint.keyName)
        if key.isEncrypted, endpoint.passphrase == nil {
            throw .keyFileUnusable(path: endpoint.keyName, reason: .encryptedWithoutPassphrase)
        }
        let known = knownLines()
        let dialler = Dialler(
            host: endpoint.host,
            port: endpoint.portNumber,
            deadline: allowance.deadline,
            acknowledgementLimit: limits.keepaliveInterval * 3,
            isCancelled: { allowance.cancellation.isCancelled }
        )
        wire.attach(try dialler.dial())
        try await shakeHands(HostKeyVerdict.algorithms(for: known), allowance)
        try checkHostKey(known)
        try await authenticate(with: key, allowance)
        logger.info("connected", metadata: ["ssh.endpoint": "\(endpoint)"])
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

    func cannotConnect(_ reason: String) -> SSHError {
        .cannotConnect(host: endpoint.host, port: endpoint.portNumber, reason: reason)
    }

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

    // MARK: - User key

    private func authenticate(with key: PrivateKeyFile, _ allowance: Allowance) async throws(SSHError) {
        let code: Int
        var methods = ""
        do throws(SSHError) {
            methods = try await offeredMethods(allowance)
            code = try await perform(allowance) { () throws(SSHError) in try judge(offer(key)) }
        } catch .connectionLost {
            throw cannotConnect("the server ended the connection during the authentication (\(methods)): \(lastError)")
        }
        if unsafe code == 0 || libssh2_userauth_authenticated(handle) != 0 { return }
        // What really went wrong with the key stands in the last error, not in the answer.
        let problems = [LIBSSH2_ERROR_FILE, LIBSSH2_ERROR_PROTO, LIBSSH2_ERROR_DECRYPT].map(Int.init)
        if problems.contains(code) || problems.contains(lastErrorNumber) {
            throw .keyFileUnusable(
                path: endpoint.keyName,
                reason: key.isEncrypted ? .wrongPassphrase : .notAPrivateKey
            )
        }
        throw .authenticationRefused(
            user: endpoint.userName,
            keyPath: endpoint.keyName,
            reason: refusal(key, methods)
        )
    }

    private func refusal(_ key: PrivateKeyFile, _ methods: String) -> String {
        if key.isRSA {
            return """
                it is an RSA key, and libssh2 1.10 signs with those only by SHA-1, which OpenSSH 8.8 and later \
                refuse; use an ed25519 or ECDSA key
                """
        }
        if !methods.split(separator: ",").contains("publickey") {
            return "it offers no public key authentication, only \(methods)"
        }
        return "the key is not accepted (\(lastError)); the server offers \(methods)"
    }

    /// The server's list, comma separated.
    private func offeredMethods(_ allowance: Allowance) async throws(SSHError) -> String {
        let user = endpoint.userName
        return try await perform(allowance) { () throws(SSHError) in
            if let list = unsafe libssh2_userauth_list(handle, user, UInt32(user.utf8.count)) {
                return .done(unsafe String(cString: list))
            }
            return try judgeLastError() ? .done("") : .again
        }
    }

    private func offer(_ key: PrivateKeyFile) -> Int {
        let user = endpoint.userName
        let code = unsafe key.bytes.withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe libssh2_userauth_publickey_frommemory(
                    handle,
                    user,
                    user.utf8.count,
                    nil,
                    0,
                    bytes.baseAddress,
                    bytes.count,
                    endpoint.passphrase
                )
            }
        }
        return Int(code)
    }
}
