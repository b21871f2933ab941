import Foundation
import Testing

@testable import SSHClient

/// Keys that are in no file of the client: what a person entrusted, sealed elsewhere.
@Suite("Keys in memory", .timeLimit(.minutes(3)))
struct KeyMaterialTests {
    private func material(
        _ server: SSHTestServer,
        _ name: String = "user",
        passphrase: String? = nil,
        certificate: String? = nil
    ) throws -> SSHKeyMaterial {
        SSHKeyMaterial(
            name: name,
            key: Array(try Data(contentsOf: URL(filePath: server.path(name)))),
            passphrase: passphrase,
            certificate: try certificate.map {
                try String(contentsOfFile: server.path($0), encoding: .utf8).trimmingCharacters(
                    in: .whitespacesAndNewlines
                )
            }
        )
    }

    private func endpoint(
        _ server: SSHTestServer,
        _ transport: SSHEndpoint.Transport,
        _ material: SSHKeyMaterial
    ) -> SSHEndpoint {
        var endpoint = server.endpoint(transport)
        endpoint.privateKeyPath = nil
        endpoint.keyMaterial = material
        return endpoint
    }

    @Test(
        "let in by both transports, plain and encrypted, and leave no copy in a file",
        arguments: SSHEndpoint.Transport.allCases
    )
    func letsIn(transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        for (name, type, passphrase) in [("user", "", nil), ("locked", "ed25519", "sesame 1"), ("curve", "ecdsa", nil)]
        {
            if name != "user" { try server.makeKey(name, type: type, passphrase: passphrase ?? "") }
            try server.publicKey(name).write(toFile: server.path("authorized"), atomically: true, encoding: .utf8)
            let pool = server.pool(endpoint(server, transport, try material(server, name, passphrase: passphrase)))
            let output = try await pool.run("echo in", deadline: .seconds(30))
            #expect(output.standardOutput == Array("in\n".utf8))
            await pool.close()
        }
        try await eventually("no agent is left") {
            descendants(of: getpid()).allSatisfy { process in
                let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
                return !String(decoding: words, as: UTF8.self).contains("ssh-agent")
            }
        }
    }

    @Test(
        "a wrong passphrase and a key the server does not know are told apart",
        arguments: SSHEndpoint.Transport.allCases
    )
    func refused(transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        try server.makeKey("locked", passphrase: "sesame")
        try server.makeKey("stranger")
        // What the client's configuration offers would be let in.
        try "Host *\nIdentityFile \(server.path("user"))\n"
            .write(toFile: server.path("client"), atomically: true, encoding: .utf8)
        let wrong = server.pool(endpoint(server, transport, try material(server, "locked", passphrase: "no")))
        await #expect { try await wrong.run("true", deadline: .seconds(30)) } throws: { error in
            if case SSHError.keyFileUnusable(_, .wrongPassphrase) = error { true } else { false }
        }
        let stranger = server.pool(endpoint(server, transport, try material(server, "stranger")))
        await #expect { try await stranger.run("true", deadline: .seconds(30)) } throws: { error in
            if case SSHError.authenticationRefused = error { true } else { false }
        }
        await wrong.close()
        await stranger.close()
    }

    @Test("a forgotten key lets nobody in", arguments: SSHEndpoint.Transport.allCases)
    func forgotten(transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let material = try material(server)
        let pool = server.pool(endpoint(server, transport, material))
        material.forget()
        await #expect { try await pool.run("true", deadline: .seconds(30)) } throws: { error in
            if case SSHError.keyFileUnusable(_, .withdrawn) = error { true } else { false }
        }
        #expect(material.key == nil && material.passphrase == nil)
        await pool.close()
    }

    @Test("a certificate of a trusted authority lets in a key the server does not know")
    func certificates() async throws {
        let server = try await SSHTestServer(options: ["TrustedUserCAKeys \(NSTemporaryDirectory())farfield-ca.pub"])
        try server.makeKey("authority")
        try server.makeKey("guest")
        try server.configure {
            $0.replacing("\(NSTemporaryDirectory())farfield-ca.pub", with: server.path("authority.pub"))
        }
        server.stop()
        try await server.start()
        try execute(
            "ssh-keygen",
            [
                "-q", "-s", server.path("authority"), "-I", "guest", "-n", server.user, "-V", "-1m:+5m",
                server.path("guest.pub"),
            ]
        )
        let material = try material(server, "guest", certificate: "guest-cert.pub")
        let pool = server.pool(endpoint(server, .openssh, material))
        #expect(try await pool.run("echo in", deadline: .seconds(30)).standardOutput == Array("in\n".utf8))
        await pool.close()
    }

    @Test("the public half and the certificate are read as ssh-keygen shows them")
    func formats() async throws {
        let server = try await SSHTestServer()
        try server.makeKey("authority")
        for type in ["ed25519", "ecdsa", "rsa"] {
            try server.makeKey(type, type: type, passphrase: type == "rsa" ? "" : "word")
            try execute(
                "ssh-keygen",
                [
                    "-q", "-s", server.path("authority"), "-I", "me", "-n", "a,b", "-z", "7", "-V",
                    "20260101000000Z:20270101000000Z",
                    "-O", "force-command=true", server.path(type + ".pub"),
                ]
            )
            let key = try await material(server, type, passphrase: "word").publicKey()
            #expect(key == SSHPublicKey(line: try server.publicKey(type)))
            let line = try String(contentsOfFile: server.path(type + "-cert.pub"), encoding: .utf8)
            let certificate = try #require(SSHCertificate(line: line))
            #expect(certificate.keyBlob == key.blob && certificate.keyAlgorithm == key.algorithm)
            #expect(certificate.principals == ["a", "b"] && certificate.serial == 7 && certificate.identity == "me")
            #expect(certificate.validAfter == 1_767_225_600 && certificate.validBefore == 1_798_761_600)
            #expect(certificate.criticalOptions == ["force-command"])
            // Cut off anywhere, it is none.
            let blob = try #require(SSHPublicKey(line: line)).blob
            for length in stride(from: 0, to: blob.count, by: 7) {
                let cut = Data(blob.prefix(length)).base64EncodedString()
                #expect(SSHCertificate(line: "\(line.prefix { $0 != " " }) \(cut)") == nil)
            }
        }
        #expect(SSHCertificate(line: try server.publicKey("user")) == nil)
    }

    @Test("what is no key, or does not open, is said")
    func unusable() async throws {
        let server = try await SSHTestServer()
        try server.makeKey("locked", passphrase: "sesame")
        let cases: [(SSHKeyMaterial, SSHKeyFileProblem)] = [
            (try material(server, "locked"), .encryptedWithoutPassphrase),
            (try material(server, "locked", passphrase: "no"), .wrongPassphrase),
            (SSHKeyMaterial(name: "x", key: Array("hello".utf8), passphrase: nil, certificate: nil), .notAPrivateKey),
            (
                SSHKeyMaterial(
                    name: "x",
                    key: Array("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n".utf8),
                    passphrase: nil,
                    certificate: nil
                ), .notAPrivateKey
            ),
        ]
        for (material, problem) in cases {
            await #expect { try await material.publicKey() } throws: { error in
                if case SSHError.keyFileUnusable(_, problem) = error { true } else { false }
            }
        }
        var text = ""
        dump(try material(server), to: &text)
        #expect(!text.contains("PRIVATE") && !text.contains("45"))
    }
}
