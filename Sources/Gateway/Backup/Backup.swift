internal import Attestation
internal import Documents
internal import Foundation
package import Logging
internal import Storage

/// Copies everything a gateway keeps, while it runs.
///
/// **Database first, artifacts second.** An artifact is put into the store before the transaction that names it, and
/// stays for the time of grace after nobody needs it any more: whatever the database's copy names is in the store when
/// the artifacts are copied, if that takes no longer. In the other order an artifact that arrives in between would be
/// named and missing.
///
/// Artifacts in a bucket stay there: the backup is made only while all of them are, and the bucket's own versions or
/// copies keep them.
package struct Backup: Sendable {
    let home: String
    let copy: DatabaseCopy
    /// Where artifacts lie; nil for files of ``home``.
    let bucket: (any ArtifactStore)?
    let keeper: TimeKeeper

    /// A backup of the gateway with this configuration.
    ///
    /// - Parameters:
    ///   - configuration: names home and database.
    ///   - keeper: tells the time.
    ///   - logger: where lost connections are told.
    /// - Throws: storage errors when the database's address cannot be read.
    package init(_ configuration: GatewayConfiguration, keeper: TimeKeeper, logger: Logger) throws {
        home = configuration.home
        copy = DatabaseCopy(of: try configuration.databaseLocation, logger: logger)
        bucket = configuration.storage.bucket?.store(keeper)
        self.keeper = keeper
    }

    /// Makes the backup under a temporary name beside its own, then renames it.
    ///
    /// - Parameter target: a folder to make, or a file whose name ends with `.tar`.
    /// - Returns: what the backup holds.
    /// - Throws: ``BackupError``, storage and file errors; nothing then stands under the name.
    package func make(_ target: String) async throws -> BackupList {
        try Self.requireAbsent(target)
        let temporary = "\(target).partial-\(UUID().uuidString.prefix(8))"
        do {
            let list = try await fill(temporary)
            if target.hasSuffix(".tar") {
                try await Archive.pack(temporary, into: "\(temporary).tar")
                try Self.requireAbsent(target)
                try FileManager.default.moveItem(atPath: "\(temporary).tar", toPath: target)
                try FileManager.default.removeItem(atPath: temporary)
            } else {
                try Self.requireAbsent(target)
                try FileManager.default.moveItem(atPath: temporary, toPath: target)
            }
            return list
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            try? FileManager.default.removeItem(atPath: "\(temporary).tar")
            throw error
        }
    }

    private func fill(_ folder: String) async throws -> BackupList {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let madeAt = keeper.now()
        let database = DatabaseCopy.fileName(copy.engine)
        let named = try await copy.write(to: "\(folder)/\(database)") { try ArtifactRecordStore.digests(on: $0) }
        let (home, copiesArtifacts) = (home, bucket == nil)
        let rest = try await Task.blocking {
            try Self.sealed(database, in: folder) + Self.copySecrets(from: home, to: folder)
                + (copiesArtifacts ? Self.copyArtifacts(from: home, to: folder) : [])
        }
        let held = try await Set(rest.map(\.digest)).union(heldInBucket())
        let missing = named.filter { !held.contains($0) }.sorted()
        guard missing.isEmpty else { throw BackupError.missingArtifacts(digests: missing) }
        let list = BackupList(madeAt: madeAt, engine: copy.engine, files: rest)
        try PrivateFile.write(list.json.jsonBytes(pretty: true) + [0x0A], to: "\(folder)/\(BackupList.fileName)")
        return list
    }

    private func heldInBucket() async throws -> [String] {
        guard let bucket else { return [] }
        var held: [String] = []
        for prefix in bucket.shelves { held += try await bucket.shelf(prefix).map(\.digest.description) }
        return held
    }

    private static func requireAbsent(_ path: String) throws {
        // A dangling link counts as something, too.
        if (try? FileManager.default.attributesOfItem(atPath: path)) != nil { throw BackupError.exists(path: path) }
    }

    private static func sealed(_ name: String, in folder: String) throws -> [BackupList.File] {
        let (size, digest) = try SealedFile.read("\(folder)/\(name)")
        return [BackupList.File(path: name, size: size, digest: digest.description)]
    }

    private static func copySecrets(from home: String, to folder: String) throws -> [BackupList.File] {
        try HomeFolder.secrets(home).map { name in
            let (size, digest) = try SealedFile.copy("\(home)/\(name)", to: "\(folder)/\(name)")
            return BackupList.File(path: name, size: size, digest: digest.description)
        }
    }

    /// Copies every artifact; one whose bytes do not fit its name is left out, and so found missing if it is named.
    private static func copyArtifacts(from home: String, to folder: String) throws -> [BackupList.File] {
        try HomeFolder.artifacts(home).compactMap { name in
            let (size, digest) = try SealedFile.copy("\(home)/\(name)", to: "\(folder)/\(name)")
            guard HomeFolder.path(of: digest) == name else {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
                return nil
            }
            return BackupList.File(path: name, size: size, digest: digest.description)
        }
    }
}

/// What lies where in the state folder.
enum HomeFolder {
    /// Tokens and keys: the files of the folder itself that end with `.token` or `.key`.
    static func secrets(_ home: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: home)
            .filter { $0.hasSuffix(".token") || $0.hasSuffix(".key") }.sorted()
    }

    /// Paths of all artifacts, below the state folder.
    static func artifacts(_ home: String) throws -> [String] {
        let root = "artifacts/sha256"
        guard FileManager.default.fileExists(atPath: "\(home)/\(root)") else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: "\(home)/\(root)").sorted().flatMap { shelf in
            try FileManager.default.contentsOfDirectory(atPath: "\(home)/\(root)/\(shelf)").sorted()
                .filter { $0.count == 62 }.map { "\(root)/\(shelf)/\($0)" }
        }
    }

    /// Where an artifact lies, below the state folder.
    static func path(of digest: SHA256Digest) -> String {
        "artifacts/sha256/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal.dropFirst(2))"
    }
}

extension GatewayConfiguration {
    /// Where the database is.
    var databaseLocation: DatabaseLocation {
        get throws(StorageError) { try DatabaseLocation(database ?? "\(home)/farfield.sqlite") }
    }
}
