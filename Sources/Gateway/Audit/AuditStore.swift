internal import Documents
package import Storage

/// The table `audit`: append-only, each line bound to the one before by its digest.
package enum AuditStore {
    /// Its steps.
    package static let migrations = [
        Migration(module: "audit", number: 1, name: "audit") { dialect in
            [
                """
                CREATE TABLE audit (
                    sequence BIGINT PRIMARY KEY CHECK (sequence >= 1),
                    written_at BIGINT NOT NULL,
                    action TEXT NOT NULL,
                    object_kind TEXT NOT NULL,
                    object_id TEXT NOT NULL,
                    person TEXT NOT NULL,
                    previous TEXT NOT NULL UNIQUE,
                    line TEXT NOT NULL,
                    digest TEXT NOT NULL UNIQUE
                )
                """,
                "CREATE INDEX audit_by_object ON audit (object_kind, object_id, sequence)",
                "CREATE INDEX audit_by_person ON audit (person, sequence)",
                "CREATE INDEX audit_by_action ON audit (action, sequence)",
            ] + AppendOnly.statements(table: "audit", dialect)
        }
    ]

    /// Appends an entry in the caller's transaction; lines of transactions under way wait for one another here, so
    /// this is the last thing a transaction does.
    ///
    /// - Returns: the line.
    @discardableResult
    package static func append(
        _ entry: AuditEntry,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> AuditLine {
        try connection.lock("audit")
        let last = try connection.first("SELECT sequence, digest FROM audit ORDER BY sequence DESC LIMIT 1")
        let line = try AuditLine.seal(
            entry,
            sequence: (last?.integer("sequence") ?? 0) + 1,
            previous: last?.text("digest") ?? AuditLine.origin,
            at: now
        )
        try connection.execute(
            """
            INSERT INTO audit (sequence, written_at, action, object_kind, object_id, person, previous, line, digest)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .integer(line.sequence), .integer(now.microseconds), .text(entry.action), .text(entry.object.kind),
                .text(entry.object.id), .text(entry.person.name), .text(line.previous), .text(line.text),
                .text(line.digest),
            ]
        )
        return line
    }

    /// Where the trail ends.
    package static func head(on connection: any StorageConnection) throws -> AuditChain.Head {
        let last = try connection.first("SELECT sequence, digest FROM audit ORDER BY sequence DESC LIMIT 1")
        return try last.map { .init(sequence: try $0.integer("sequence"), digest: try $0.text("digest")) } ?? .empty
    }

    /// The digest of a line; nil when there is none of that number.
    static func digest(of sequence: Int64, on connection: any StorageConnection) throws -> String? {
        try connection.first("SELECT digest FROM audit WHERE sequence = $1", [.integer(sequence)])?.text("digest")
    }

    /// Lines after a number, the oldest first.
    static func lines(
        after sequence: Int64,
        limit: Int,
        on connection: any StorageConnection
    ) throws -> [StoredAuditLine] {
        try connection.query(
            "SELECT * FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2",
            [.integer(sequence), .integer(Int64(limit))]
        ).map(line)
    }

    /// Lines that fit a query, the newest first.
    static func find(_ query: AuditQuery, on connection: any StorageConnection) throws -> [StoredAuditLine] {
        var conditions: [String] = []
        var bindings: [SQLValue] = []
        func bind(_ value: SQLValue) -> String {
            bindings.append(value)
            return "$\(bindings.count)"
        }
        if let person = query.person { conditions.append("person = \(bind(.text(person)))") }
        if let kind = query.objectKind { conditions.append("object_kind = \(bind(.text(kind)))") }
        if let id = query.objectID { conditions.append("object_id = \(bind(.text(id)))") }
        if let action = query.action {
            if action.hasSuffix(".") {
                // Everything that begins so: the character after the point is the first that does not.
                let end = action.dropLast() + "/"
                conditions.append("action >= \(bind(.text(action))) AND action < \(bind(.text(String(end))))")
            } else {
                conditions.append("action = \(bind(.text(action)))")
            }
        }
        if let since = query.since { conditions.append("written_at >= \(bind(.integer(since.microseconds)))") }
        if let until = query.until { conditions.append("written_at < \(bind(.integer(until.microseconds)))") }
        if let before = query.before { conditions.append("sequence < \(bind(.integer(before)))") }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let limit = bind(.integer(Int64(query.limit)))
        return try connection.query("SELECT * FROM audit\(filter) ORDER BY sequence DESC LIMIT \(limit)", bindings)
            .map(line)
    }

    private static func line(_ row: Row) throws -> StoredAuditLine {
        let text = try row.text("line")
        let value = (try? JSONValue(json: text.utf8)) ?? .object([:])
        let columns: [(String, String?, String)] = [
            ("sequence", value["sequence"]?.integerValue.map(String.init), String(try row.integer("sequence"))),
            ("action", value["action"]?.stringValue, try row.text("action")),
            ("object", value["object"]?["kind"]?.stringValue, try row.text("object_kind")),
            ("object", value["object"]?["id"]?.stringValue, try row.text("object_id")),
            ("person", value["person"]?.stringValue, try row.text("person")),
            ("previous", value["previous"]?.stringValue, try row.text("previous")),
            ("at", value["at"]?.stringValue, Timestamp(microseconds: try row.integer("written_at")).iso8601),
        ]
        let discord = columns.first { $0.1 != $0.2 }
        return StoredAuditLine(
            sequence: try row.integer("sequence"),
            value: value,
            digest: try row.text("digest"),
            discord: discord.map { "its column '\($0.0)' says \($0.2), its text says \($0.1 ?? "nothing")" }
        )
    }
}
