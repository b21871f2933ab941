internal import Documents
internal import Foundation
internal import Logging
internal import SSHClient
internal import Storage

/// The ways of people to sites: opened with their own credentials when something is to be done, and closed when they
/// are revoked, replaced, expired or unused.
///
/// Each way has connections, a work folder and a key of its own; nothing leads from one to another.
package actor PersonalWays {
    private struct Way {
        let credential: SiteCredential
        let material: SSHKeyMaterial
        let site: any Site
        var usedAt: Timestamp
    }

    /// How long a way may be unused before its key is dropped from memory.
    private static let idle = Duration.seconds(600)
    /// How often the use of a credential is written down.
    private static let noted = Duration.seconds(300)

    private let database: any Database
    let ring: SecretRing
    private let keeper: TimeKeeper
    private let logger: Logger
    private var ways: [Lane: Way] = [:]
    private var isClosed = false

    init(database: any Database, ring: SecretRing, keeper: TimeKeeper, logger: Logger) {
        self.database = database
        self.ring = ring
        self.keeper = keeper
        self.logger = logger
    }

    /// The way of a person to a site.
    ///
    /// The database is asked each time, so that a credential counts no longer than it is valid, whichever gateway was
    /// told so.
    ///
    /// - Throws: ``SiteFailure`` that tells the person what to upload; storage errors.
    func way(_ lane: Lane, _ configuration: SiteConfiguration) async throws -> any Site {
        let found = try await database.read { try CredentialStore.sealed(lane, on: $0) }
        let now = keeper.now()
        do {
            guard let (credential, secret) = found else {
                throw Self.failure("You have no key for the site '\(lane.site)' here.", lane)
            }
            if let fault = credential.fault(at: now) { throw Self.failure(fault, lane) }
            if let way = ways[lane], way.credential.id == credential.id { return try await use(way, now) }
            await close(lane)
            let way = try open(credential, secret, configuration, now)
            return try await use(way, now)
        } catch let failure as SiteFailure {
            await close(lane)
            throw failure
        }
    }

    private static func failure(_ reason: String, _ lane: Lane) -> SiteFailure {
        SiteFailure(reason: "\(reason) \(SiteCredential.cure(lane.site))", isTransient: true, concernsAccount: true)
    }

    /// Nobody comes between the look and the new way: there is no wait in here.
    private func open(
        _ credential: SiteCredential,
        _ secret: SecretRing.Sealed,
        _ configuration: SiteConfiguration,
        _ now: Timestamp
    ) throws -> Way {
        let lane = credential.lane
        if let way = ways[lane], way.credential.id == credential.id { return way }
        guard !isClosed else { throw SiteFailure(reason: "the gateway is ending", isTransient: true) }
        guard var plain = ring.open(secret, for: credential.owner),
            let opened = try? JSONDecoder().decode(CredentialWish.Secret.self, from: Data(plain))
        else {
            logger.error("a credential does not open", metadata: ["credential": "\(credential.id)"])
            throw Self.failure("Your key for '\(lane.site)' cannot be opened with the gateway's secrets.", lane)
        }
        for index in plain.indices { plain[index] = 0 }
        let material = SSHKeyMaterial(
            name: "\(credential.fingerprint) that was uploaded",
            key: Array(opened.privateKey.utf8),
            passphrase: opened.passphrase,
            certificate: credential.certificate
        )
        let site = SiteFactory.site(configuration, credential, material, logger: logger)
        let way = Way(credential: credential, material: material, site: site, usedAt: Timestamp(seconds: 0))
        ways[lane] = way
        return way
    }

    private func use(_ way: Way, _ now: Timestamp) async throws -> any Site {
        let id = way.credential.id
        guard now - way.usedAt > Self.noted else { return way.site }
        if ways[way.credential.lane]?.credential.id == id { ways[way.credential.lane]?.usedAt = now }
        try await database.transaction { try CredentialStore.touch(id, at: now, on: $0) }
        return way.site
    }

    /// Closes a way and drops its key.
    func close(_ lane: Lane) async {
        guard let way = ways.removeValue(forKey: lane) else { return }
        way.material.forget()
        await way.site.close()
    }

    /// Closes the ways whose credential is not the one in use any more, has expired, or is not used.
    func tidy() async {
        for (lane, way) in ways {
            let now = keeper.now()
            let current: SiteCredential?
            do {
                current = try await database.read { try CredentialStore.find(lane, on: $0) }
            } catch {
                // A database that does not answer revokes nothing.
                continue
            }
            let isValid = current?.id == way.credential.id && current?.fault(at: now) == nil
            let isIdle = now - way.usedAt > Self.idle + Self.noted && way.site.figures?.sessions == 0
            if !isValid || isIdle { await close(lane) }
        }
    }

    /// Closes all of them, and opens none any more.
    func closeAll() async {
        isClosed = true
        for lane in ways.keys { await close(lane) }
    }

    /// How many are open.
    var count: Int { ways.count }
}
