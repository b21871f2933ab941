internal import Documents
internal import Foundation
internal import Storage

/// The admin that every gateway begins with, and the token that lets them in.
package enum FirstToken {
    /// The first admin's name.
    package static let person = "admin"
    private static let file = "admin.token"

    /// The file that should hold the token holds something else.
    struct Unreadable: Error, CustomStringConvertible {
        let path: String

        /// What was found, and the way out.
        var description: String {
            "'\(path)' holds no token (ff_ and 64 hexadecimal digits), and the database knows no admin's token that"
                + " works. Move the file away and start again: a new token is made."
        }
    }

    /// Makes sure that somebody can come in as an admin.
    ///
    /// A token that stands in the home folder and is not known to the database yet (a gateway of before, or one that
    /// was stopped in the middle of its first start) is registered. When there is no such file and no admin's token
    /// works, one is made. In every other case the database alone decides, and the file is only the command line's copy.
    ///
    /// - Parameters:
    ///   - home: the home folder, which exists.
    ///   - database: with its schema up to date.
    ///   - now: the time.
    /// - Returns: the token, when one was made; it is told only now.
    /// - Throws: file and storage errors.
    static func settle(home: String, _ database: any Database, at now: Timestamp) async throws -> String? {
        let path = "\(home)/\(file)"
        if let secret = read(path) {
            try await register(secret, in: database, label: "the token of \(file)", at: now)
            return nil
        }
        if try await database.read({ try TokenStore.hasLiveAdmin(at: now, on: $0) }) { return nil }
        let secret = try TokenSecret()
        // The file is written before the row: a gateway stopped in between registers it at its next start. Another one
        // with the same home folder may have been faster.
        let isNew = try PrivateFile.create(Array((secret.text + "\n").utf8), at: path)
        guard let held = isNew ? secret : read(path) else { throw Unreadable(path: path) }
        try await register(held, in: database, label: "first admin's token", at: now)
        return isNew ? secret.text : nil
    }

    /// Makes a token for the first admin although others work, or none does any more.
    ///
    /// - Parameters:
    ///   - home: the home folder, whose copy of the token is replaced.
    ///   - database: with its schema up to date.
    ///   - now: the time.
    /// - Returns: the token.
    /// - Throws: file and storage errors.
    static func makeAnother(home: String, _ database: any Database, at now: Timestamp) async throws -> String {
        let secret = try TokenSecret()
        try await register(secret, in: database, label: "made by farfield admin-token", at: now)
        try PrivateFile.replace(Array((secret.text + "\n").utf8), at: "\(home)/\(file)")
        return secret.text
    }

    private static func register(
        _ secret: TokenSecret,
        in database: any Database,
        label: String,
        at now: Timestamp
    ) async throws {
        try await database.transaction { connection in
            guard try TokenStore.find(digest: secret.digest, on: connection) == nil else { return }
            _ = try PeopleStore.insert(admin(at: now), on: connection)
            try PeopleStore.set(disabledAt: nil, of: person, on: connection)
            var random = SystemRandomNumberGenerator()
            let token = APIToken(
                id: TokenID(at: now, random: &random),
                person: person,
                label: label,
                scopes: Set(Scope.allCases),
                role: .admin,
                createdAt: now,
                createdBy: Person.gateway.name,
                expiresAt: nil,
                lastUsedAt: nil,
                revokedAt: nil,
                revokedBy: nil
            )
            guard try TokenStore.insert(token, digest: secret.digest, on: connection) else { return }
            try AuditStore.append(
                AuditEntry(
                    "token.created",
                    .init("token", token.id.text),
                    by: .gateway,
                    details: ["person": .string(person), "label": .string(label)]
                ),
                at: now,
                on: connection
            )
        }
    }

    private static func admin(at now: Timestamp) -> PersonRecord {
        PersonRecord(
            name: person,
            identity: nil,
            email: nil,
            displayName: nil,
            role: .admin,
            projects: [],
            createdAt: now,
            seenAt: nil,
            disabledAt: nil,
            signedOutAt: nil
        )
    }

    /// The token of a file; older gateways wrote the same form.
    private static func read(_ path: String) -> TokenSecret? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return TokenSecret(String(text.prefix { !$0.isWhitespace }))
    }
}
