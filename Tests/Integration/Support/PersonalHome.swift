import Documents
import Foundation
import TestSupport
import Testing

/// Somebody's own configuration folder, and the command line as they use it: no token but what a login keeps.
final class PersonalHome: Sendable {
    /// What `XDG_CONFIG_HOME` says.
    let path = NSTemporaryDirectory() + "farfield-person-" + UUID().uuidString
    private let url: String

    init(_ gateway: GatewayProcess) throws {
        url = gateway.url
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The folder of the logins, and their file.
    var folder: String { path + "/farfield" }
    var file: String { folder + "/credentials.json" }

    /// What is kept for the gateway.
    var login: JSONValue? {
        guard let data = FileManager.default.contents(atPath: file), let all = try? JSONValue(json: data) else {
            return nil
        }
        return all["gateways"]?[url]
    }

    /// Runs the command line as this person.
    func cli(_ arguments: String..., input: String? = nil) async throws -> CommandResult {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("FARFIELD_") }
        variables["XDG_CONFIG_HOME"] = path
        variables["FARFIELD_URL"] = url
        // A folder without an admin's token of another gateway.
        variables["FARFIELD_HOME"] = path
        return try await Command.run(Repository.binary, arguments, environment: variables, input: input)
    }

    /// Logs in by the device flow; `meanwhile` decides at the provider.
    func login(
        at provider: OIDCProvider,
        _ meanwhile: @escaping @Sendable (_ userCode: String) async throws -> Void
    ) async throws -> CommandResult {
        async let result = cli("login")
        try await eventually("the provider has a code") { try await !provider.userCodes.isEmpty }
        try await meanwhile(try #require(try await provider.userCodes.first))
        return try await result
    }

    /// Logs in as somebody whom the provider knows.
    func login(at provider: OIDCProvider, as person: String) async throws {
        let result = try await login(at: provider) { code in
            try await provider.test(
                "device",
                "{\"userCode\": \"\(code)\", \"decision\": \"approve\", \"person\": \"\(person)\"}"
            )
        }
        try #require(result.status == 0, "\(result)")
    }

    /// The mode of a file, such as 0o600.
    static func mode(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }
}

extension OIDCProvider {
    /// Lines of a gateway's configuration by which it trusts this provider.
    var configuration: String {
        """
        people:
          issuers:
            - issuer: "\(issuer)"
              audience: farfield
              clientID: farfield
              clientSecretFile: \(secretFile)
              deviceClientID: farfield-cli
              scopes: [openid, profile, groups, offline_access]
              roles: {admin: [operators], researcher: [researchers]}
              projects: {bio: BIO-1, sky: SKY-2}
              allow: [127.0.0.1]
        """
    }
}
