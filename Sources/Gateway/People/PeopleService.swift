package import Documents
internal import Storage

/// What admins do with people.
package struct PeopleService: Sendable {
    let database: any Database
    let cache: CredentialCache
    let uses: CredentialUses
    let keeper: TimeKeeper

    /// Everybody, by name.
    package func list() async throws -> [PersonRecord] {
        try? await uses.write()
        return try await database.read { try PeopleStore.all(on: $0) }
    }

    /// One person.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func person(_ name: String) async throws -> PersonRecord {
        try? await uses.write()
        return try await database.read { try Self.find(name, on: $0) }
    }

    /// Makes somebody who has no identity provider.
    ///
    /// - Parameters:
    ///   - document: `name`, `role`, `email`, `displayName`.
    ///   - person: the admin.
    /// - Returns: the new person.
    /// - Throws: ``GatewayError`` with every fault, or `conflict` when the name is taken.
    package func create(_ document: Document, by person: Person) async throws -> PersonRecord {
        let wish = try PersonWish.read(document)
        guard !PersonName.reserved.contains(wish.name) else {
            throw GatewayError(.conflict, "The name '\(wish.name)' means something here and is given to nobody.")
        }
        let now = keeper.now()
        let record = PersonRecord(
            name: wish.name,
            identity: nil,
            email: wish.email,
            displayName: wish.displayName,
            role: wish.role,
            projects: [],
            createdAt: now,
            seenAt: nil,
            disabledAt: nil,
            signedOutAt: nil
        )
        try await database.transaction { connection in
            guard try PeopleStore.insert(record, on: connection) else {
                throw GatewayError(.conflict, "There is somebody of the name \(wish.name) already.")
            }
            let entry = AuditEntry(
                "person.created",
                .init("person", wish.name),
                by: person,
                details: ["role": .string(wish.role.rawValue)]
            )
            try AuditStore.append(entry, at: now, on: connection)
        }
        return record
    }

    /// Keeps somebody out until they are enabled again; tokens and sessions are refused at once.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`, or `conflict` for oneself.
    package func disable(_ name: String, by person: Person) async throws -> PersonRecord {
        try Self.requireOther(name, than: person)
        return try await change(name, "person.disabled", by: person) { record, now, connection in
            guard record.disabledAt == nil else { return false }
            try PeopleStore.set(disabledAt: now, of: name, on: connection)
            return true
        }
    }

    /// Lets somebody in again.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func enable(_ name: String, by person: Person) async throws -> PersonRecord {
        try await change(name, "person.enabled", by: person) { record, _, connection in
            guard record.disabledAt != nil else { return false }
            try PeopleStore.set(disabledAt: nil, of: name, on: connection)
            return true
        }
    }

    /// Refuses every token and session of somebody's that there is now; new ones work.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`, or `conflict` for oneself.
    package func signOut(_ name: String, by person: Person) async throws -> PersonRecord {
        try Self.requireOther(name, than: person)
        return try await change(name, "person.signed-out", by: person) { _, now, connection in
            try PeopleStore.set(signedOutAt: now, of: name, on: connection)
            return true
        }
    }

    /// Gives somebody without identity provider another role.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound`, or `conflict` for oneself and for people whose provider decides.
    package func set(_ document: Document, roleOf name: String, by person: Person) async throws -> PersonRecord {
        let role = try PeopleWords.role(document)
        try Self.requireOther(name, than: person)
        return try await change(name, "person.role-changed", by: person, to: role) { record, _, connection in
            guard record.isLocal else {
                throw GatewayError(.conflict, "The role of \(name) comes from the groups at their identity provider.")
            }
            try PeopleStore.set(role: role, of: name, on: connection)
            return record.role != role
        }
    }

    /// Somebody, or `notFound`.
    static func find(_ name: String, on connection: any StorageConnection) throws -> PersonRecord {
        guard PersonName.isValid(name), let record = try PeopleStore.find(name, on: connection) else {
            throw GatewayError(.notFound, "There is nobody of the name '\(name.prefix(80))'.")
        }
        return record
    }

    /// An admin who shuts themselves out leaves nobody to let them in.
    private static func requireOther(_ name: String, than person: Person) throws(GatewayError) {
        guard name == person.name else { return }
        throw GatewayError(.conflict, "Nobody does this to themselves; ask another admin.")
    }

    private func change(
        _ name: String,
        _ action: String,
        by person: Person,
        to role: Role? = nil,
        _ body: @escaping @Sendable (PersonRecord, Timestamp, any StorageConnection) throws -> Bool
    ) async throws -> PersonRecord {
        let now = keeper.now()
        let record = try await database.transaction { connection in
            let before = try Self.find(name, on: connection)
            guard try body(before, now, connection) else { return before }
            let after = try Self.find(name, on: connection)
            let details: JSONValue =
                role == nil
                ? [:] : ["before": .string(before.role.rawValue), "after": .string(after.role.rawValue)]
            try AuditStore.append(
                AuditEntry(action, .init("person", name), by: person, details: details),
                at: now,
                on: connection
            )
            return after
        }
        cache.forget()
        return record
    }
}
