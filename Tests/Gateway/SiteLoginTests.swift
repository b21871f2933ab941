import Documents
import SSHClient
import Testing

@testable import Gateway

@Suite("How a site is reached, as its entry says")
struct SiteLoginTests {
    private func faults(_ entry: String) throws -> [String] {
        do {
            _ = try configuration(entry)
            return []
        } catch let error as ConfigurationError {
            guard case .faults(let found) = error else { throw error }
            return found.map(\.path)
        }
    }

    private func configuration(_ entry: String) throws -> SiteConfiguration {
        let text = "sites:\n  - name: a\n    host: h\n" + entry.split(separator: "\n").map { "    \($0)\n" }.joined()
        return try #require(try ConfigurationReader.read(try Document(yaml: text)).sites.first)
    }

    @Test("libssh2 must be told who we are; the system's ssh may find out")
    func required() throws {
        #expect(try faults("") == ["/sites/0/user", "/sites/0/privateKey"])
        #expect(try faults("transport: telnet") == ["/sites/0/transport"])
        let site = try configuration("transport: openssh")
        #expect(site.user == nil && site.privateKey == nil && site.knownHosts == nil && site.port == nil)
        #expect(try faults("transport: openssh\nsshConfig: /c") == [])
        #expect(try faults("user: u\nprivateKey: k\nsshConfig: /c") == ["/sites/0/sshConfig"])
    }

    @Test("jump hosts, short and long")
    func jumps() throws {
        let site = try configuration(
            "user: u\nprivateKey: k\njump: ['me@one:2222', {address: 'two', privateKey: /k2}]"
        )
        #expect(site.jumps.map(\.host) == ["one", "two"])
        #expect(site.jumps.map(\.port) == [2222, nil])
        #expect(site.jumps.map(\.user) == ["me", nil])
        #expect(site.jumps.map(\.privateKeyPath) == [nil, "/k2"])
        #expect(try faults("user: u\nprivateKey: k\njump: ['-oProxyCommand=x']") == ["/sites/0/jump/0"])
    }

    @Test("a login's state, and what people are told")
    func states() {
        let person = SiteAuthentication(
            passwordFile: nil,
            code: .typed,
            loginLifetime: .seconds(3600),
            warnBefore: .seconds(600)
        )
        let now = ContinuousClock.now
        func state(_ connection: SSHConnectionState, _ authentication: SiteAuthentication) -> SiteLoginState.State {
            SiteLogins.state(authentication, connection, now: now).state
        }
        #expect(state(.idle, person) == .needed)
        #expect(state(.connected(since: now - .seconds(60)), person) == .valid)
        #expect(state(.connected(since: now - .seconds(3100)), person) == .expiring)
        #expect(state(.connected(since: now - .seconds(9999)), person) == .expiring)
        var stored = person
        stored.code = .secretFile("/s")
        #expect(state(.idle, stored) == .automatic)
        let refused = SSHError.authenticationRefused(user: "u", keyPath: "k", reason: "r")
        #expect(state(.failed(refused, since: now), stored) == .needed)
        for login in [SiteLoginState.State.needed, .expiring] {
            let advice = SiteLogins.advice(SiteLoginState(state: login, remaining: .seconds(90)), site: "tacc")
            #expect(advice?.contains("farfield sites login tacc") == true)
        }
        #expect(SiteLogins.advice(SiteLoginState(state: .valid, remaining: .seconds(9)), site: "tacc") == nil)
    }

    @Test("a check tells which transport a site needs")
    func transportCure() {
        let obstacles: [SSHError] = [
            .cannotConnect(host: "h", port: 22, reason: "no common method with the server: x"),
            .authenticationRefused(user: "u", keyPath: "k", reason: "it is an RSA key, and so on"),
            .keyFileUnusable(path: "k", reason: .notAPrivateKey),
        ]
        for error in obstacles {
            #expect(SiteVerdicts.transportCure(error, .libssh2)?.contains("transport: openssh") == true)
            #expect(SiteVerdicts.transportCure(error, .openssh) == nil)
        }
        let other = SSHError.cannotConnect(host: "h", port: 22, reason: "Connection refused")
        #expect(SiteVerdicts.transportCure(other, .libssh2) == nil)
    }

    @Test("passwords and codes: one source each, and a key may be missing then")
    func authentication() throws {
        let site = try configuration(
            "user: u\nauthentication: {passwordFile: /p, totpSecretFile: /s, loginLifetime: 8h}"
        )
        #expect(site.authentication?.code == .secretFile("/s"))
        #expect(site.authentication?.passwordFile == "/p")
        #expect(site.authentication?.loginLifetime == .seconds(8 * 3600))
        #expect(try configuration("user: u\nauthentication: {interactive: true}").authentication?.needsPerson == true)
        let command = try configuration("user: u\nauthentication: {codeCommand: [oathtool, '-b', x]}").authentication
        #expect(command?.code == .command(["oathtool", "-b", "x"]))
        let path = "/sites/0/authentication"
        #expect(try faults("user: u\nauthentication: {}") == [path])
        #expect(try faults("user: u\nauthentication: {interactive: true, totpSecretFile: /s}") == [path])
    }
}
