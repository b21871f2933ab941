internal import Documents
internal import Storage

/// The table `people`.
enum PeopleStore {
    private static let columns = """
        name, issuer, subject, email, display_name, role, projects, created_at, seen_at, disabled_at, signed_out_at
        """

    /// Everybody, by name.
    static func all(on connection: any StorageConnection) throws -> [PersonRecord] {
        try connection.query("SELECT \(columns) FROM people ORDER BY name").map(record)
    }

    static func find(_ name: String, on connection: any StorageConnection) throws -> PersonRecord? {
        try connection.first("SELECT \(columns) FROM people WHERE name = $1", [.text(name)]).map(record)
    }

    static func find(
        _ identity: PersonRecord.Identity,
        on connection: any StorageConnection
    ) throws -> PersonRecord? {
        try connection.first(
            "SELECT \(columns) FROM people WHERE issuer = $1 AND subject = $2",
            [.text(identity.issuer), .text(identity.subject)]
        ).map(record)
    }

    /// Writes somebody new.
    ///
    /// - Returns: false when the name or the identity is there already.
    static func insert(_ person: PersonRecord, on connection: any StorageConnection) throws -> Bool {
        try connection.execute(
            """
            INSERT INTO people (name, issuer, subject, email, display_name, role, projects, created_at, seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
            """,
            [
                .text(person.name), SQLValue(person.identity?.issuer), SQLValue(person.identity?.subject),
                SQLValue(person.email), SQLValue(person.displayName), .text(person.role.rawValue),
                .text(text(person.projects)), .integer(person.createdAt.microseconds),
                SQLValue(person.seenAt?.microseconds),
            ]
        ) > 0
    }

    /// Writes what the provider tells of somebody now.
    static func update(
        _ name: String,
        email: String?,
        displayName: String?,
        role: Role,
        projects: Set<String>,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            "UPDATE people SET email = $2, display_name = $3, role = $4, projects = $5 WHERE name = $1",
            [
                .text(name), SQLValue(email), SQLValue(displayName), .text(role.rawValue), .text(text(projects)),
            ]
        )
    }

    static func set(role: Role, of name: String, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE people SET role = $2 WHERE name = $1",
            [.text(name), .text(role.rawValue)]
        )
    }

    static func set(disabledAt: Timestamp?, of name: String, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE people SET disabled_at = $2 WHERE name = $1",
            [.text(name), SQLValue(disabledAt?.microseconds)]
        )
    }

    static func set(signedOutAt: Timestamp, of name: String, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE people SET signed_out_at = $2 WHERE name = $1",
            [.text(name), .integer(signedOutAt.microseconds)]
        )
    }

    static func note(seen name: String, at moment: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE people SET seen_at = $2 WHERE name = $1 AND (seen_at IS NULL OR seen_at < $2)",
            [.text(name), .integer(moment.microseconds)]
        )
    }

    /// A row of the table.
    static func record(_ row: Row) throws -> PersonRecord {
        let name = try row.text("name")
        guard let role = Role(rawValue: try row.text("role")) else {
            throw StoredValueError(table: "people", id: name)
        }
        let issuer = try row.optionalText("issuer")
        let subject = try row.optionalText("subject")
        return PersonRecord(
            name: name,
            identity: issuer.flatMap { issuer in
                subject.map { PersonRecord.Identity(issuer: issuer, subject: $0) }
            },
            email: try row.optionalText("email"),
            displayName: try row.optionalText("display_name"),
            role: role,
            projects: projects(try row.text("projects")),
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            seenAt: try JobRow.moment(row, "seen_at"),
            disabledAt: try JobRow.moment(row, "disabled_at"),
            signedOutAt: try JobRow.moment(row, "signed_out_at")
        )
    }

    /// Projects as a JSON list, the same set always the same text.
    static func text(_ projects: Set<String>) -> String {
        JSONValue.array(projects.sorted().map { .string($0) }).jsonText
    }

    static func projects(_ text: String) -> Set<String> {
        Set((try? JSONValue(json: text.utf8))?.arrayValue?.compactMap(\.stringValue) ?? [])
    }
}
