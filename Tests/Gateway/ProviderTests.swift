import Attestation
import CurlClient
import Documents
import Foundation
import Storage
import Synchronization
import Testing

@testable import Gateway

/// An identity provider that signs with Ed25519, behind no wire.
private final class SmallProvider: Sendable {
    struct State {
        var seed: UInt8 = 1
        var isAway = false
        var issuer = SmallProvider.issuer
        var asked: [String] = []
    }

    static let issuer = "https://id.example/realm"
    let state = Mutex(State())

    var asked: [String] { state.withLock { $0.asked } }

    static var policy: PeoplePolicy {
        var issuer = IssuerPolicy(issuer: issuer, audience: "farfield")
        issuer.groupsClaim = "access.groups"
        issuer.roles = [.admin: ["ops"], .researcher: ["lab"]]
        issuer.projects = ["bio": "biology"]
        issuer.clientID = "web"
        var policy = PeoplePolicy()
        policy.issuers = [issuer]
        return policy
    }

    func exchange(_ request: HTTPRequest) throws -> HTTPResponse {
        let state = state.withLock { state in
            state.asked.append(request.url)
            return state
        }
        if state.isAway { throw HTTPClientError.invalidRequest("away") }
        let body: JSONValue =
            switch request.url {
            case Self.issuer + "/.well-known/openid-configuration":
                [
                    "issuer": .string(state.issuer), "jwks_uri": "https://id.example/keys",
                    "authorization_endpoint": "https://id.example/authorize",
                ]
            case "https://id.example/keys": ["keys": [try Self.key(state.seed)]]
            default: [:]
            }
        return HTTPResponse(
            head: HTTPResponseHead(status: 200, headers: ["Cache-Control": "max-age=600"]),
            body: body.jsonBytes()
        )
    }

    private static func signer(_ seed: UInt8) throws -> FileSigner {
        try #require(FileSigner(seed: [UInt8](repeating: seed, count: 32)))
    }

    private static func key(_ seed: UInt8) throws -> JSONValue {
        [
            "kty": "OKP", "crv": "Ed25519", "kid": .string("k\(seed)"),
            "x": .string(Base64URL.text(try signer(seed).publicKey.raw)),
        ]
    }

    func token(_ name: String, _ subject: String, groups: [String] = [], at now: Timestamp) throws -> String {
        let seed = state.withLock { $0.seed }
        let header: JSONValue = ["alg": "EdDSA", "kid": .string("k\(seed)")]
        let claims: JSONValue = [
            "iss": .string(Self.issuer), "aud": "farfield", "sub": .string(subject), "iat": .integer(now.seconds),
            "exp": .integer(now.seconds + 90_000 * 2), "preferred_username": .string(name),
            "access": ["groups": .array(groups.map { .string($0) })],
        ]
        let text = Base64URL.text(header.jsonBytes()) + "." + Base64URL.text(claims.jsonBytes())
        return text + "." + Base64URL.text(try Self.signer(seed).sign(Array(text.utf8)))
    }
}

@Suite("People of identity providers")
struct ProviderTests {
    private func with(_ engine: Engine, _ body: (PeopleBench, SmallProvider) async throws -> Void) async throws {
        let provider = SmallProvider()
        let exchange: ProviderExchange = { try provider.exchange($0) }
        try await PeopleBench.with(engine, policy: SmallProvider.policy, exchange: exchange) { bench in
            try await body(bench, provider)
        }
    }

    @Test("keep one name here for good, whoever else wishes for it", arguments: Engine.allCases)
    func names(engine: Engine) async throws {
        try await with(engine) { bench, provider in
            func come(_ name: String, _ subject: String, _ groups: [String] = []) async throws -> Person {
                try await bench.come(try provider.token(name, subject, groups: groups, at: bench.clock.now)).person
            }
            let ada = try await come("Ada", "1", ["lab", "bio"])
            #expect(ada.name == "ada" && ada.role == .researcher && ada.claimedProjects == ["biology"])
            #expect(ada.origin.method == .oidc)
            #expect(try await come("ada", "2").name == "ada-2")
            #expect(try await come("ADA@x", "3").name == "ada-3")
            #expect(try await come("renamed", "1", ["ops"]).name == "ada")
            #expect(try await come("renamed", "1", ["ops"]).role == .admin)
            #expect(try await come("admin", "4").name == "admin-2")
            #expect(try await come("gateway", "5").name == "gateway-2")
            #expect(try await come("eve", "6").role == .reader)
            #expect(try await bench.auditActions().filter { $0 == "person.role-changed" }.count == 1)
        }
    }

