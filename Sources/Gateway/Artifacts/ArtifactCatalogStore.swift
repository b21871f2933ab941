internal import Attestation
internal import Documents
internal import Storage

/// Which artifacts a list shows.
package struct ArtifactQuery: Sendable, Hashable {
    /// The allocation that holds them, if only one.
    package var account: String?
    /// What kind of thing holds them, if only one.
    package var kind: ArtifactReference.Kind?
    /// The most on a page, 1 to 200.
    package var limit: Int
    /// Where the page begins: `next` of the page before.
    package var cursor: String?

    /// A query.
    package init(account: String? = nil, kind: ArtifactReference.Kind? = nil, limit: Int = 50, cursor: String? = nil) {
        self.account = account
        self.kind = kind
        self.limit = limit
        self.cursor = cursor
    }
}

/// An artifact with those of its references that the asker may see.
package struct ListedArtifact: Sendable, Hashable {
    /// What the gateway knows of it.
    package let record: ArtifactRecord
    /// Who needs it.
    package let references: [ArtifactReference]
}

/// One page of a list, newest artifact first.
package struct ArtifactPage: Sendable, Hashable {
    /// The artifacts.
    package let items: [ListedArtifact]
    /// The cursor of the page after; nil on the last page.
    package let next: String?
}

/// Lists of artifacts, in the tables `artifacts` and `artifact_references`.
enum ArtifactCatalogStore {
    /// One page; of somebody who is no admin only what their own living references hold.
    static func page(
        _ query: ArtifactQuery,
        for person: Person,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> ArtifactPage {
        var bindings: [SQLValue] = []
        func bind(_ value: SQLValue) -> String {
            bindings.append(value)
            return "$\(bindings.count)"
        }
        var conditions = ["a.state IN ('stored', 'corrupt')"]
        if let cursor = query.cursor {
            let (moment, digest) = try read(cursor)
            conditions.append("(a.created_at, a.digest) < (\(bind(.integer(moment))), \(bind(.text(digest))))")
        }
        var held: [String] = []
        if let owner = Rights.onlyOwner(.listArtifacts, for: person) { held.append("r.owner = \(bind(.text(owner)))") }
        if let account = query.account { held.append("r.account = \(bind(.text(account)))") }
        if let kind = query.kind { held.append("r.kind = \(bind(.text(kind.rawValue)))") }
        if !held.isEmpty {
            held.append("(r.expires_at IS NULL OR r.expires_at > \(bind(.integer(now.microseconds))))")
            conditions.append(
                """
                EXISTS (SELECT 1 FROM artifact_references r
                    WHERE r.digest = a.digest AND \(held.joined(separator: " AND ")))
                """
            )
        }
        let rows = try connection.query(
            """
            SELECT a.* FROM artifacts a WHERE \(conditions.joined(separator: " AND "))
            ORDER BY a.created_at DESC, a.digest DESC LIMIT \(bind(.integer(Int64(query.limit + 1))))
            """,
            bindings
        )
        let owner = Rights.onlyOwner(.listArtifacts, for: person)
        let items = try rows.prefix(query.limit).map(ArtifactRecordStore.record).map { record in
            ListedArtifact(
                record: record,
                references: try ArtifactReferenceStore.live(
                    to: record.artifact.digest,
                    owner: owner,
                    at: now,
                    on: connection
                )
            )
        }
        return ArtifactPage(items: items, next: rows.count > query.limit ? items.last.map(cursor) : nil)
    }

    private static func cursor(_ item: ListedArtifact) -> String {
        "\(item.record.createdAt.microseconds).\(item.record.artifact.digest.hexadecimal)"
    }

    private static func read(_ cursor: String) throws -> (moment: Int64, digest: String) {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let moment = Int64(parts[0]), let digest = SHA256Digest("sha256:\(parts[1])") else {
            throw GatewayError(
                .invalidRequest,
                "The cursor is not one of ours.",
                faults: [.init(path: "/query/cursor", message: "not a cursor", expected: "'next' of the page before")]
            )
        }
        return (moment, digest.description)
    }
}
