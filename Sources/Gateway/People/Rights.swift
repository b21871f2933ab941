/// What kind of thing an operation is about, where it is about one thing that belongs to somebody.
package enum ProtectedObject: String, Sendable, Hashable, CaseIterable {
    case job
    case artifact
    case upload
    case analysis
    case person
    /// Its members own it, whatever their part in it.
    case project
    /// Owned by the members of its project.
    case allocation

    /// The name of the part of an address that names it.
    package var parameter: String {
        switch self {
        case .artifact: "digest"
        case .person, .project: "name"
        case .job, .upload, .analysis, .allocation: "id"
        }
    }
}

/// How far somebody may go.
package enum Reach: Sendable, Hashable {
    /// Not at all.
    case none
    /// With what is their own; a list shows only that.
    case own
    /// With everybody's.
    case all
}

/// One line of the table of rights.
package struct Right: Sendable, Hashable {
    /// Of what kind the thing is that an address names; nil where it names none that belongs to somebody.
    package let object: ProtectedObject?
    /// How far everybody may go, without any token.
    package let anybody: Reach
    /// How far each role may go.
    package let reader: Reach
    package let researcher: Reach
    package let admin: Reach
    /// What the token must be good for.
    package let scope: Scope

    /// How far a role may go.
    package func reach(of role: Role) -> Reach {
        switch role {
        case .reader: reader
        case .researcher: researcher
        case .admin: admin
        }
    }
}

extension Operation {
    /// The table.
    ///
    /// Its columns: the thing, then how far nobody in particular, a reader, a researcher and an admin may go, then what
    /// the token must be good for.
    package var right: Right {
        switch self {
        //                                  thing      anybody reader researcher admin scope
        case .watchHealth: right(nil, .all, .all, .all, .all, .read)
        case .readMetrics: right(nil, .all, .all, .all, .all, .read)
        case .readDocuments: right(nil, .all, .all, .all, .all, .read)
        case .readFigures: right(nil, .none, .none, .all, .all, .read)
        case .readAudit: right(nil, .none, .none, .none, .all, .admin)

        case .readSelf: right(nil, .none, .own, .own, .all, .read)
        case .readPerson: right(.person, .none, .own, .own, .all, .read)
        case .listPeople: right(nil, .none, .none, .none, .all, .admin)
        case .managePeople: right(nil, .none, .none, .none, .all, .admin)
        case .listTokens: right(nil, .none, .own, .own, .all, .read)
        case .manageTokens: right(nil, .none, .own, .own, .all, .write)
        case .signIn: right(nil, .all, .all, .all, .all, .read)
        case .signOut: right(nil, .all, .all, .all, .all, .read)

        case .listProjects: right(nil, .none, .own, .own, .all, .read)
        case .readProject: right(.project, .none, .own, .own, .all, .read)
        case .manageProjects: right(nil, .none, .none, .none, .all, .admin)
        case .readAllocation: right(.allocation, .none, .own, .own, .all, .read)
        case .manageAllocations: right(nil, .none, .none, .none, .all, .admin)
        case .verifyLedger: right(nil, .none, .none, .none, .all, .admin)

        case .submitJob: right(nil, .none, .none, .own, .all, .write)
        case .listJobs: right(nil, .none, .none, .own, .all, .read)
        case .readJob: right(.job, .none, .none, .own, .all, .read)
        case .cancelJob: right(.job, .none, .none, .own, .all, .write)
        case .publishJob: right(.job, .none, .none, .own, .all, .write)
        case .replayJob: right(.job, .none, .none, .own, .all, .write)
        // Rights beside that of submitting: to go first, and to have more jobs than limits.jobsPerPerson.
        case .sendUrgently: right(nil, .none, .none, .none, .all, .write)
        case .exceedCaps: right(nil, .none, .none, .none, .all, .write)
        case .compareRuns: right(nil, .none, .none, .own, .all, .read)

        case .announceUploads: right(nil, .all, .all, .all, .all, .read)
        case .startUpload: right(nil, .none, .none, .own, .all, .write)
        case .useUpload: right(.upload, .none, .none, .own, .all, .write)
        case .giveArtifact: right(nil, .none, .none, .own, .all, .write)
        case .listArtifacts: right(nil, .none, .none, .own, .all, .read)
        case .readArtifact: right(.artifact, .none, .none, .own, .all, .read)
        case .releaseArtifact: right(.artifact, .none, .none, .own, .all, .write)
        case .traceArtifact: right(nil, .none, .none, .own, .all, .read)
        case .collectGarbage: right(nil, .none, .none, .none, .all, .admin)
        case .readUsage: right(nil, .none, .none, .own, .all, .read)
        case .readSiteUsage: right(nil, .none, .none, .none, .all, .admin)

        case .readPublished: right(nil, .all, .all, .all, .all, .read)
        case .reviseAnalysis: right(.analysis, .none, .none, .own, .all, .write)
        case .decideAnalysis: right(.analysis, .none, .none, .own, .all, .write)
        case .replayAnalysis: right(nil, .none, .none, .all, .all, .write)
        case .exportAnalyses: right(nil, .none, .none, .own, .all, .read)
        case .tellChange: right(nil, .none, .none, .none, .all, .admin)
        case .readNotices: right(nil, .none, .none, .own, .all, .read)
        case .witnessLog: right(nil, .all, .all, .all, .all, .read)
        case .manageKeys: right(nil, .none, .none, .none, .all, .admin)

        case .readSites: right(nil, .none, .all, .all, .all, .read)
        case .tendSites: right(nil, .none, .none, .none, .all, .admin)
        // Nobody, an admin neither, has to do with somebody else's key but to see that it is there and to take it away.
        case .readCredential: right(nil, .none, .none, .own, .own, .read)
        case .changeCredential: right(nil, .none, .none, .own, .own, .write)
        case .tendCredentials: right(nil, .none, .none, .none, .all, .admin)
        case .readTemplates: right(nil, .none, .all, .all, .all, .read)
        case .tendQueue: right(nil, .none, .none, .none, .all, .admin)
        case .manageWebhooks: right(nil, .none, .none, .none, .all, .admin)

        case .readApprovals: right(nil, .none, .none, .none, .all, .approve)
        // Beyond this, nobody decides on a job of their own: `ApprovalDesk` looks at the job.
        case .decideApprovals: right(nil, .none, .none, .none, .all, .approve)
        }
    }

