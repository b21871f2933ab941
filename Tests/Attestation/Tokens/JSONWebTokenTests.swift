import Attestation
import Documents
import Testing

@Suite("Tokens signed by others")
struct JSONWebTokenTests {
    private let keys: JSONWebKeySet

    init() throws {
        keys = try JSONWebKeySet(reading: Array(KnownTokens.keys.replacing("'", with: "\"").utf8))
    }

    @Test("keys that are weak, for encryption or of other kinds are left out")
    func keySet() {
        #expect(keys.keys.map(\.id) == ["rsa", "ec", "ed"])
        #expect(keys.keys.map(\.algorithm) == [.rs256, .es256, .edDSA])
    }

    @Test("of the three algorithms are taken", arguments: KnownTokens.good.keys.sorted())
    func good(name: String) throws {
        let token = try JSONWebToken.verify(compact: try #require(KnownTokens.good[name]), keys: keys)
        #expect(token.claims["sub"] == "f3b1")
    }

    @Test("that are forged are refused, for the right reason", arguments: KnownTokens.bad.keys.sorted())
    func bad(name: String) throws {
        let bad = try #require(KnownTokens.bad[name])
        let fault = try #require(throws: WebTokenFault.self) {
            try JSONWebToken.verify(compact: bad.token, keys: keys)
        }
        #expect(Self.name(fault) == bad.fault, "\(fault)")
    }

    private static func name(_ fault: WebTokenFault) -> String {
        switch fault {
        case .malformed: "malformed"
        case .algorithm: "algorithm"
        case .unknownKey: "unknownKey"
        case .signature: "signature"
        case .tooLong, .issuer, .audience, .expired, .notYetValid, .kind, .claim: "another"
        }
    }

    @Test("are refused after any change of one character", arguments: ["RS256", "ES256", "EdDSA"])
    func changed(name: String) throws {
        let text = Array(try #require(KnownTokens.good[name]).utf8)
        for place in stride(from: 0, to: text.count, by: 5) {
            var changed = text
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: WebTokenFault.self) {
                try JSONWebToken.verify(compact: String(decoding: changed, as: UTF8.self), keys: keys)
            }
        }
    }

    @Test("of more than 16 KiB are not even read")
    func long() {
        let text = "a." + String(repeating: "A", count: JSONWebToken.limit) + ".a"
        #expect(throws: WebTokenFault.tooLong) { try JSONWebToken.parse(text) }
    }
}

@Suite("What a token must say")
struct TokenDemandTests {
    private static let now: Int64 = 1_800_000_100
    private static let claims: [String: JSONValue] = [
        "iss": "https://id.example", "aud": "farfield", "sub": "f3b1", "iat": 1_800_000_000, "exp": 1_800_000_300,
    ]

    private func fault(
        _ changes: [String: JSONValue],
        header: JSONValue = ["alg": "RS256"],
        kind: TokenDemand.Kind = .access,
        at now: Int64 = now
    ) -> WebTokenFault? {
        let claims = Self.claims.merging(changes) { $1 }.filter { $0.value != .null }
        let token = JSONWebToken(header: header, claims: .object(claims))
        let demand = TokenDemand(issuer: "https://id.example", audience: "farfield", kind: kind)
        do throws(WebTokenFault) {
            _ = try demand.check(token, at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test("is letter by letter the issuer, and the audience among others")
    func parties() {
        #expect(fault([:]) == nil)
        #expect(fault(["aud": ["x", "farfield"]]) == nil)
        #expect(fault(["iss": "https://id.example/"]) == .issuer)
        #expect(fault(["iss": .null]) == .issuer)
        #expect(fault(["aud": "farfield2"]) == .audience)
        #expect(fault(["aud": .null]) == .audience)
        #expect(fault(["sub": ""]) == .claim("sub"))
    }

    @Test("holds from its beginning to its end, with a minute for clocks that differ")
    func times() {
        #expect(fault([:], at: 1_800_000_359) == nil)
        #expect(fault([:], at: 1_800_000_360) == .expired)
        #expect(fault([:], at: 1_799_999_940) == nil)
        #expect(fault([:], at: 1_799_999_939) == .notYetValid)
        #expect(fault(["nbf": 1_800_000_161]) == .notYetValid)
        #expect(fault(["nbf": .number("1800000160.5")]) == nil)
        #expect(fault(["exp": .null]) == .claim("exp"))
        #expect(fault(["exp": "1800000300"]) == .claim("exp"))
        #expect(fault(["exp": .number("1e400")]) == .claim("exp"))
        #expect(fault(["iat": .null]) == .claim("iat"))
    }

    @Test("tells one kind of token from another")
    func kinds() {
        #expect(fault(["nonce": "n"]) == .kind("an ID token"))
        #expect(fault(["typ": "ID"]) == .kind("an ID token"))
        #expect(fault(["at_hash": "x"]) == .kind("an ID token"))
        #expect(fault(["typ": "Refresh"]) == .kind("a refresh token"))
        #expect(fault([:], header: ["typ": "logout+jwt"]) == .kind("a logout token"))
        #expect(fault([:], header: ["typ": "dpop+jwt"]) == .kind("a 'dpop+jwt'"))
        #expect(fault(["typ": "Bearer"], header: ["typ": "AT+JWT"]) == nil)
        let identity = TokenDemand.Kind.identity(nonce: "n")
        #expect(fault(["nonce": "n"], kind: identity) == nil)
        #expect(fault(["nonce": "m"], kind: identity) == .claim("nonce"))
        #expect(fault([:], kind: identity) == .claim("nonce"))
        #expect(fault(["nonce": "n"], header: ["typ": "at+jwt"], kind: identity) == .kind("a 'at+jwt'"))
        #expect(fault(["nonce": "n", "aud": ["farfield", "x"]], kind: identity) == .audience)
        #expect(fault(["nonce": "n", "aud": ["farfield", "x"], "azp": "farfield"], kind: identity) == nil)
        #expect(fault(["nonce": "n", "azp": "x"], kind: identity) == .audience)
    }
}
