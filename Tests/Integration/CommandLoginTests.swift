import Documents
import Foundation
import TestSupport
import Testing

/// The command line logs in at a gateway by a real provider, and keeps the login to itself.
@Suite("Logging in from the command line", .timeLimit(.minutes(4)))
struct CommandLoginTests {
    private struct Setting {
        let provider: OIDCProvider
        let gateway: GatewayProcess
        let home: PersonalHome
    }

    private func setting(_ settings: String = "{}") async throws -> Setting {
        let provider = try OIDCProvider(settings: settings)
        let gateway = try await GatewayProcess(general: provider.configuration).start()
        return Setting(provider: provider, gateway: gateway, home: try PersonalHome(gateway))
    }

    @Test("a person confirms at the provider; the login is kept for them alone, and asked for at the provider's pace")
    func deviceFlow() async throws {
        let setting = try await setting()
        let (provider, home) = (setting.provider, setting.home)
        #expect(try await home.cli("whoami").status == 3)
        let result = try await home.login(at: provider) { code in
            // The next poll is told to slow down; the person decides only after it.
            try await provider.test("device", "{\"userCode\": \"\(code)\", \"decision\": \"slow\"}")
            try await eventually("it polls") { try await provider.requests.contains { $0["path"] == "/token" } }
            try await provider.test(
                "device",
                "{\"userCode\": \"\(code)\", \"decision\": \"approve\", \"person\": \"alice\"}"
            )
        }
        #expect(result.status == 0, "\(result)")
        #expect(result.output == "Logged in at \(setting.gateway.url) as alice (researcher).\n")
        #expect(result.errors.contains("\(provider.issuer)/device?user_code="))
        #expect(try await !provider.requests.contains { $0["path"] == "early-poll" })
        #expect(try PersonalHome.mode(home.file) == 0o600)
        #expect(try PersonalHome.mode(home.folder) == 0o700)
        let secrets = ["accessToken", "refreshToken"].compactMap { home.login?[$0]?.stringValue }
        #expect(secrets.count == 2)
        for secret in secrets { #expect(!(result.output + result.errors).contains(secret)) }
        let who = try await home.cli("whoami", "--json")
        let me = try JSONValue(json: who.output.utf8)
        #expect(me["name"] == "alice" && me["role"] == "researcher" && me["method"] == "oidc", "\(who)")
        #expect(try await home.cli("jobs").status == 0)
    }

    @Test("a refused, a late and an unknown login keep nothing", arguments: ["deny", "expire"])
    func refused(decision: String) async throws {
        let setting = try await setting()
        let provider = setting.provider
        let result = try await setting.home.login(at: provider) { code in
            try await provider.test("device", "{\"userCode\": \"\(code)\", \"decision\": \"\(decision)\"}")
        }
        #expect(result.status == 3 && result.output.isEmpty, "\(result)")
        #expect(result.errors.contains(decision == "deny" ? "was refused at the provider" : "nobody confirmed"))
        #expect(setting.home.login == nil)
    }

    @Test("a pasted token is kept only if the gateway takes it, and never comes as an argument")
    func pasted() async throws {
        let gateway = try await GatewayProcess().start()
        let home = try PersonalHome(gateway)
        let wrong = try await home.cli("login", "--token-stdin", input: "ff_no\n")
        #expect(wrong.status == 3 && wrong.errors.contains("nothing was kept"), "\(wrong)")
        #expect(home.login == nil)
        let right = try await home.cli("login", "--token-stdin", input: gateway.token + "\n")
        #expect(right.status == 0 && !right.output.contains(gateway.token), "\(right)")
        #expect(try await home.cli("whoami").output.contains("role      admin"))
        // What a flag or a variable says counts before the kept login.
        #expect(try await home.cli("whoami", "--token", "ff_no").status == 3)
        let argument = try await home.cli("login", "--token", gateway.token)
        #expect(argument.status == 2 && argument.errors.contains("--token-stdin"), "\(argument)")
        let end = try await home.cli("logout")
        #expect(end.status == 0 && end.errors.contains("stays good"), "\(end)")
        #expect(home.login == nil)
        #expect(try await home.cli("whoami").status == 3)
    }

    @Test("a file that others may read is not used, as ssh does with keys")
    func permissions() async throws {
        let gateway = try await GatewayProcess().start()
        let home = try PersonalHome(gateway)
        try #require(try await home.cli("login", "--token-stdin", input: gateway.token).status == 0)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: home.file)
        let open = try await home.cli("whoami")
        #expect(open.status == 3 && open.errors.contains("chmod 600"), "\(open)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: home.file)
        #expect(try await home.cli("whoami").status == 0)
        try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: home.folder)
        let shared = try await home.cli("login", "--token-stdin", input: gateway.token)
        #expect(shared.status == 3 && shared.errors.contains("chmod 700"), "\(shared)")
    }

