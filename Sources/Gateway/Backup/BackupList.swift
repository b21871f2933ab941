internal import Documents
package import Storage

/// What a backup holds: the document `farfield-backup.json`.
package struct BackupList: Sendable, Hashable {
    /// The document's name in the backup's folder.
    static let fileName = "farfield-backup.json"
    private static let format = "farfield-backup/v1"

    /// One file of the backup.
    package struct File: Sendable, Hashable {
        /// Path below the backup's folder.
        package let path: String
        /// Bytes.
        package let size: Int64
        /// `sha256:…`.
        package let digest: String
    }

    /// The moment the database's copy shows, or a little before.
    package let madeAt: Timestamp
    /// `sqlite` or `postgreSQL`.
    package let engine: Dialect
    /// Every file but this one.
    package let files: [File]

    /// Bytes of all files.
    package var size: Int64 { files.reduce(0) { $0 + $1.size } }

    /// The document.
    var json: JSONValue {
        [
            "format": .string(Self.format), "madeAt": .string(madeAt.iso8601),
            "madeAtMicroseconds": .integer(madeAt.microseconds), "engine": .string(engine.rawValue),
            "files": .array(
                files.map { file in
                    [
                        "path": .string(file.path), "size": .integer(file.size), "digest": .string(file.digest),
                    ]
                }
            ),
        ]
    }

    init(madeAt: Timestamp, engine: Dialect, files: [File]) {
        self.madeAt = madeAt
        self.engine = engine
        self.files = files
    }

    /// Reads the document.
    ///
    /// - Parameter json: the document.
    /// - Throws: ``BackupError`` when it is another document, or names a path outside the backup.
    init(_ json: JSONValue) throws(BackupError) {
        guard json["format"]?.stringValue == Self.format,
            let engine = json["engine"]?.stringValue.flatMap(Dialect.init),
            let moment = json["madeAtMicroseconds"]?.integerValue, let list = json["files"]?.arrayValue
        else { throw .notABackup(detail: "\(Self.fileName) is not of the format \(Self.format)") }
        madeAt = Timestamp(microseconds: Int64(moment))
        self.engine = engine
        var files: [File] = []
        for item in list {
            guard let path = item["path"]?.stringValue, let size = item["size"]?.integerValue,
                let digest = item["digest"]?.stringValue, Self.isInside(path)
            else { throw .notABackup(detail: "\(Self.fileName) names a file it cannot hold: \(item.jsonText)") }
            files.append(File(path: path, size: Int64(size), digest: digest))
        }
        self.files = files
    }

    private static func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !parts.contains("") && !parts.contains("..") && !parts.contains(".")
    }
}

/// Why there is no backup, or no restoration.
package enum BackupError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Something has that name already.
    case exists(path: String)
    /// The folder or file is no backup of this gateway.
    case notABackup(detail: String)
    /// Files are missing or changed; every one of them is named.
    case damaged(files: [String])
    /// The backup is of the other database engine.
    case otherEngine(backup: String, configured: String)
    /// There is something in the home folder or the database.
    case notEmpty(what: String)
    /// Artifacts the database names are not in the store.
    case missingArtifacts(digests: [String])
    /// A restoration was broken off: the database may be half filled.
    case unfinished(home: String)
    /// A program that is needed failed or is not installed.
    case program(detail: String)

    package var description: String {
        switch self {
        case .exists(let path): "'\(path)' exists already; backups are never written over. Choose another name."
        case .notABackup(let detail): "This is no backup: \(detail)."
        case .damaged(let files):
            "The backup is damaged; nothing was changed. Missing or changed: \(Self.shown(files))."
        case .otherEngine(let backup, let configured):
            "The backup is of \(backup), the configuration says \(configured). Configure the engine of the backup."
        case .notEmpty(let what): "\(what) is not empty. Restore into an empty place, or give --force to move it aside."
        case .missingArtifacts(let digests):
            "The database names artifacts that the store does not have: \(Self.shown(digests))."
        case .unfinished(let home):
            "A restoration of '\(home)' was broken off. Run `farfield restore` again, with --force."
        case .program(let detail): detail
        }
    }

    private static func shown(_ names: [String]) -> String {
        names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}
