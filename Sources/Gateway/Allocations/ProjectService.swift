package import Documents
internal import Storage

/// What people do with projects.
package struct ProjectService: Sendable {
    let database: any Database
    let keeper: TimeKeeper

    /// Makes a project.
    ///
    /// - Parameters:
    ///   - document: `name`, `title`, `contact`, `members`.
    ///   - person: who wants it.
    /// - Returns: the project.
    /// - Throws: ``GatewayError`` of kind `invalidBudget` with every fault, or `conflict` when there is one of that name.
    package func create(_ document: Document, by person: Person) async throws -> Project {
        let wish = try BudgetWishes.project(document)
        let now = keeper.now()
        let project = Project(
            name: wish.name,
            title: wish.title,
            contact: wish.contact,
            createdAt: now,
            members: wish.members.sorted { $0.person < $1.person }
        )
        try await database.transaction { connection in
            guard try ProjectStore.insert(project, on: connection) else {
                throw GatewayError(.conflict, "There is a project '\(project.name)' already.")
            }
            let entry = AuditEntry(
                "project.created",
                .init("project", project.name),
                by: person,
                details: ["members": Self.details(project.members)]
            )
            try AuditStore.append(entry, at: now, on: connection)
        }
        return project
    }

    /// The projects somebody may see, by name: all for admins, for others their own.
    package func list(for person: Person) async throws -> [Project] {
        try await database.read { connection in
            Rights.reach(.listProjects, of: person) == .all
                ? try ProjectStore.all(on: connection) : try ProjectStore.projects(of: person, on: connection)
        }
    }

    /// A project.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`, also for what is not theirs to see.
    package func project(_ name: String, for person: Person) async throws -> Project {
        try await database.read { try Self.visible(name, to: person, on: $0) }
    }

    /// Whether somebody is a member of a project; false also where there is none of that name.
    func includes(_ name: String, _ person: Person) async throws -> Bool {
        try await database.read { try ProjectStore.find(name, on: $0)?.includes(person) == true }
    }

    /// A project that somebody may see.
    static func visible(
        _ name: String,
        to person: Person,
        on connection: any StorageConnection
    ) throws -> Project {
        guard let project = try ProjectStore.find(name, on: connection),
            Rights.reach(.readProject, of: person) == .all || project.includes(person)
        else { throw missing(name) }
        return project
    }

    /// Makes these the members of a project, and nobody else.
    ///
    /// - Parameters:
    ///   - document: `members`, each with `person` and `role`.
    ///   - name: the project's.
    ///   - person: who wants it.
    /// - Returns: the project as it stands then.
    /// - Throws: ``GatewayError`` of kind `invalidBudget` or `notFound`.
    package func setMembers(_ document: Document, of name: String, by person: Person) async throws -> Project {
        let members = try BudgetWishes.members(document)
        let now = keeper.now()
        return try await database.transaction { connection in
            guard let before = try ProjectStore.lock(name, on: connection) else { throw Self.missing(name) }
            try ProjectStore.replaceMembers(members, of: name, on: connection)
            let entry = AuditEntry(
                "project.members-changed",
                .init("project", name),
                by: person,
                details: ["before": Self.details(before.members), "after": Self.details(members)]
            )
            try AuditStore.append(entry, at: now, on: connection)
            return try ProjectStore.find(name, on: connection) ?? before
        }
    }

    static func missing(_ name: String) -> GatewayError {
        GatewayError(.notFound, "There is no project '\(name.prefix(63))' of yours.")
    }

    private static func details(_ members: [ProjectMember]) -> JSONValue {
        .object(
            Dictionary(members.map { ($0.person, JSONValue.string($0.role.rawValue)) }) { first, _ in first }
        )
    }
}
