internal import Storage

/// The tables `projects` and `project_members`.
enum ProjectStore {
    /// Writes a new project; false when there is one of that name.
    static func insert(_ project: Project, on connection: any StorageConnection) throws -> Bool {
        let count = try connection.execute(
            """
            INSERT INTO projects (name, title, contact, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING
            """,
            [
                .text(project.name), .text(project.title), SQLValue(project.contact),
                .integer(project.createdAt.microseconds),
            ]
        )
        guard count == 1 else { return false }
        try replaceMembers(project.members, of: project.name, on: connection)
        return true
    }

    /// Makes these the members of a project, and nobody else.
    static func replaceMembers(
        _ members: [ProjectMember],
        of project: String,
        on connection: any StorageConnection
    ) throws {
        try connection.execute("DELETE FROM project_members WHERE project = $1", [.text(project)])
        for member in members {
            try connection.execute(
                "INSERT INTO project_members (project, person, role) VALUES ($1, $2, $3)",
                [.text(project), .text(member.person), .text(member.role.rawValue)]
            )
        }
    }

    /// A project; nil when there is none of that name.
    static func find(_ name: String, on connection: any StorageConnection) throws -> Project? {
        guard let row = try connection.first("SELECT * FROM projects WHERE name = $1", [.text(name)]) else {
            return nil
        }
        return try project(row, on: connection)
    }

    /// A project, locked until the transaction ends.
    static func lock(_ name: String, on connection: any StorageConnection) throws -> Project? {
        let statement = "SELECT * FROM projects WHERE name = $1" + connection.dialect.forUpdate
        guard let row = try connection.first(statement, [.text(name)]) else { return nil }
        return try project(row, on: connection)
    }

    /// All projects, by name.
    static func all(on connection: any StorageConnection) throws -> [Project] {
        try connection.query("SELECT * FROM projects ORDER BY name").map { try project($0, on: connection) }
    }

    /// The projects somebody is a member of, by name, those of their claims included.
    static func projects(of person: Person, on connection: any StorageConnection) throws -> [Project] {
        let rows = try connection.query("SELECT project FROM project_members WHERE person = $1", [.text(person.name)])
        let names = Set(try rows.map { try $0.text("project") }).union(person.claimedProjects)
        return try names.sorted().compactMap { try find($0, on: connection) }
    }

    private static func project(_ row: Row, on connection: any StorageConnection) throws -> Project {
        let name = try row.text("name")
        let members = try connection.query(
            "SELECT person, role FROM project_members WHERE project = $1 ORDER BY person",
            [.text(name)]
        ).compactMap { row in
            try ProjectMember.Role(rawValue: try row.text("role")).map { role in (try row.text("person"), role) }
        }
        return Project(
            name: name,
            title: try row.text("title"),
            contact: try row.optionalText("contact"),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            members: members.map { ProjectMember(person: $0.0, role: $0.1) }
        )
    }
}