    private func right(
        _ object: ProtectedObject?,
        _ anybody: Reach,
        _ reader: Reach,
        _ researcher: Reach,
        _ admin: Reach,
        _ scope: Scope
    ) -> Right {
        Right(object: object, anybody: anybody, reader: reader, researcher: researcher, admin: admin, scope: scope)
    }
}

/// Who may do what: the one place that says so.
///
/// The table itself is ``Operation/right``. The router asks it before every answer, services ask it for what stands in
/// bodies and queries, and a test tries every line of it as everybody.
package enum Rights {
    /// What the table says of an operation.
    package static func of(_ operation: Operation) -> Right { operation.right }

    /// How far somebody may go with an operation.
    ///
    /// - Parameters:
    ///   - operation: what is asked for.
    ///   - person: who asks; nil without a token.
    /// - Returns: how far, with the token in use.
    package static func reach(_ operation: Operation, of person: Person?) -> Reach {
        let right = of(operation)
        guard right.anybody == .none, let person else { return right.anybody }
        guard person.scopes.contains(right.scope) || person.scopes.contains(.admin) else { return .none }
        // An admin's token that is not good for an admin's work is a researcher's.
        let role =
            person.scopes.contains(.admin) || right.scope == .approve ? person.role : min(person.role, .researcher)
        return right.reach(of: role)
    }

    /// Whether somebody may do something with a thing of somebody's.
    package static func allow(_ operation: Operation, _ person: Person?, owner: String) -> Bool {
        switch reach(operation, of: person) {
        case .none: false
        case .own: person?.name == owner
        case .all: true
        }
    }

    /// Whose things alone somebody is shown; nil when they are shown everybody's.
    package static func onlyOwner(_ operation: Operation, for person: Person) -> String? {
        reach(operation, of: person) == .all ? nil : person.name
    }

    /// What somebody is told who may not do something at all.
    package static func refusal(_ operation: Operation, of person: Person) -> GatewayError {
        let right = of(operation)
        let roles = Role.allCases.filter { right.reach(of: $0) != .none }
        if roles.contains(person.role), !person.scopes.contains(right.scope) {
            return GatewayError(
                .forbidden,
                "This token is good for \(list(person.scopes.map(\.rawValue).sorted())), and '\(operation.rawValue)'"
                    + " needs '\(right.scope.rawValue)'. Use a token with that scope."
            )
        }
        return GatewayError(
            .forbidden,
            "'\(operation.rawValue)' is for \(list(roles.map { "\($0.rawValue)s" })). You are \(person.name), a"
                + " \(person.role.rawValue). Ask an admin."
        )
    }

    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "nobody" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}
