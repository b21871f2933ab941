/// What somebody may do here at all; the table of rights (``Rights``) says what each role may.
package enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Reads what is public, and what concerns themselves.
    case reader
    /// Submits jobs and sees their own.
    case researcher
    /// Decides for others and sees everything.
    case admin

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int { Role.allCases.firstIndex(of: self) ?? 0 }
}

/// What a token may be used for; a person never may more than their role allows, whatever the token says.
package enum Scope: String, Sendable, Hashable, CaseIterable {
    /// Look at things.
    case read
    /// Submit and cancel jobs, upload, publish, replay: change what is one's own.
    case write
    /// Decide on approvals.
    case approve
    /// Everything an admin's role allows.
    case admin
}

/// How somebody proved who they are, and from where.
package struct Origin: Sendable, Hashable {
    /// The means of proof.
    package enum Method: String, Sendable, CaseIterable {
        /// One of the gateway's own tokens.
        case token
        /// An access token of an OIDC provider.
        case oidc
        /// A browser's session.
        case session
        /// A command on the gateway's own machine, or the gateway itself.
        case local
    }

    /// The means of proof.
    package let method: Method
    /// The id of the token or the session, never the secret; nil for others.
    package let credential: String?
    /// The client's network address, where there is one.
    package let address: String?
    /// The id of the request, where there is one.
    package let request: String?

    /// An origin.
    package init(method: Method, credential: String? = nil, address: String? = nil, request: String? = nil) {
        self.method = method
        self.credential = credential
        self.address = address
        self.request = request
    }

    /// The gateway itself, or a command beside it.
    package static let local = Origin(method: .local)
}

/// Somebody who uses the gateway.
package struct Person: Sendable, Hashable {
    /// Who it is: `[a-z0-9][a-z0-9._-]{0,62}`, unique on this gateway and never given to somebody else.
    package let name: String
    /// What they may do at all.
    package let role: Role
    /// What the token in use may be used for.
    package let scopes: Set<Scope>
    /// Projects that the identity provider's claims put them into, beside those they are members of here.
    package let claimedProjects: Set<String>
    /// How they proved it, and from where.
    package let origin: Origin

    /// Whether they may decide for others, with the token in use.
    package var isAdmin: Bool { role == .admin && scopes.contains(.admin) }

    /// A person.
    package init(
        name: String,
        role: Role,
        scopes: Set<Scope> = Set(Scope.allCases),
        claimedProjects: Set<String> = [],
        origin: Origin = .local
    ) {
        self.name = name
        self.role = role
        self.scopes = scopes
        self.claimedProjects = claimedProjects
        self.origin = origin
    }

    /// A person with all scopes: an admin or a researcher.
    package init(name: String, isAdmin: Bool) {
        self.init(name: name, role: isAdmin ? .admin : .researcher)
    }

    /// The gateway itself, for what nobody asked it to do.
    package static let gateway = Person(name: "gateway", role: .admin)
}
