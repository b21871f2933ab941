internal import Documents

/// What a token's claims must say to be taken here (RFC 7519 §4.1, RFC 9068 §4, OpenID Connect Core §3.1.3.7).
package struct TokenDemand: Sendable, Hashable {
    /// What kind of token is asked for.
    package enum Kind: Sendable, Hashable {
        /// One that opens an API.
        case access
        /// One that tells a client who signed in, in answer to its own nonce.
        case identity(nonce: String)
    }

    /// `iss`, letter by letter.
    package let issuer: String
    /// What `aud` must be or contain.
    package let audience: String
    /// What kind of token is asked for.
    package let kind: Kind
    /// How far clocks may differ, in seconds.
    package let skew: Int64
    /// The most seconds between `iat` and `exp`; nil sets no limit.
    package let lifetime: Int64?

    /// A demand.
    package init(issuer: String, audience: String, kind: Kind = .access, skew: Int64 = 60, lifetime: Int64? = nil) {
        self.issuer = issuer
        self.audience = audience
        self.kind = kind
        self.skew = skew
        self.lifetime = lifetime
    }

    /// What a token proves when it meets the demand.
    package struct Proof: Sendable, Hashable {
        /// `sub`: the person's name at the issuer, never given to somebody else there.
        package let subject: String
        /// `exp`, seconds since 1970 UTC.
        package let expiresAt: Int64
        /// `iat`, seconds since 1970 UTC.
        package let issuedAt: Int64
    }

    /// Judges the claims of a token whose signature was found right.
    ///
    /// - Parameters:
    ///   - token: the token.
    ///   - now: seconds since 1970 UTC.
    /// - Returns: what it proves.
    /// - Throws: ``WebTokenFault``.
    package func check(_ token: JSONWebToken, at now: Int64) throws(WebTokenFault) -> Proof {
        let claims = token.claims
        guard claims["iss"]?.stringValue == issuer else { throw .issuer }
        guard Self.audiences(claims).contains(audience) else { throw .audience }
        try checkKind(token)
        let expires = try Self.moment(claims, "exp")
        let issued = try Self.moment(claims, "iat")
        guard now - skew < expires else { throw .expired }
        guard issued <= now + skew else { throw .notYetValid }
        if claims["nbf"] != nil, try Self.moment(claims, "nbf") > now + skew { throw .notYetValid }
        if let lifetime, expires - issued > lifetime { throw .claim("exp") }
        guard let subject = claims["sub"]?.stringValue, (1...255).contains(subject.utf8.count) else {
            throw .claim("sub")
        }
        return Proof(subject: subject, expiresAt: expires, issuedAt: issued)
    }

    private static func audiences(_ claims: JSONValue) -> [String] {
        claims["aud"]?.stringValue.map { [$0] } ?? claims["aud"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// The issuer's keys sign tokens of several kinds; each is good for one thing only (RFC 8725 §2.8).
    private func checkKind(_ token: JSONWebToken) throws(WebTokenFault) {
        let claims = token.claims
        let type = token.header["typ"]?.stringValue?.lowercased() ?? ""
        let use = (claims["typ"]?.stringValue ?? claims["token_use"]?.stringValue ?? "").lowercased()
        if type.contains("logout") || use == "logout" || claims["events"] != nil { throw .kind("a logout token") }
        switch kind {
        case .access:
            guard ["", "jwt", "at+jwt", "application/at+jwt"].contains(type) else {
                throw .kind("a '\(type.prefix(40))'")
            }
            let isIdentity = claims["nonce"] != nil || claims["at_hash"] != nil || claims["c_hash"] != nil
            if use == "id" || isIdentity { throw .kind("an ID token") }
            if use == "refresh" || use == "offline" { throw .kind("a refresh token") }
        case .identity(let nonce):
            guard ["", "jwt"].contains(type) else { throw .kind("a '\(type.prefix(40))'") }
            if ["bearer", "access", "refresh", "offline"].contains(use) { throw .kind("a '\(use)' token") }
            guard claims["nonce"]?.stringValue == nonce else { throw .claim("nonce") }
            // OpenID Connect Core §3.1.3.7: of several audiences one must be named as the party the token is for.
            let party = claims["azp"]?.stringValue
            guard party == audience || (party == nil && Self.audiences(claims).count == 1) else { throw .audience }
        }
    }

    /// A NumericDate (RFC 7519 §2): seconds, perhaps with a fraction.
    private static func moment(_ claims: JSONValue, _ name: String) throws(WebTokenFault) -> Int64 {
        guard case .number(let text)? = claims[name], let number = Double(text), number.isFinite,
            (0...253_402_300_799).contains(number)
        else { throw .claim(name) }
        return Int64(number)
    }
}
