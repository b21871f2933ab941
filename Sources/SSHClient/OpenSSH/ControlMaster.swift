import Glibc

/// The `ssh` process behind a connection: started, reached over its control socket, and ended.
///
/// Everything here blocks: it belongs on the connection's own thread.
final class ControlMaster: Sendable {
    private let endpoint: SSHEndpoint
    private let limits: SSHLimits
    private let folder: PrivateFolder

    init(_ endpoint: SSHEndpoint, limits: SSHLimits) throws(SSHError) {
        self.endpoint = endpoint
        self.limits = limits
        folder = try endpoint.trying("no folder for the control socket") { () throws(SystemFailure) in
            try PrivateFolder()
        }
    }

    private var socketPath: String { folder.path("c") }

    /// Runs `ssh` until it is authenticated and has gone to the background.
    ///
    /// - Parameters:
    ///   - interview: answers what the server asks; nil when it must not ask.
    ///   - allowance: until when.
    /// - Throws: why there is no connection.
    func start(_ interview: Interview?, _ allowance: Allowance) throws(SSHError) {
        try allowance.check()
        let key = try checkedKey()
        // For as long as `ssh` authenticates: afterwards nobody needs the key.
        let agent = try endpoint.keyMaterial.map { material throws(SSHError) in
            try KeyAgent(material, endpoint) { () throws(SSHError) in try allowance.check() }
        }
        defer { withExtendedLifetime(agent) {} }
        var answers = ClientAnswers(endpoint, interview)
        let asksNothing = endpoint.passphrase == nil && interview == nil
        let askpass = asksNothing ? nil : try makeAskpass()
        let identity = try agent.map { agent throws(SSHError) in try write(agent) }
        var program = try spawn(askpass, identity, isInterviewed: interview != nil)
        var text: [UInt8] = []
        while program.status == nil {
            program.wait(milliseconds: 20, also: askpass?.questions ?? -1)
            text += program.takeOutput()
            if let askpass, let question = askpass.takeQuestion() {
                askpass.answer(try answers.answer(to: question))
            }
            if program.status == nil { try allowance.check() }
        }
        text += program.takeOutput()
        guard program.status == 0 else {
            let verdict = ClientVerdict(endpoint, text: String(decoding: text, as: UTF8.self)).error
            throw answers.judge(verdict, isKeyEncrypted: key?.isEncrypted == true)
        }
    }

    /// Writes the public halves where `ssh` finds them.
    private func write(_ agent: KeyAgent) throws(SSHError) -> ClientOptions.Identity {
        let (line, certificate) = (agent.publicLine, endpoint.keyMaterial?.certificate)
        try endpoint.trying("no file for a public key") { () throws(SystemFailure) in
            try folder.write(line + "\n", to: "identity.pub")
            if let certificate { try folder.write(certificate + "\n", to: "certificate.pub") }
        }
        return .init(
            agent: agent.socket,
            publicKey: folder.path("identity.pub"),
            certificate: certificate == nil ? nil : folder.path("certificate.pub")
        )
    }

    private func spawn(
        _ askpass: Askpass?,
        _ identity: ClientOptions.Identity?,
        isInterviewed: Bool
    ) throws(SSHError) -> SpawnedProgram {
        do throws(SystemFailure) {
            var configuration = endpoint.clientConfigurationPath
            if let text = ClientOptions.configuration(
                endpoint,
                limits: limits,
                mayAsk: askpass != nil,
                identity: identity
            ) {
                try folder.write(text, to: "config")
                configuration = folder.path("config")
            }
            let arguments = ClientOptions.arguments(
                endpoint,
                limits: limits,
                socket: socketPath,
                configuration: configuration,
                mayAsk: askpass != nil,
                isInterviewed: isInterviewed,
                identity: identity
            )
            return try SpawnedProgram(
                "ssh",
                arguments,
                environment: ClientOptions.memory.merging(askpass?.environment ?? [:]) { $1 },
                capturing: STDERR_FILENO
            )
        } catch {
            throw endpoint.cannotConnect("ssh cannot be started: \(error)")
        }
    }

    private func makeAskpass() throws(SSHError) -> Askpass {
        try endpoint.trying("nothing can be answered to ssh") { () throws(SystemFailure) in try Askpass(folder) }
    }

    /// The key's file as `ssh` will find it; nil when it is left to `ssh`, or is the public half of one in an agent.
    private func checkedKey() throws(SSHError) -> PrivateKeyFile? {
        guard let path = endpoint.privateKeyPath, !PublicKeyFile.isOne(path) else { return nil }
        return try PrivateKeyFile(path: path)
    }

    /// A connection to the server by way of the control socket.
    ///
    /// - Returns: a non-blocking socket on which packets of the connection protocol flow.
    func attach(_ allowance: Allowance) throws(SSHError) -> Int32 {
        let socket = try connectToControlSocket(allowance)
        try socket.converse(ControlSocket.proxy, expecting: ControlSocket.proxyAgreed, endpoint)
        return socket.release()
    }

    private func connectToControlSocket(_ allowance: Allowance) throws(SSHError) -> ControlSocket {
        try endpoint.trying("ssh cannot be reached on its control socket") { () throws(SystemFailure) in
            try ControlSocket(path: socketPath, timeout: allowance.deadline - .now)
        }
    }

    /// Ends the process, if it is still there.
    func stop() {
        guard let socket = try? ControlSocket(path: socketPath, timeout: .seconds(2)) else { return }
        try? socket.converse(ControlSocket.terminate, expecting: ControlSocket.ok, endpoint)
    }
}

extension SSHEndpoint {
    /// Does something on our own machine without which there is no connection.
    func trying<Value: ~Copyable>(
        _ what: String,
        _ body: () throws(SystemFailure) -> Value
    ) throws(SSHError) -> Value {
        do throws(SystemFailure) {
            return try body()
        } catch {
            throw cannotConnect("\(what): \(error)")
        }
    }
}

/// The public half of a key, which stands for a private one that an agent or a security key holds.
enum PublicKeyFile {
    /// Whether a file begins as public keys do, sshd(8), AUTHORIZED_KEYS FILE FORMAT.
    static func isOne(_ path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var content = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(descriptor, &content, content.count)
        let word = String(decoding: content.prefix(max(count, 0)), as: UTF8.self).prefix { $0 != " " }
        return ["ssh-", "ecdsa-", "sk-"].contains { word.hasPrefix($0) }
    }
}
