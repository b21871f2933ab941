internal import Attestation
internal import Storage

/// The tables of the log: its tree, its entries, and the hashes its tiles are made of.
enum ManifestLogStore {
    /// Every step from an empty database to the present one; steps are only ever added.
    static let migrations = [
        Migration(module: "log", number: 1, name: "log") { dialect in
            [
                """
                CREATE TABLE log_trees (
                    origin TEXT PRIMARY KEY,
                    frontier TEXT NOT NULL,
                    checkpoint TEXT NOT NULL,
                    updated_at BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE log_entries (
                    origin TEXT NOT NULL,
                    position BIGINT NOT NULL CHECK (position >= 0),
                    entry \(dialect.blobType) NOT NULL,
                    checkpoint TEXT NOT NULL,
                    PRIMARY KEY (origin, position)
                )
                """,
                """
                CREATE TABLE log_hashes (
                    origin TEXT NOT NULL,
                    level BIGINT NOT NULL,
                    position BIGINT NOT NULL,
                    hash \(dialect.blobType) NOT NULL,
                    PRIMARY KEY (origin, level, position)
                )
                """,
            ]
        }
    ]

    /// A tree as it stands: its right edge and its newest signed checkpoint.
    struct Tree: Sendable {
        let frontier: TreeFrontier
        let checkpoint: String
    }

    static func tree(_ origin: String, on connection: any StorageConnection) throws -> Tree? {
        guard let row = try connection.first("SELECT * FROM log_trees WHERE origin = $1", [.text(origin)]) else {
            return nil
        }
        guard let frontier = TreeFrontier(text: try row.text("frontier")) else {
            throw LogFault.damaged("its right edge cannot be read")
        }
        return Tree(frontier: frontier, checkpoint: try row.text("checkpoint"))
    }

    static func write(_ tree: Tree, origin: String, at now: Int64, on connection: any StorageConnection) throws {
        try connection.execute(
            """
            INSERT INTO log_trees (origin, frontier, checkpoint, updated_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (origin) DO UPDATE SET frontier = excluded.frontier, checkpoint = excluded.checkpoint,
                updated_at = excluded.updated_at
            """,
            [.text(origin), .text(tree.frontier.text), .text(tree.checkpoint), .integer(now)]
        )
    }

    static func insert(
        _ entry: [UInt8],
        checkpoint: String,
        origin: String,
        at position: Int,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            "INSERT INTO log_entries (origin, position, entry, checkpoint) VALUES ($1, $2, $3, $4)",
            [.text(origin), .integer(Int64(position)), .blob(entry), .text(checkpoint)]
        )
    }

    /// Writes the hashes that stand in tiles: those of every eighth level.
    static func insert(_ nodes: [TreeNode], origin: String, on connection: any StorageConnection) throws {
        for node in nodes where node.level % 8 == 0 {
            try connection.execute(
                "INSERT INTO log_hashes (origin, level, position, hash) VALUES ($1, $2, $3, $4)",
                [
                    .text(origin), .integer(Int64(node.level / 8)), .integer(Int64(node.index)),
                    .blob(node.hash.bytes),
                ]
            )
        }
    }

    /// Hashes of a tile level, in order; fewer than asked for at the right edge.
    static func hashes(
        origin: String,
        level: Int,
        _ range: Range<Int>,
        on connection: any StorageConnection
    ) throws -> [TreeHash] {
        try connection.query(
            """
            SELECT hash FROM log_hashes WHERE origin = $1 AND level = $2 AND position >= $3 AND position < $4
            ORDER BY position
            """,
            [
                .text(origin), .integer(Int64(level)), .integer(Int64(range.lowerBound)),
                .integer(Int64(range.upperBound)),
            ]
        ).map { row in
            guard let hash = TreeHash(bytes: try row.blob("hash")) else { throw LogFault.damaged("a hash is cut off") }
            return hash
        }
    }

    /// Entries in order, each with the checkpoint that was signed when it was added.
    static func entries(
        origin: String,
        _ range: Range<Int>,
        on connection: any StorageConnection
    ) throws -> [(entry: [UInt8], checkpoint: String)] {
        try connection.query(
            """
            SELECT entry, checkpoint FROM log_entries WHERE origin = $1 AND position >= $2 AND position < $3
            ORDER BY position
            """,
            [.text(origin), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))]
        ).map { (try $0.blob("entry"), try $0.text("checkpoint")) }
    }

    /// The bytes of entries in order.
    static func entryBytes(
        origin: String,
        _ range: Range<Int>,
        on connection: any StorageConnection
    ) throws -> [[UInt8]] {
        try connection.query(
            """
            SELECT entry FROM log_entries WHERE origin = $1 AND position >= $2 AND position < $3 ORDER BY position
            """,
            [.text(origin), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))]
        ).map { try $0.blob("entry") }
    }
}
