internal import Attestation
internal import Storage

/// The table `uploads`.
enum UploadStore {
    static func insert(_ upload: Upload, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO uploads (id, owner, account, name, length, received, expected_digest, retention, created_at,
                expires_at, metadata)
            VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10)
            """,
            [
                .text(upload.id.text), .text(upload.owner), .text(upload.account), SQLValue(upload.name),
                .integer(upload.length), SQLValue(upload.expectedDigest?.description),
                SQLValue(upload.retention?.microseconds), .integer(upload.createdAt.microseconds),
                .integer(upload.expiresAt.microseconds), SQLValue(upload.metadata),
            ]
        )
    }

    static func find(_ id: UploadID, on connection: any StorageConnection) throws -> Upload? {
        try connection.first("SELECT * FROM uploads WHERE id = $1", [.text(id.text)]).map(upload)
    }

    /// Takes the right to append, for a time.
    ///
    /// - Returns: false while somebody else has it.
    static func take(
        _ id: UploadID,
        writer: String,
        at now: Timestamp,
        until end: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            """
            UPDATE uploads SET writer = $2, writer_until = $4
            WHERE id = $1 AND (writer IS NULL OR writer = $2 OR writer_until < $3)
            """,
            [.text(id.text), .text(writer), .integer(now.microseconds), .integer(end.microseconds)]
        ) == 1
    }

    /// Gives the right back.
    static func leave(_ id: UploadID, writer: String, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE uploads SET writer = NULL, writer_until = NULL WHERE id = $1 AND writer = $2",
            [.text(id.text), .text(writer)]
        )
    }

    /// Frees all uploads of writers that cannot live any more.
    static func freeAll(on connection: any StorageConnection) throws {
        try connection.execute("UPDATE uploads SET writer = NULL, writer_until = NULL WHERE writer IS NOT NULL")
    }

    /// Notes how many bytes are on the disk.
    ///
    /// - Returns: false when the writer has lost its right.
    static func note(
        received: Int64,
        of id: UploadID,
        writer: String,
        expires: Timestamp,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            "UPDATE uploads SET received = $3, expires_at = $4 WHERE id = $1 AND writer = $2",
            [.text(id.text), .text(writer), .integer(received), .integer(expires.microseconds)]
        ) == 1
    }

    /// Notes what all bytes have, before they get their name.
    static func note(
        digest: SHA256Digest,
        of id: UploadID,
        writer: String,
        on connection: any StorageConnection
    ) throws -> Bool {
        try connection.execute(
            "UPDATE uploads SET digest = $3, received = length WHERE id = $1 AND writer = $2",
            [.text(id.text), .text(writer), .text(digest.description)]
        ) == 1
    }

    static func finish(_ id: UploadID, at now: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE uploads SET finished_at = $2, writer = NULL, writer_until = NULL WHERE id = $1",
            [.text(id.text), .integer(now.microseconds)]
        )
    }

    static func fail(_ id: UploadID, _ failure: String, on connection: any StorageConnection) throws {
        try connection.execute(
            "UPDATE uploads SET failure = $2, writer = NULL, writer_until = NULL WHERE id = $1",
            [.text(id.text), .text(failure)]
        )
    }

    /// Forgets an upload that nobody writes.
    ///
    /// - Returns: false when there is none, or somebody writes it.
    static func remove(_ id: UploadID, at now: Timestamp, on connection: any StorageConnection) throws -> Bool {
        try connection.execute(
            "DELETE FROM uploads WHERE id = $1 AND (writer IS NULL OR writer_until < $2)",
            [.text(id.text), .integer(now.microseconds)]
        ) == 1
    }

    /// The same, only if it has expired still.
    static func removeExpired(_ id: UploadID, at now: Timestamp, on connection: any StorageConnection) throws -> Bool {
        try connection.execute(
            """
            DELETE FROM uploads WHERE id = $1 AND expires_at < $2 AND finished_at IS NULL
                AND (writer IS NULL OR writer_until < $2)
            """,
            [.text(id.text), .integer(now.microseconds)]
        ) == 1
    }

    /// Unfinished uploads nobody went on with.
    static func expired(at now: Timestamp, on connection: any StorageConnection) throws -> [Upload] {
        try connection.query(
            """
            SELECT * FROM uploads WHERE expires_at < $1 AND finished_at IS NULL
                AND (writer IS NULL OR writer_until < $1)
            """,
            [.integer(now.microseconds)]
        ).map(upload)
    }

    /// Forgets uploads that became artifacts before a moment; their references stay.
    static func forgetFinished(before moment: Timestamp, on connection: any StorageConnection) throws {
        try connection.execute("DELETE FROM uploads WHERE finished_at < $1", [.integer(moment.microseconds)])
    }

    /// Those of some names that are uploads whose bytes may be needed.
    static func known(_ names: [String], on connection: any StorageConnection) throws -> Set<String> {
        var known: Set<String> = []
        for start in stride(from: 0, to: names.count, by: 500) {
            let part = names[start..<min(names.count, start + 500)]
            let places = SQLList.placeholders(from: 1, count: part.count)
            let rows = try connection.query(
                "SELECT id FROM uploads WHERE finished_at IS NULL AND id IN (\(places))",
                part.map { .text($0) }
            )
            known.formUnion(try rows.map { try $0.text("id") })
        }
        return known
    }

    /// What unfinished uploads have announced, in bytes, by account.
    static func reserved(
        at now: Timestamp,
        besides id: UploadID? = nil,
        on connection: any StorageConnection
    ) throws -> [String: Int64] {
        let rows = try connection.query(
            """
            SELECT account, CAST(SUM(length) AS BIGINT) AS bytes FROM uploads
            WHERE finished_at IS NULL AND failure IS NULL AND expires_at >= $1 AND id <> $2 GROUP BY account
            """,
            [.integer(now.microseconds), .text(id?.text ?? "")]
        )
        return Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0.text("account"), try $0.integer("bytes")) }
        )
    }

    private static func upload(_ row: Row) throws -> Upload {
        guard let id = UploadID(try row.text("id")) else {
            throw StoredValueError(table: "uploads", id: try row.text("id"))
        }
        let retention: Int64? = try row.optionalInteger("retention")
        return Upload(
            id: id,
            owner: try row.text("owner"),
            account: try row.text("account"),
            name: try row.optionalText("name"),
            metadata: try row.optionalText("metadata"),
            length: try row.integer("length"),
            received: try row.integer("received"),
            expectedDigest: try row.optionalText("expected_digest").flatMap { SHA256Digest($0) },
            retention: retention.map { .microseconds($0) },
            createdAt: Timestamp(microseconds: try row.integer("created_at")),
            expiresAt: Timestamp(microseconds: try row.integer("expires_at")),
            digest: try row.optionalText("digest").flatMap { SHA256Digest($0) },
            finishedAt: try JobRow.moment(row, "finished_at"),
            failure: try row.optionalText("failure")
        )
    }
}
