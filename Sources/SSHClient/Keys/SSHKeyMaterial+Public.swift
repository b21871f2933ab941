extension SSHKeyMaterial {
    /// Opens the key and reads its public half, as `ssh-add` understands it.
    ///
    /// - Parameter time: for all of it; a key with many rounds of bcrypt takes its time.
    /// - Returns: the public half.
    /// - Throws: `SSHError.keyFileUnusable` that says what is wrong; `SSHError.cannotConnect` when `ssh-agent` cannot be run.
    package func publicKey(within time: Duration = .seconds(20)) async throws(SSHError) -> SSHPublicKey {
        let endpoint = SSHEndpoint(host: "localhost", user: nil, privateKeyPath: nil, knownHostsPath: nil)
        let reader: KeyReader
        do throws(SystemFailure) {
            reader = KeyReader(thread: try ConnectionThread())
        } catch {
            throw endpoint.cannotConnect("no thread: \(error)")
        }
        return try await reader.read(self, endpoint, Allowance("reading a key", time, CancellationMark()))
    }
}

/// Reads a key on a thread of its own, for its programs are waited for.
private actor KeyReader {
    nonisolated let thread: ConnectionThread

    init(thread: ConnectionThread) { self.thread = thread }

    deinit { thread.stop() }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    func read(
        _ material: SSHKeyMaterial,
        _ endpoint: SSHEndpoint,
        _ allowance: Allowance
    ) throws(SSHError) -> SSHPublicKey {
        let agent = try KeyAgent(material, endpoint) { () throws(SSHError) in try allowance.check() }
        guard let key = SSHPublicKey(line: agent.publicLine) else {
            throw .keyFileUnusable(path: material.name, reason: .notAPrivateKey)
        }
        return key
    }
}
