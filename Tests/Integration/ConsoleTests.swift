import Documents
import Foundation
import TestSupport
import Testing

/// The pages for people with a browser, after a login at a real provider.
@Suite("The console", .timeLimit(.minutes(3)))
struct ConsoleTests {
    private func setting() async throws -> (OIDCProvider, GatewayProcess) {
        let provider = try OIDCProvider()
        return (provider, try await GatewayProcess(general: provider.configuration).start())
    }

    @Test("leads strangers to the login and back, shows who one is, and forgets at the sign-out")
    func session() async throws {
        let (provider, gateway) = try await setting()
        let browser = BrowserSession(gateway)
        let stranger = try await browser.open("/console/tokens")
        #expect(stranger.status == 303 && stranger.location.hasSuffix("/login?return=%2Fconsole%2Ftokens"))
        try await browser.signIn(at: provider, as: "alice")
        let home = try await browser.open("/console")
        #expect(home.status == 200 && home.body.contains("Welcome, alice"), "\(home)")
        #expect(!home.body.contains("/console/audit"))
        #expect(try await browser.open("/console/audit").status == 403)
        let end = try await browser.post("/logout", [("csrf", try #require(home.field("csrf")))])
        #expect(end.status == 303)
        #expect(try await browser.open("/console").status == 303)
    }

    @Test("shows a new token once, escapes its label, and takes changes from its own forms alone")
    func tokens() async throws {
        let (provider, gateway) = try await setting()
        let browser = BrowserSession(gateway)
        try await browser.signIn(at: provider, as: "bob")
        let csrf = try #require(try await browser.open("/console/tokens").field("csrf"))
        let wish = [("label", "<script>alert(1)</script>"), ("scope-read", "yes"), ("expiresIn", "7d")]
        #expect(try await browser.post("/console/tokens", wish).status == 403)
        let guessed = String(csrf.reversed())
        #expect(try await browser.post("/console/tokens", wish + [("csrf", guessed)]).status == 403)
        let foreign = ["-H", "Origin: https://evil.example"]
        #expect(try await browser.post("/console/tokens", wish + [("csrf", csrf)], more: foreign).status == 403)
        let made = try await browser.post("/console/tokens", wish + [("csrf", csrf)])
        let secret = try #require(made.body.firstMatch(of: /ff_[0-9a-f]{64}/).map { String($0.output) })
        #expect(made.status == 201 && !made.body.contains("<script") && made.body.contains("&lt;script&gt;"))
        #expect(try await API(gateway).get("/api/v1/me", token: secret).json["scopes"] == ["read"])
        let list = try await browser.open("/console/tokens")
        #expect(!list.body.contains(secret) && !list.body.contains("<script"))
        let id = try #require(list.body.firstMatch(of: /tok_[0-9a-z]{26}/).map { String($0.output) })
        #expect(try await browser.post("/console/tokens/\(id)/revoke", [("csrf", csrf)]).status == 303)
        #expect(try await API(gateway).get("/api/v1/me", token: secret).status == 401)
        let faulty = try await browser.post("/console/tokens", [("csrf", csrf), ("label", "x")])
        #expect((400...422).contains(faulty.status) && faulty.body.contains("<h1>"), "\(faulty)")
    }

    @Test("lets admins search the audit trail")
    func audit() async throws {
        let (provider, gateway) = try await setting()
        let browser = BrowserSession(gateway)
        try await browser.signIn(at: provider, as: "carol")
        // As a browser sends it: every field, most of them empty.
        let page = try await browser.open("/console/audit?person=carol&action=&object=&since=&until=")
        #expect(page.status == 200 && page.body.contains("session.begun"), "\(page)")
        #expect(try await browser.open("/console/audit?since=yesterday").status == 400)
    }
}
