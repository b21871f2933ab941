internal import Attestation
internal import Foundation

/// Knows who holds which token.
package struct TokenKeeper: Sendable {
    private let digest: SHA256Digest

    /// A keeper that knows the admin's token.
    ///
    /// - Parameter adminToken: the token itself; only its digest is kept.
    package init(adminToken: String) { digest = SHA256Digest(of: adminToken.utf8) }

    /// Who holds a token; nil when nobody does.
    ///
    /// Digests are compared, so the time taken tells nothing of the token.
    ///
    /// - Parameter token: what stands behind `Bearer`.
    /// - Returns: the person.
    /// - Throws: nothing now; a keeper of many tokens asks a database.
    package func person(bearer token: String) async throws -> Person? {
        SHA256Digest(of: token.utf8) == digest ? Person(name: "admin", isAdmin: true) : nil
    }

    /// Reads the first admin's token, or makes one and writes it readable by its owner alone.
    ///
    /// - Parameter home: the state folder, which exists.
    /// - Returns: a keeper, and whether the token is new.
    /// - Throws: file errors.
    package static func open(home: String) throws -> (keeper: TokenKeeper, isNew: Bool) {
        let path = home + "/admin.token"
        if let token = token(in: path) { return (TokenKeeper(adminToken: token), false) }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        let token = "ff_" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        // Another gateway with the same home folder may have been faster.
        let isNew = try PrivateFile.create(Array((token + "\n").utf8), at: path)
        return (TokenKeeper(adminToken: isNew ? token : self.token(in: path) ?? token), isNew)
    }

    private static func token(in path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let token = String(text.prefix { !$0.isWhitespace })
        return token.isEmpty ? nil : token
    }
}

/// Files that only their owner may read.
enum PrivateFile {
    /// Writes a file of mode 0600 under a temporary name, then renames it.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = try temporary(bytes, beside: path)
        try FileManager.default.moveItem(atPath: temporary, toPath: path)
    }

    /// Like ``write(_:to:)``, but of several processes that do so at once only the first succeeds.
    ///
    /// - Returns: whether the file was made; false when there is one of that name.
    static func create(_ bytes: [UInt8], at path: String) throws -> Bool {
        let temporary = try temporary(bytes, beside: path)
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        do {
            // A hard link is made whole or not at all, on network file systems too.
            try FileManager.default.linkItem(atPath: temporary, toPath: path)
            return true
        } catch {
            guard FileManager.default.fileExists(atPath: path) else { throw error }
            return false
        }
    }

    private static func temporary(_ bytes: [UInt8], beside path: String) throws -> String {
        let temporary = "\(path).\(UUID().uuidString).new"
        guard
            FileManager.default.createFile(atPath: temporary, contents: Data(), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteNoPermission) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary))
        try handle.write(contentsOf: Data(bytes))
        try handle.synchronize()
        try handle.close()
        return temporary
    }
}
