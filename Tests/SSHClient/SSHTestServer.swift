import Foundation
import Glibc
import Logging
import Synchronization
import TestSupport

@testable import SSHClient

/// A real sshd on a free loopback port, run as the current user, with keys of its own in a temporary folder.
final class SSHTestServer: Sendable {
    let folder: String
    let port: Int
    let user: String
    private let process = Mutex<ChildProcess?>(nil)

    /// Starts a server; `options` are further lines of sshd_config(5).
    init(options: [String] = []) async throws {
        folder = NSTemporaryDirectory() + "farfield-ssh-" + UUID().uuidString
        port = try freePort()
        user = NSUserName()
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        // Wanted by sshd when it runs as root.
        if getuid() == 0 {
            try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        try FileManager.default.createDirectory(atPath: path("home"), withIntermediateDirectories: false)
        try makeKey("host")
        try makeKey("user")
        try publicKey("user").write(toFile: path("authorized"), atomically: true, encoding: .utf8)
        let base = [
            "Port \(port)", "ListenAddress 127.0.0.1", "HostKey \(path("host"))", "PidFile none", "UsePAM no",
            "AuthorizedKeysFile \(path("authorized"))", "StrictModes no", "PermitRootLogin prohibit-password",
            "PasswordAuthentication no", "KbdInteractiveAuthentication no", "Subsystem sftp internal-sftp",
            "MaxStartups 100", "LogLevel ERROR",
            // An empty home, so that the profile of whoever runs the tests has no part in them.
            "SetEnv HOME=\(path("home"))",
        ]
        // The first value of a keyword counts, so the test's own come first.
        try (options + base).joined(separator: "\n").appending("\n")
            .write(toFile: path("config"), atomically: true, encoding: .utf8)
        try Data().write(to: URL(filePath: path("client")))
        try trust(publicKey("host"))
        try await start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// The server as a client of that transport has it in its configuration; nothing of the user's own counts.
    func endpoint(_ transport: SSHEndpoint.Transport = .libssh2) -> SSHEndpoint {
        SSHEndpoint(
            host: "127.0.0.1",
            port: port,
            user: user,
            privateKeyPath: path("user"),
            knownHostsPath: path("known"),
            transport: transport,
            clientConfigurationPath: path("client")
        )
    }

    func pool(_ transport: SSHEndpoint.Transport, _ limits: SSHLimits = .forTests) -> SSHConnectionPool {
        pool(endpoint(transport), limits)
    }

    func pool(_ endpoint: SSHEndpoint, _ limits: SSHLimits = .forTests) -> SSHConnectionPool {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return SSHConnectionPool(endpoint: endpoint, limits: limits, logger: logger)
    }

    /// A pool whose connection stands, so that a short deadline is for the command alone.
    func connectedPool(_ transport: SSHEndpoint.Transport) async throws -> SSHConnectionPool {
        let pool = pool(transport)
        _ = try await pool.run("true", deadline: .seconds(60))
        return pool
    }

    // MARK: - Keys

    func makeKey(_ name: String, type: String = "ed25519", passphrase: String = "") throws {
        // The shortest RSA key that servers take: it is made while other tests wait.
        let size = type == "rsa" ? ["-b", "2048"] : []
        try execute("ssh-keygen", ["-q", "-t", type] + size + ["-N", passphrase, "-C", name, "-f", path(name)])
    }

    func publicKey(_ name: String) throws -> String { try String(contentsOfFile: path("\(name).pub"), encoding: .utf8) }

    func fingerprint(_ name: String) throws -> String {
        String(try execute("ssh-keygen", ["-l", "-f", path("\(name).pub")]).split(separator: " ")[1])
    }

    /// Makes a key the only one known for this server, unless another name is given.
    func trust(_ publicKey: String, as name: String? = nil) throws {
        let key = publicKey.split(separator: " ").prefix(2).joined(separator: " ")
        try "# known\n\(name ?? "[127.0.0.1]:\(port)") \(key)\n"
            .write(toFile: path("known"), atomically: true, encoding: .utf8)
    }

    /// Changes the server's configuration; it counts from the next start.
    func configure(_ change: (String) -> String) throws {
        let text = try String(contentsOfFile: path("config"), encoding: .utf8)
        try change(text).write(toFile: path("config"), atomically: true, encoding: .utf8)
    }

    // MARK: - Life

    func start(program: String = "/usr/sbin/sshd") async throws {
        let server = try ChildProcess(program, ["-D", "-e", "-f", path("config")])
        process.withLock { $0 = server }
        try await eventually("sshd listens") { canConnect(self.port) }
    }

    /// Kills the server and every connection of it; the commands it runs go on.
    func stop() {
        let server = process.withLock { process in
            defer { process = nil }
            return process
        }
        guard let server else { return }
        let connections = descendants(of: server.identifier).filter { process in
            // The server may run under another name, but its commands never bear one like it.
            let name = FileManager.default.contents(atPath: "/proc/\(process)/comm") ?? Data()
            return name == Data("sshd\n".utf8) || name.starts(with: Data("farfield-".utf8))
        }
        for process in [server.identifier] + connections { kill(process, SIGKILL) }
        server.waitUntilExit()
    }
}

extension SSHLimits {
    /// Quick to give up and to come back.
    static let forTests = SSHLimits(
        connectTimeout: .seconds(10),
        reconnectDelay: .milliseconds(20),
        reconnectDelayLimit: .milliseconds(50)
    )
}

/// A condition about something outside our process that did not come true.
struct NeverHappened: Error {
    let what: String
}

/// Looks again and again until a condition about another process holds.
func eventually(_ what: String, within limit: Duration = .seconds(45), _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what) }
        try await Task.sleep(for: .milliseconds(10))
    }
}
