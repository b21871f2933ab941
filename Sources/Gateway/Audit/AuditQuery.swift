package import Documents

/// Which lines of the audit trail are wanted; everything that is set must hold.
package struct AuditQuery: Sendable, Hashable {
    /// Who did it.
    package var person: String?
    /// What was done: all of it, such as `job.submitted`, or its subject with a point, such as `job.`.
    package var action: String?
    /// The kind of thing it was done to.
    package var objectKind: String?
    /// The thing's name.
    package var objectID: String?
    /// Not before.
    package var since: Timestamp?
    /// Before.
    package var until: Timestamp?
    /// The most lines, 1 to 500.
    package var limit: Int
    /// Only lines before this one: `next` of the page before.
    package var before: Int64?

    /// A query.
    package init(
        person: String? = nil,
        action: String? = nil,
        objectKind: String? = nil,
        objectID: String? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        limit: Int = 100,
        before: Int64? = nil
    ) {
        self.person = person
        self.action = action
        self.objectKind = objectKind
        self.objectID = objectID
        self.since = since
        self.until = until
        self.limit = limit
        self.before = before
    }
}

/// A line as it is read from the database, whatever was done to it there.
package struct StoredAuditLine: Sendable, Hashable {
    /// Its number.
    package let sequence: Int64
    /// Its own text; an object with nothing in it when the text is no JSON.
    package let value: JSONValue
    /// What the database says it hashes to.
    package let digest: String
    /// What the columns it is searched by say otherwise than its text.
    package let discord: String?

    /// The line as it is exported: `{"digest": …, "line": …}`.
    package var json: JSONValue {
        var members: [String: JSONValue] = ["line": value, "digest": .string(digest)]
        members["discord"] = discord.map { .string($0) }
        return .object(members)
    }
}
