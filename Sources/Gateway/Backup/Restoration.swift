internal import Attestation
internal import Documents
internal import Foundation
package import Logging
internal import Storage

/// Brings a backup back into an empty home and database.
///
/// Artifacts first, database second: the database never names what is not there. At the end the moment of the
/// restoration is written into the database; a gateway that finds it asks the site before it sends any job that is
/// older, since that job may have been sent after the backup was made.
package struct Restoration: Sendable {
    let configuration: GatewayConfiguration
    let copy: DatabaseCopy
    let location: DatabaseLocation
    let keeper: TimeKeeper
    let logger: Logger

    /// A restoration of the gateway with this configuration.
    ///
    /// - Parameters:
    ///   - configuration: names home and database.
    ///   - keeper: tells the time.
    ///   - logger: where lost connections are told.
    /// - Throws: storage errors when the database's address cannot be read.
    package init(_ configuration: GatewayConfiguration, keeper: TimeKeeper, logger: Logger) throws {
        self.configuration = configuration
        location = try configuration.databaseLocation
        copy = DatabaseCopy(of: location, logger: logger)
        self.keeper = keeper
        self.logger = logger
    }

    /// Checks every digest, then restores.
    ///
    /// - Parameters:
    ///   - source: a backup: a folder, or a file whose name ends with `.tar`.
    ///   - force: whether what is there already is moved aside instead of being a reason to refuse.
    /// - Returns: what the backup held.
    /// - Throws: ``BackupError``, storage and file errors. Before everything was checked nothing is changed.
    package func run(_ source: String, force: Bool) async throws -> BackupList {
        try FileManager.default.createDirectory(
            atPath: configuration.home,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        guard source.hasSuffix(".tar") else { return try await restore(source, force) }
        let folder = "\(configuration.home)/restoring-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        try await Archive.unpack(source, into: folder)
        return try await restore(folder, force)
    }

    private func restore(_ folder: String, _ force: Bool) async throws -> BackupList {
        let list = try Self.list(folder)
        guard list.engine == copy.engine else {
            throw BackupError.otherEngine(backup: list.engine.rawValue, configured: copy.engine.rawValue)
        }
        try await Task.blocking { try Self.verify(list, in: folder) }
        if try await !copy.isEmpty(), !force { throw BackupError.notEmpty(what: "The database") }
        let home = configuration.home
        if try !HomeFolder.artifacts(home).isEmpty, !force { throw BackupError.notEmpty(what: "The folder '\(home)'") }
        try? FileManager.default.removeItem(atPath: Self.mark(home))
        let now = keeper.now()
        let suffix = ".before-\(now.microseconds / 1_000_000)"
        try await Task.blocking { try Self.copyFiles(list, from: folder, to: home, keepingOldAs: suffix) }
        // A database that was filled and not yet marked as restored must not meet a gateway.
        try PrivateFile.write([], to: Self.mark(home))
        let database = "\(folder)/\(DatabaseCopy.fileName(list.engine))"
        try await copy.restore(from: database, keepingOldAs: force ? suffix : nil)
        try await noteRestoration(of: list, at: now)
        // The trail begins again where the backup ended, and says so itself.
        try? FileManager.default.removeItem(atPath: AuditMemory.path(home))
        try FileManager.default.removeItem(atPath: Self.mark(home))
        return list
    }

    private static func mark(_ home: String) -> String { "\(home)/restoring" }

    /// Makes sure that no restoration of a home was broken off.
    ///
    /// - Parameter home: the state folder.
    /// - Throws: ``BackupError/unfinished(home:)``.
    package static func requireFinished(home: String) throws {
        if FileManager.default.fileExists(atPath: mark(home)) { throw BackupError.unfinished(home: home) }
    }

    private static func list(_ folder: String) throws -> BackupList {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(BackupList.fileName)") else {
            throw BackupError.notABackup(detail: "'\(folder)' has no \(BackupList.fileName)")
        }
        guard let json = try? JSONValue(json: Array(data)) else {
            throw BackupError.notABackup(detail: "\(BackupList.fileName) is no JSON")
        }
        return try BackupList(json)
    }

    private static func verify(_ list: BackupList, in folder: String) throws {
        let damaged = list.files.filter { file in
            let found = try? SealedFile.read("\(folder)/\(file.path)")
            return found?.size != file.size || found?.digest.description != file.digest
        }
        if !damaged.isEmpty { throw BackupError.damaged(files: damaged.map(\.path)) }
    }

    /// Copies artifacts that are not there, and secrets; a secret that differs keeps a name with the suffix.
    private static func copyFiles(
        _ list: BackupList,
        from folder: String,
        to home: String,
        keepingOldAs suffix: String
    ) throws {
        for file in list.files where file.path != DatabaseCopy.fileName(list.engine) {
            let place = "\(home)/\(file.path)"
            if let found = try? SealedFile.read(place) {
                if found.digest.description == file.digest { continue }
                try FileManager.default.moveItem(atPath: place, toPath: place + suffix)
            }
            _ = try SealedFile.copy("\(folder)/\(file.path)", to: place)
        }
    }

    private func noteRestoration(of list: BackupList, at now: Timestamp) async throws {
        let database = try await location.open(connections: 1, logger: logger)
        do {
            try await migrate(database, GatewayRuntime.migrations)
            try await database.transaction { connection in
                try RestorationStore.record(restoredAt: now, madeAt: list.madeAt, on: connection)
                let details: JSONValue = ["madeAt": .string(list.madeAt.iso8601)]
                let operation = Person(name: "operator", role: .admin)
                let entry = AuditEntry(
                    "database.restored",
                    .init("database", "farfield"),
                    by: operation,
                    details: details
                )
                try AuditStore.append(entry, at: now, on: connection)
            }
            await database.close()
        } catch {
            await database.close()
            throw error
        }
    }
}
