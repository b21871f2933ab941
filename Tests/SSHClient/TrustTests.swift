import Foundation
import Testing

@testable import SSHClient

@Suite("Host keys and user keys", .timeLimit(.minutes(2)))
struct TrustTests {
    private func failure(_ pool: SSHConnectionPool) async -> SSHError? {
        await #expect(throws: SSHError.self) { try await pool.run("true", deadline: .seconds(20)) }
    }

    @Test(
        "an unknown host is refused with its fingerprint and the line that helps",
        arguments: SSHEndpoint.Transport.allCases
    )
    func unknownHost(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        try "".write(toFile: server.path("known"), atomically: true, encoding: .utf8)
        let error = await failure(server.pool(transport))
        #expect(
            error
                == .hostKeyUnknown(
                    host: "127.0.0.1",
                    port: server.port,
                    fingerprint: try server.fingerprint("host"),
                    keyType: "ssh-ed25519",
                    knownHostsPath: server.path("known")
                )
        )
        #expect(error?.hint.contains("ssh-keyscan -t ed25519 -p \(server.port) 127.0.0.1 >> ") == true)
    }

    @Test(
        "a changed host key is refused with the new fingerprint and the old line",
        arguments: SSHEndpoint.Transport.allCases
    )
    func changedHost(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        try server.makeKey("other")
        try server.trust(server.publicKey("other"))
        #expect(
            await failure(server.pool(transport))
                == .hostKeyChanged(
                    host: "127.0.0.1",
                    fingerprint: try server.fingerprint("host"),
                    knownHostsPath: server.path("known"),
                    line: 2
                )
        )
    }

    @Test("only another type of key on file is not a changed key", arguments: SSHEndpoint.Transport.allCases)
    func otherType(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        try server.makeKey("rsa", type: "rsa")
        try server.trust(server.publicKey("rsa"))
        guard case .hostKeyUnknown = await failure(server.pool(transport)) else {
            Issue.record("a false alarm")
            return
        }
    }

    @Test("of two host keys the one on file is asked for", arguments: SSHEndpoint.Transport.allCases)
    func preference(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        try server.makeKey("ecdsa", type: "ecdsa")
        server.stop()
        try server.configure { "HostKey \(server.path("ecdsa"))\n\($0)" }
        try await server.start()
        for key in ["ecdsa", "host"] {
            try server.trust(server.publicKey(key))
            #expect(try await server.pool(transport).run("true", deadline: .seconds(20)).isSuccess)
        }
    }

    @Test("hashed names are found", arguments: SSHEndpoint.Transport.allCases)
    func hashed(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        try execute("ssh-keygen", ["-q", "-H", "-f", server.path("known")])
        #expect(try String(contentsOfFile: server.path("known"), encoding: .utf8).contains("|1|"))
        #expect(try await server.pool(transport).run("true", deadline: .seconds(20)).isSuccess)
        try server.makeKey("other")
        try server.trust(server.publicKey("other"))
        try execute("ssh-keygen", ["-q", "-H", "-f", server.path("known")])
        guard case .hostKeyChanged = await failure(server.pool(transport)) else {
            Issue.record("a changed key passed")
            return
        }
    }

    @Test("a key that others can read is refused before any connection", arguments: SSHEndpoint.Transport.allCases)
    func openKey(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        unsafe chmod(server.path("user"), 0o644)
        #expect(
            await failure(server.pool(transport))
                == .keyFileUnusable(path: server.path("user"), reason: .permissionsTooOpen(mode: 0o644))
        )
    }

    @Test("missing keys and files that are none", arguments: SSHEndpoint.Transport.allCases)
    func noKey(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        var endpoint = server.endpoint(transport)
        let nothing = server.path("nothing")
        endpoint.privateKeyPath = nothing
        #expect(
            await failure(server.pool(endpoint))
                == .keyFileUnusable(path: nothing, reason: .missing)
        )
        let text = server.path("text")
        endpoint.privateKeyPath = text
        try "hello".write(toFile: text, atomically: true, encoding: .utf8)
        unsafe chmod(text, 0o600)
        #expect(
            await failure(server.pool(endpoint))
                == .keyFileUnusable(path: text, reason: .notAPrivateKey)
        )
    }

    @Test("an encrypted key opens with its passphrase only", arguments: SSHEndpoint.Transport.allCases)
    func passphrase(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        try server.makeKey("locked", passphrase: "open sesame")
        try server.publicKey("locked").write(toFile: server.path("authorized"), atomically: true, encoding: .utf8)
        var endpoint = server.endpoint(transport)
        let path = server.path("locked")
        endpoint.privateKeyPath = path
        #expect(
            await failure(server.pool(endpoint)) == .keyFileUnusable(path: path, reason: .encryptedWithoutPassphrase)
        )
        endpoint.passphrase = "wrong"
        let wrong = await failure(server.pool(endpoint))
        #expect(wrong == .keyFileUnusable(path: path, reason: .wrongPassphrase), "\(String(describing: wrong))")
        endpoint.passphrase = "open sesame"
        #expect(try await server.pool(endpoint).run("true", deadline: .seconds(20)).isSuccess)
        #expect(!"\(endpoint)".contains("sesame") && !String(reflecting: endpoint).contains("sesame"))
    }

    @Test("ECDSA keys work", arguments: SSHEndpoint.Transport.allCases, ["256", "521"])
    func ecdsa(_ transport: SSHEndpoint.Transport, _ bits: String) async throws {
        let server = try await SSHTestServer()
        try execute("ssh-keygen", ["-q", "-t", "ecdsa", "-b", bits, "-N", "", "-f", server.path("ec")])
        try server.publicKey("ec").write(toFile: server.path("authorized"), atomically: true, encoding: .utf8)
        var endpoint = server.endpoint(transport)
        endpoint.privateKeyPath = server.path("ec")
        #expect(try await server.pool(endpoint).run("true", deadline: .seconds(20)).isSuccess)
    }

    @Test(
        "a key the server does not know is refused; an RSA key with the reason",
        arguments: SSHEndpoint.Transport.allCases
    )
    func wrongKey(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        for (type, word) in [("ed25519", "publickey"), ("rsa", transport == .libssh2 ? "SHA-1" : "publickey")] {
            try server.makeKey("stranger-\(type)", type: type)
            var endpoint = server.endpoint(transport)
            let key = server.path("stranger-\(type)")
            endpoint.privateKeyPath = key
            guard
                case .authenticationRefused(server.user, key, let reason) =
                    await failure(server.pool(endpoint))
            else {
                Issue.record("\(type): no refusal")
                continue
            }
            #expect(reason.contains(word))
        }
    }
}
