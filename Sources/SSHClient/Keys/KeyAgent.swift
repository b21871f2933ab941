import Glibc

/// An ssh-agent(1) of our own that holds one key for as long as `ssh` needs it to log in.
///
/// The key goes from our memory through a pipe into ssh-add(1) and into the agent's memory; it is never in a file, an
/// argument or a variable. The agent listens in a folder that only we can enter, ends with this object, and by itself
/// when we are killed meanwhile.
///
/// Not Sendable: it blocks, and stays on a connection's own thread.
final class KeyAgent {
    /// When the agent ends if nobody ends it.
    private static let longestLife = 90

    /// Its public half, as the agent tells it.
    let publicLine: String
    private let folder: PrivateFolder
    private let agent: SpawnedProgram

    /// Starts an agent and gives it the key.
    ///
    /// - Parameters:
    ///   - material: the key.
    ///   - endpoint: for errors.
    ///   - check: is asked again and again whether to go on.
    /// - Throws: `SSHError.keyFileUnusable`; `SSHError.cannotConnect` for trouble of our own machine; what `check` throws.
    init(_ material: SSHKeyMaterial, _ endpoint: SSHEndpoint, _ check: () throws(SSHError) -> Void) throws(SSHError) {
        guard var key = material.key else { throw .keyFileUnusable(path: material.name, reason: .withdrawn) }
        defer { key.wipe() }
        guard PrivateKeyFile(content: key) != nil else {
            throw .keyFileUnusable(path: material.name, reason: .notAPrivateKey)
        }
        // ssh-add takes no line for one that does not end.
        if key.last != 10 { key.append(10) }
        let folder = try endpoint.trying("no folder for an agent") { () throws(SystemFailure) in try PrivateFolder() }
        agent = try Self.start(folder, endpoint, check)
        try Self.add(key, material, folder, endpoint, check)
        let lines = try Self.run(["-L"], input: nil, folder, endpoint, check).text
        guard let line = lines.split(whereSeparator: \.isNewline).first, SSHPublicKey(line: line) != nil else {
            throw .keyFileUnusable(path: material.name, reason: .notAPrivateKey)
        }
        publicLine = String(line)
        self.folder = folder
    }

    /// Where it listens.
    var socket: String { folder.path(Self.socketName) }

    private static let socketName = "agent"

    /// timeout(1) ends it when we cannot.
    private static func start(
        _ folder: PrivateFolder,
        _ endpoint: SSHEndpoint,
        _ check: () throws(SSHError) -> Void
    ) throws(SSHError) -> SpawnedProgram {
        let life = "\(longestLife)"
        let words = ["--signal=KILL", life, "ssh-agent", "-D", "-t", life, "-a", folder.path(socketName)]
        var program = try endpoint.trying("ssh-agent cannot be started") { () throws(SystemFailure) in
            try SpawnedProgram("timeout", words, capturing: STDOUT_FILENO, endsFamily: true)
        }
        // It says where it listens when it does.
        var text: [UInt8] = []
        while program.status == nil, !text.contains(10) {
            program.wait(milliseconds: 20)
            text += program.takeOutput()
            try check()
        }
        guard program.status == nil else { throw endpoint.cannotConnect("ssh-agent does not start") }
        return program
    }

    private static func add(
        _ key: [UInt8],
        _ material: SSHKeyMaterial,
        _ folder: PrivateFolder,
        _ endpoint: SSHEndpoint,
        _ check: () throws(SSHError) -> Void
    ) throws(SSHError) {
        let askpass = try endpoint.trying("nothing can be answered to ssh-add") { () throws(SystemFailure) in
            try Askpass(folder)
        }
        var timesAsked = 0
        let result = try run(["-q", "-"], input: key, folder, endpoint, check, askpass) { () throws(SSHError) in
            timesAsked += 1
            guard let passphrase = material.passphrase else {
                throw .keyFileUnusable(path: material.name, reason: .encryptedWithoutPassphrase)
            }
            guard timesAsked == 1 else { throw .keyFileUnusable(path: material.name, reason: .wrongPassphrase) }
            return passphrase
        }
        guard result.status == 0 else { throw .keyFileUnusable(path: material.name, reason: .notAPrivateKey) }
    }

    /// Runs ssh-add(1) on this agent.
    private static func run(
        _ arguments: [String],
        input: [UInt8]?,
        _ folder: PrivateFolder,
        _ endpoint: SSHEndpoint,
        _ check: () throws(SSHError) -> Void,
        _ askpass: Askpass? = nil,
        answer: () throws(SSHError) -> String = { "" }
    ) throws(SSHError) -> (status: Int32, text: String) {
        var environment = askpass?.environment ?? [:]
        environment["SSH_AUTH_SOCK"] = folder.path(socketName)
        let variables = environment
        var program = try endpoint.trying("ssh-add cannot be started") { () throws(SystemFailure) in
            try SpawnedProgram(
                "ssh-add",
                arguments,
                environment: variables,
                input: input,
                capturing: STDOUT_FILENO
            )
        }
        var text: [UInt8] = []
        while program.status == nil {
            program.wait(milliseconds: 20, also: askpass?.questions ?? -1)
            text += program.takeOutput()
            if let askpass, askpass.takeQuestion() != nil { askpass.answer(try answer()) }
            if program.status == nil { try check() }
        }
        text += program.takeOutput()
        return (program.status ?? -1, String(decoding: text, as: UTF8.self))
    }
}