    @Test("are refused once disabled or signed out, and their own tokens with them", arguments: Engine.allCases)
    func disabled(engine: Engine) async throws {
        try await with(engine) { bench, provider in
            let (admin, _) = try await bench.admin()
            let token = try provider.token("ada", "1", groups: ["lab"], at: bench.clock.now)
            let ada = try await bench.come(token).person
            let own = try await bench.people.tokens.create(bench.document(#"{"label": "x"}"#), by: ada)
            _ = try await bench.people.directory.disable("ada", by: admin)
            await #expect(throws: Refusal.disabled) { try await bench.come(token) }
            await #expect(throws: Refusal.disabled) { try await bench.come(own.secret) }
            _ = try await bench.people.directory.enable("ada", by: admin)
            _ = try await bench.people.directory.signOut("ada", by: admin)
            await #expect(throws: Refusal.revoked) { try await bench.come(token) }
            bench.clock.pass(.seconds(2))
            _ = try await bench.come(try provider.token("ada", "1", at: bench.clock.now))
            await #expect(throws: GatewayError.self) {
                try await bench.people.tokens.create(bench.document(#"{"label": "x"}"#), for: "ada", by: admin)
            }
        }
    }

    @Test("bring tokens of new keys, for which the provider is asked once in half a minute")
    func rotation() async throws {
        try await with(.sqlite) { bench, provider in
            _ = try await bench.come(try provider.token("ada", "1", at: bench.clock.now))
            #expect(provider.asked.count == 2)
            let old = try provider.token("bob", "2", at: bench.clock.now)
            provider.state.withLock { $0.seed = 2 }
            _ = try await bench.come(try provider.token("ada", "1", at: bench.clock.now))
            #expect(provider.asked.count == 4)
            for _ in 0..<5 {
                await #expect(throws: Refusal.token(.unknownKey("k1"))) { try await bench.come(old) }
            }
            #expect(provider.asked.count == 4)
            bench.clock.pass(.seconds(30))
            await #expect(throws: Refusal.token(.unknownKey("k1"))) { try await bench.come(old) }
            #expect(provider.asked.count == 6)
        }
    }

    @Test("are let in for a day while the provider is away, and not without its keys")
    func away() async throws {
        try await with(.sqlite) { bench, provider in
            let token = try provider.token("ada", "1", at: bench.clock.now)
            provider.state.withLock { $0.isAway = true }
            await #expect(throws: Refusal.providerUnavailable(SmallProvider.issuer)) { try await bench.come(token) }
            bench.clock.pass(.seconds(5))
            provider.state.withLock { $0.isAway = false }
            _ = try await bench.come(token)
            provider.state.withLock { $0.isAway = true }
            bench.clock.pass(.seconds(23 * 3600))
            _ = try await bench.come(token)
            bench.clock.pass(.seconds(3600))
            await #expect(throws: Refusal.providerUnavailable(SmallProvider.issuer)) { try await bench.come(token) }
        }
    }

    @Test("come by no provider whose description bears another name, and none that is not configured")
    func otherIssuer() async throws {
        try await with(.sqlite) { bench, provider in
            provider.state.withLock { $0.issuer = SmallProvider.issuer + "/" }
            let token = try provider.token("ada", "1", at: bench.clock.now)
            await #expect(throws: Refusal.providerUnavailable(SmallProvider.issuer)) { try await bench.come(token) }
            let asked = provider.asked.count
            let stranger = Base64URL.text(Array(#"{"iss":"https://evil.example"}"#.utf8))
            await #expect(throws: Refusal.unknownIssuer) {
                try await bench.come(Base64URL.text(Array(#"{"alg":"EdDSA"}"#.utf8)) + ".\(stranger).AA")
            }
            #expect(provider.asked.count == asked)
        }
    }

    @Test("go to the provider with a challenge, and come back only with what they left with")
    func ticket() async throws {
        try await with(.sqlite) { bench, _ in
            let beginning = try await bench.people.signIn.begin(SmallProvider.issuer, returnTo: "/console")
            #expect(beginning.location.hasPrefix("https://id.example/authorize?response_type=code&client_id=web"))
            let ticket = try #require(SignInTicket(beginning.cookie))
            for part in ["state=\(ticket.state)", "nonce=\(ticket.nonce)", "code_challenge=\(ticket.challenge)"] {
                #expect(beginning.location.contains(part))
            }
            #expect(!beginning.location.contains(ticket.verifier))
            func finish(_ state: String, _ cookie: String?) async throws {
                let arrival = SignIn.Arrival(code: "c", state: state, issuer: nil)
                _ = try await bench.people.signIn.finish(arrival, cookie: cookie, from: .init())
            }
            let other = try SignInTicket(issuer: SmallProvider.issuer, returnTo: "/", at: bench.clock.now)
            await #expect(throws: GatewayError.self) { try await finish(ticket.state, nil) }
            await #expect(throws: GatewayError.self) { try await finish(ticket.state, other.cookie) }
            // Another page to return to is another state.
            let parts = ticket.cookie.split(separator: ".")
            let moved = parts.prefix(3).joined(separator: ".") + "." + Base64URL.text(Array("//evil".utf8))
            await #expect(throws: GatewayError.self) { try await finish(ticket.state, moved) }
            bench.clock.pass(.seconds(600))
            await #expect(throws: GatewayError.self) { try await finish(ticket.state, ticket.cookie) }
        }
    }
}
