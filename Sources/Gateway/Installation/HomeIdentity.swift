internal import Foundation
internal import Storage

/// Makes sure that a gateway's home folder is the one its database was used with.
///
/// A database names artifacts by their digests only, and tokens are files: a gateway with another folder would answer
/// "no such file" for what its neighbour brought home, and would not know its neighbour's token. So gateways that share
/// a database share the home folder. Its name stands in the file `installation.key` and in the table `installation`.
enum HomeIdentity {
    /// The file in the home folder; backups take files of this ending with them.
    static let file = "installation.key"

    /// The gateway was started with another home folder than its database was used with.
    struct Mismatch: Error, Sendable, Hashable, CustomStringConvertible {
        /// The folder this gateway was given.
        let home: String
        /// Its name; nil when it has none.
        let found: String?
        /// The name the database knows.
        let known: String

        /// What was found, and the ways out.
        var description: String {
            """
            The database is used with the home folder named \(known), but '\(home)' \
            \(found.map { "is named \($0)" } ?? "has no name yet"). Gateways that share a database share one home \
            folder (artifacts, tokens): set 'home' to it, or 'database' to a database of its own. To go on with this \
            folder because the old one is lost, write \(known) into '\(home)/\(file)'.
            """
        }
    }

    /// Compares folder and database; a database that knows no folder yet takes this one.
    ///
    /// - Parameters:
    ///   - home: the home folder, which exists.
    ///   - database: with its schema up to date.
    /// - Throws: ``Mismatch``, file errors, storage errors.
    static func check(_ home: String, _ database: any Database) async throws {
        // The file is written before the row: whoever sees the row sees the file, if the folder is the same.
        let noted = try await database.read { try InstallationStore.home(on: $0) }
        let found = name(in: home)
        if let noted, found != noted { throw Mismatch(home: home, found: found, known: noted) }
        let name = try found ?? give(home)
        let known = try await database.transaction { try InstallationStore.settleHome(name, on: $0) }
        if known != name { throw Mismatch(home: home, found: name, known: known) }
    }

    private static func name(in home: String) -> String? {
        guard let text = try? String(contentsOfFile: "\(home)/\(file)", encoding: .utf8) else { return nil }
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return name.isEmpty ? nil : name
    }

    /// Names the folder; of two gateways that do so at once, the first wins.
    private static func give(_ home: String) throws -> String {
        let name = "home_" + UUID().uuidString.lowercased()
        if try PrivateFile.create(Array((name + "\n").utf8), at: "\(home)/\(file)") { return name }
        return self.name(in: home) ?? name
    }
}
