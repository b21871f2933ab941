import Foundation
import Glibc
import TestSupport
import Testing

@testable import SSHClient

@Suite("What only the system's ssh can do", .timeLimit(.minutes(2)))
struct OpenSSHTests {
    private func answer(_ pool: SSHConnectionPool) async throws -> String {
        let output = try await pool.run("echo here", deadline: .seconds(20))
        return String(decoding: output.standardOutput, as: UTF8.self)
    }

    @Test("RSA keys on both sides")
    func rsa() async throws {
        let server = try await SSHTestServer()
        server.stop()
        try server.makeKey("rsa-host", type: "rsa")
        try server.makeKey("rsa", type: "rsa")
        try server.configure {
            $0.replacing("HostKey \(server.path("host"))", with: "HostKey \(server.path("rsa-host"))")
        }
        try await server.start()
        try server.trust(server.publicKey("rsa-host"))
        try server.publicKey("rsa").write(toFile: server.path("authorized"), atomically: true, encoding: .utf8)
        var endpoint = server.endpoint(.openssh)
        endpoint.privateKeyPath = server.path("rsa")
        #expect(try await answer(server.pool(endpoint)) == "here\n")
        endpoint.transport = .libssh2
        await #expect(throws: SSHError.self) { try await answer(server.pool(endpoint)) }
    }

    @Test("a certificate signed by an authority that the server trusts")
    func certificate() async throws {
        let server = try await SSHTestServer()
        server.stop()
        try server.makeKey("authority")
        try server.makeKey("certified")
        try execute(
            "ssh-keygen",
            ["-q", "-s", server.path("authority"), "-I", "gateway", "-n", server.user, server.path("certified.pub")]
        )
        try server.configure { "TrustedUserCAKeys \(server.path("authority.pub"))\n\($0)" }
        try await server.start()
        var endpoint = server.endpoint(.openssh)
        endpoint.privateKeyPath = server.path("certified")
        #expect(try await answer(server.pool(endpoint)) == "here\n")
        try FileManager.default.removeItem(atPath: server.path("certified-cert.pub"))
        await #expect(throws: SSHError.self) { try await answer(server.pool(endpoint)) }
    }

    @Test("a hardened server: only ChaCha20 and GCM, and MACs over what is encrypted")
    func hardened() async throws {
        let server = try await SSHTestServer(options: [
            "Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com", "MACs hmac-sha2-512-etm@openssh.com",
            "KexAlgorithms sntrup761x25519-sha512@openssh.com",
        ])
        #expect(try await answer(server.pool(.openssh)) == "here\n")
        guard
            case .cannotConnect(_, _, let reason)? = await #expect(
                throws: SSHError.self,
                performing: { try await answer(server.pool(.libssh2)) }
            )
        else {
            Issue.record("another error")
            return
        }
        #expect(reason.contains("no common method"))
    }

    @Test("the user's own configuration: an alias, and who we are there")
    func ownConfiguration() async throws {
        let server = try await SSHTestServer()
        try """
        Host cluster
            HostName 127.0.0.1
            Port \(server.port)
            User \(server.user)
            IdentityFile \(server.path("user"))
            UserKnownHostsFile \(server.path("known"))
            RemoteCommand echo not this
            RequestTTY yes
            ControlMaster auto
            ControlPath \(server.path("theirs"))
        """.write(toFile: server.path("ssh_config"), atomically: true, encoding: .utf8)
        let endpoint = SSHEndpoint(
            host: "cluster",
            user: nil,
            privateKeyPath: nil,
            knownHostsPath: nil,
            transport: .openssh,
            clientConfigurationPath: server.path("ssh_config")
        )
        let pool = server.pool(endpoint)
        #expect(try await answer(pool) == "here\n")
        #expect(try await pool.stat(server.path("known"))?.kind == .file)
        #expect(!FileManager.default.fileExists(atPath: server.path("theirs")))
    }

    @Test("a key that only an agent holds")
    func agent() async throws {
        let server = try await SSHTestServer()
        let agent = try SSHTestAgent(socket: server.path("agent"))
        defer { agent.stop() }
        try await agent.add(server.path("user"))
        try FileManager.default.removeItem(atPath: server.path("user"))
        try "Host *\n  IdentityAgent \(server.path("agent"))\n"
            .write(toFile: server.path("ssh_config"), atomically: true, encoding: .utf8)
        var endpoint = server.endpoint(.openssh)
        endpoint.privateKeyPath = server.path("user.pub")
        endpoint.clientConfigurationPath = server.path("ssh_config")
        #expect(try await answer(server.pool(endpoint)) == "here\n")
    }

    @Test("a closed pool leaves no process and no socket behind")
    func leavesNothing() async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(.openssh)
        #expect(try await answer(pool) == "here\n")
        let mark = "-p\0\(server.port)\0"
        #expect(processes(with: mark).count == 1)
        let folder = try #require(controlFolder(of: mark))
        await pool.close()
        try await eventually("the process has ended") { processes(with: mark).isEmpty }
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test("a master that is killed is replaced, and what was under way is told as open")
    func killedMaster() async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(.openssh)
        #expect(try await answer(pool) == "here\n")
        let running = Task { try await pool.run("touch \(server.path("begun")); sleep 60", deadline: .seconds(60)) }
        try await eventually("it runs") { FileManager.default.fileExists(atPath: server.path("begun")) }
        for process in processes(with: "-p\0\(server.port)\0") { kill(process, SIGKILL) }
        let result = await running.result
        #expect(throws: SSHError.connectionLost(commandMayHaveRun: true)) { try result.get() }
        #expect(try await answer(pool) == "here\n")
    }

    private func controlFolder(of mark: String) -> String? {
        guard let process = processes(with: mark).first,
            let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
        else { return nil }
        let text = String(decoding: line, as: UTF8.self)
        return text.firstMatch(of: /ControlPath="([^"]+)\/c"/).map { String($0.1) }
    }
}

/// A real ssh-agent on a socket of its own.
struct SSHTestAgent {
    private let process: ChildProcess
    private let socket: String

    init(socket: String) throws {
        self.socket = socket
        process = try ChildProcess("ssh-agent", ["-D", "-a", socket])
    }

    func add(_ key: String) async throws {
        let socket = socket
        try await eventually("the agent listens") { FileManager.default.fileExists(atPath: socket) }
        try execute("env", ["SSH_AUTH_SOCK=\(socket)", "ssh-add", "-q", key])
    }

    func stop() {
        kill(process.identifier, SIGKILL)
        process.waitUntilExit()
    }
}
