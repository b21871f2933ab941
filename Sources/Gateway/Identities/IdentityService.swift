package import Documents
internal import Foundation
internal import SSHClient
internal import Storage

/// What people do with their credentials for sites.
///
/// Nothing gives a secret back: what comes in is sealed, and opened only to connect.
package struct IdentityService: Sendable {
    let database: any Database
    let directory: SiteDirectory
    let ways: PersonalWays
    let tasks: JobTasks
    let keeper: TimeKeeper

    init(
        database: any Database,
        directory: SiteDirectory,
        ways: PersonalWays,
        tasks: JobTasks,
        keeper: TimeKeeper
    ) {
        (self.database, self.directory, self.ways) = (database, directory, ways)
        (self.tasks, self.keeper) = (tasks, keeper)
    }

    /// The service of a gateway; one without sites has no ways either.
    init(in world: World) {
        let ways =
            world.sites.personal
            ?? PersonalWays(
                database: world.database,
                ring: SecretRing(policy: SecretsPolicy()),
                keeper: world.keeper,
                logger: world.logger
            )
        self.init(
            database: world.database,
            directory: world.sites,
            ways: ways,
            tasks: world.tasks,
            keeper: world.keeper
        )
    }

    private var ring: SecretRing { ways.ring }

    /// Keeps a credential in the place of the one before; what waited for it goes on.
    ///
    /// - Parameters:
    ///   - document: account, private key, passphrase, certificate.
    ///   - name: the site.
    ///   - person: whose it is.
    /// - Returns: what is known of it now.
    /// - Throws: ``GatewayError`` of kind `invalidCredential` with every fault, `notFound` or `conflict`.
    package func set(_ document: Document, at name: String, by person: Person) async throws -> SiteCredential {
        let site = try site(name)
        let wish = try CredentialWish.read(document)
        let material = SSHKeyMaterial(
            name: "that was uploaded",
            key: Array(wish.secret.privateKey.utf8),
            passphrase: wish.secret.passphrase,
            certificate: nil
        )
        defer { material.forget() }
        let key = try await publicKey(of: material)
        let certificate = wish.certificate.flatMap { SSHCertificate(line: $0) }
        let now = keeper.now()
        let faults = CredentialVerdict.faults(wish, key: key, certificate: certificate, site: site, at: now)
        guard faults.isEmpty else {
            throw GatewayError(.invalidCredential, "The credential cannot be used.", faults: faults)
        }
        var random = SystemRandomNumberGenerator()
        let credential = SiteCredential(
            id: CredentialID(at: now, random: &random),
            lane: Lane(site: name, person: person.name),
            account: wish.account,
            kind: certificate == nil ? .key : .certificate,
            algorithm: key.algorithm,
            fingerprint: SiteCredential.fingerprint(key),
            certificate: wish.certificate,
            validAfter: certificate.flatMap(CredentialVerdict.begin),
            validBefore: certificate.flatMap(CredentialVerdict.end),
            createdAt: now,
            lastUsedAt: nil
        )
        guard let sealed = try ring.seal(Array(JSONEncoder().encode(wish.secret)), for: credential.owner) else {
            throw GatewayError(.internalFault, "The gateway has no key to seal it with: an admin sets 'secrets'.")
        }
        try await keep(credential, sealed, by: person, at: now)
        return credential
    }

    private func publicKey(of material: SSHKeyMaterial) async throws -> SSHPublicKey {
        do throws(SSHError) {
            return try await material.publicKey()
        } catch .keyFileUnusable(_, let problem) {
            let path =
                problem == .wrongPassphrase || problem == .encryptedWithoutPassphrase ? "/passphrase" : "/privateKey"
            throw GatewayError(
                .invalidCredential,
                "The private key cannot be used.",
                faults: [Fault(path: path, message: "\(problem)", expected: "an ed25519 or ECDSA key that opens")]
            )
        } catch {
            throw GatewayError(.internalFault, "The key could not be looked at: \(error)")
        }
    }

    private func keep(
        _ credential: SiteCredential,
        _ sealed: SecretRing.Sealed,
        by person: Person,
        at now: Timestamp
    ) async throws {
        let lane = credential.lane
        try await database.transaction { connection in
            // Two uploads at once follow one another.
            try connection.lock("credential \(lane)")
            let before = try CredentialStore.revoke(lane, at: now, on: connection)
            try CredentialStore.insert(credential, sealed: sealed, on: connection)
            try tasks.follow(lane, at: now, on: connection)
            try tasks.submit(lane, at: now, on: connection)
            try tasks.clean(lane, at: now, on: connection)
            for job in try LaneJobStore.waiting(lane, on: connection) {
                try tasks.resume(job, at: now, on: connection)
            }
            let entry = AuditEntry(
                "credential.uploaded",
                .init("credential", credential.id.text),
                by: person,
                details: Self.details(credential, replaces: before)
            )
            try AuditStore.append(entry, at: now, on: connection)
        }
        await ways.close(lane)
    }

    private static func details(_ credential: SiteCredential, replaces before: SiteCredential? = nil) -> JSONValue {
        [
            "site": .string(credential.lane.site), "person": .string(credential.lane.person ?? ""),
            "account": .string(credential.account), "kind": .string(credential.kind.rawValue),
            "fingerprint": .string(credential.fingerprint),
            "replaces": before.map { .string($0.id.text) } ?? .null,
        ]
    }

    /// A person's credential for a site.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound` or `conflict`.
    package func credential(at name: String, of person: Person) async throws -> SiteCredential {
        _ = try site(name)
        let lane = Lane(site: name, person: person.name)
        if let found = try await database.read({ try CredentialStore.find(lane, on: $0) }) { return found }
        throw GatewayError(.notFound, "You have no key for '\(name)'. \(SiteCredential.cure(name))")
    }

    /// Everybody's credentials for a site, for admins: what they are, never the secrets.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound` or `conflict`.
    package func list(at name: String) async throws -> [SiteCredential] {
        _ = try site(name)
        return try await database.read { try CredentialStore.list(at: name, on: $0) }
    }

    /// Revokes a person's credential: its secret is removed and its connections are closed at once; jobs at the site are
    /// waited for.
    ///
    /// - Parameters:
    ///   - name: the site.
    ///   - owner: whose it is.
    ///   - person: who revokes it.
    /// - Throws: ``GatewayError`` of kind `notFound` or `conflict`.
    package func revoke(at name: String, of owner: String, by person: Person) async throws {
        _ = try site(name)
        let lane = Lane(site: name, person: owner)
        let now = keeper.now()
        let gone = try await database.transaction { connection in
            try connection.lock("credential \(lane)")
            let gone = try CredentialStore.revoke(lane, at: now, on: connection)
            if let gone {
                let entry = AuditEntry(
                    "credential.revoked",
                    .init("credential", gone.id.text),
                    by: person,
                    details: Self.details(gone)
                )
                try AuditStore.append(entry, at: now, on: connection)
            }
            return gone
        }
        await ways.close(lane)
        if gone == nil { throw GatewayError(.notFound, "There is no key of \(owner) for '\(name)'.") }
    }

    /// Tries a person's credential: connects with it and looks at everything a job will need.
    ///
    /// - Throws: ``GatewayError`` of kind `notFound` or `conflict`; storage errors.
    package func check(at name: String, of person: Person) async throws -> SiteCheckReport {
        let credential = try await credential(at: name, of: person)
        do {
            guard let way = try await directory.way(credential.lane) else {
                return SiteCheckReport(site: name, checks: [])
            }
            return SiteCheckReport(site: name, checks: await way.check())
        } catch let failure as SiteFailure {
            let check = SiteCheck(
                name: "credential",
                state: .failed,
                detail: failure.reason,
                cure: SiteCredential.cure(name)
            )
            return SiteCheckReport(site: name, checks: [check])
        }
    }

    /// Seals with the first key what an older one has sealed.
    ///
    /// - Returns: how many were sealed anew, and how many no key opens.
    func reseal() async throws -> (done: Int, lost: Int) {
        guard let current = ring.sealingKeyID else { return (0, 0) }
        var (done, lost) = (0, 0)
        for (credential, old) in try await database.read({
            try CredentialStore.sealedOtherwise(than: current, on: $0)
        }) {
            guard let plain = ring.open(old, for: credential.owner),
                let new = try ring.seal(plain, for: credential.owner)
            else {
                lost += 1
                continue
            }
            try await database.transaction { try CredentialStore.reseal(credential.id, from: old, to: new, on: $0) }
            done += 1
        }
        return (done, lost)
    }

    /// A site that takes credentials.
    private func site(_ name: String) throws -> SiteConfiguration {
        guard let site = directory[name]?.configuration else {
            let names = directory.sites.map(\.configuration.name).joined(separator: ", ")
            throw GatewayError(.notFound, "There is no site '\(name)'. Sites: \(names.isEmpty ? "none" : names).")
        }
        if site.identity == .personal { return site }
        throw GatewayError(.conflict, "The site '\(name)' has one account for all: it takes no keys of people.")
    }
}