    @Test("many commands at once exchange each refresh token once: the provider ends a login whose token comes twice")
    func manyAtOnce() async throws {
        // So short a life that every command has to exchange.
        let setting = try await setting("{\"tokenLifetime\": 20}")
        let home = setting.home
        try await home.login(at: setting.provider, as: "bob")
        let first = home.login?["refreshToken"]
        let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<8 { group.addTask { try await home.cli("whoami").status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 0, count: 8))
        #expect(home.login?["refreshToken"] != first)
        #expect(try await home.cli("whoami").output.contains("bob"))
        let exchanges = try await setting.provider.requests.count { $0["grant_type"] == "refresh_token" }
        #expect(exchanges == 9)
    }

    @Test("a provider that is away does not matter while the token is good; one that ended the login does")
    func providerTrouble() async throws {
        let setting = try await setting("{\"tokenLifetime\": 25}")
        let (provider, home) = (setting.provider, setting.home)
        try await home.login(at: provider, as: "alice")
        try await provider.test("outage", "{\"parts\": [\"token\"]}")
        #expect(try await home.cli("whoami").status == 0)
        try await provider.test("restore")
        try await provider.test("forget")
        let ended = try await home.cli("whoami")
        #expect(ended.status == 3 && ended.errors.contains("farfield login"), "\(ended)")
    }

    @Test("logging out forgets, and ends the login at the provider")
    func logout() async throws {
        let setting = try await setting("{\"tokenLifetime\": 25}")
        let (provider, home) = (setting.provider, setting.home)
        try await home.login(at: provider, as: "alice")
        let before = try #require(FileManager.default.contents(atPath: home.file))
        #expect(try await home.cli("logout").status == 0)
        #expect(home.login == nil)
        #expect(try await provider.requests.last?["path"] == "/revoke")
        // Somebody who kept a copy of the file cannot go on with it.
        try before.write(to: URL(fileURLWithPath: home.file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: home.file)
        #expect(try await home.cli("whoami").status == 3)
    }

    @Test("tokens and people: made, listed, used, revoked, kept out")
    func tokensAndPeople() async throws {
        let gateway = try await GatewayProcess().start()
        let home = try PersonalHome(gateway)
        try #require(try await home.cli("login", "--token-stdin", input: gateway.token).status == 0)
        #expect(try await home.cli("people", "add", "visitor", "--role", "researcher").status == 0)
        let made = try await home.cli("tokens", "create", "nightly", "--scope", "read", "--person", "visitor")
        let secret = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(made.status == 0 && secret.hasPrefix("ff_") && made.errors.contains("not shown again"), "\(made)")
        let visitor = try PersonalHome(gateway)
        try #require(try await visitor.cli("login", "--token-stdin", input: secret).status == 0)
        #expect(try await visitor.cli("jobs").status == 0)
        let list = try await home.cli("tokens", "list", "--person", "visitor", "--json")
        let token = try #require(try JSONValue(json: list.output.utf8)["items"]?.arrayValue?.first)
        #expect(token["label"] == "nightly" && !list.output.contains(secret), "\(list)")
        #expect(try await visitor.cli("people").status == 3)
        #expect(try await home.cli("people", "disable", "visitor").status == 0)
        #expect(try await visitor.cli("whoami").status == 3)
        #expect(try await home.cli("people", "enable", "visitor").status == 0)
        #expect(try await visitor.cli("whoami").status == 0)
        let id = try #require(token["id"]?.stringValue)
        #expect(try await home.cli("tokens", "revoke", id, "--person", "visitor").status == 0)
        #expect(try await visitor.cli("whoami").status == 3)
        #expect(try await home.cli("tokens", "revoke", secret).status == 2)
    }
}
