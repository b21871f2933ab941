import Documents
import Foundation
import Testing

/// People of a gateway who have accounts of their own at the test cluster.
enum ClusterPeople {
    /// A site where everybody has an account of their own, and what seals their keys.
    ///
    /// - Parameters:
    ///   - extra: further YAML lines of the site, each indented by four spaces.
    ///   - general: YAML lines before the sites.
    /// - Returns: a gateway, not yet started.
    /// - Throws: file errors.
    static func gateway(extra: String = "", general: String = "") throws -> GatewayProcess {
        let secret = NSTemporaryDirectory() + "farfield-secret-" + UUID().uuidString
        let text = (0..<32).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
        _ = FileManager.default.createFile(
            atPath: secret,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        let site = """
              - name: p
                identity: personal
                host: 127.0.0.1
                port: \(TestCluster.portA)
                knownHosts: \(TestCluster.knownHosts)
                workFolder: ~/farfield-tests
                defaults: {partition: normal, account: TG-BIO1}
                poll: {fastest: 300ms, slowest: 2s}
            \(extra)

            """
        return try GatewayProcess(sites: site, general: "secrets: {keyFile: \(secret)}\n" + general)
    }

    /// The folder of the cluster's keys.
    static var keys: String { TestCluster.variable("FARFIELD_CLUSTER") + "/ssh" }

    /// A researcher of the gateway, with a token.
    static func join(_ name: String, _ gateway: GatewayProcess) async throws -> API {
        let admin = API(gateway)
        let made = try await admin.post(
            "/api/v1/people",
            "{\"name\": \"\(name)\", \"role\": \"researcher\"}",
            type: "application/json"
        )
        try #require(made.status == 201, "\(made.text)")
        let token = try await admin.post(
            "/api/v1/people/\(name)/tokens",
            "{\"label\": \"test\", \"scopes\": [\"read\", \"write\"]}",
            type: "application/json"
        )
        try #require(token.status == 201, "\(token.text)")
        return API(gateway, token: try #require(token.json["secret"]?.stringValue))
    }

    /// The body of an upload.
    static func credential(
        _ account: String,
        key: String,
        certificate: String? = nil
    ) throws -> [UInt8] {
        var members: [String: JSONValue] = [
            "account": .string(account), "privateKey": .string(try String(contentsOfFile: key, encoding: .utf8)),
        ]
        if let certificate {
            members["certificate"] = .string(try String(contentsOfFile: certificate, encoding: .utf8))
        }
        return Array(JSONValue.object(members).jsonText.utf8)
    }

    /// A new key with a certificate of the cluster's authority.
    ///
    /// - Parameters:
    ///   - account: the account it is for.
    ///   - validity: as `ssh-keygen -V` takes it.
    /// - Returns: the key's file; the certificate's is the same with `-cert.pub`.
    /// - Throws: when `ssh-keygen` fails.
    static func certified(_ account: String, validity: String) async throws -> String {
        let path = NSTemporaryDirectory() + "farfield-key-" + UUID().uuidString
        let made = try await Command.shell(
            """
            set -e; ssh-keygen -q -t ed25519 -N '' -f \(path)
            ssh-keygen -q -s \(keys)/user_ca -I test -n \(account) -V \(validity) \(path).pub
            """
        )
        try #require(made.status == 0, "\(made.errors)")
        return path
    }
}

extension API {
    /// Uploads a credential for the site `p`.
    func entrust(_ body: [UInt8]) async throws -> Answer {
        try await send("PUT", "/api/v1/sites/p/credential", body: body, headers: ["Content-Type": "application/json"])
    }
}
