import Documents
import Foundation
import Logging
import SSHClient
import Storage
import Testing

@testable import Gateway
@testable import TaskQueue

/// Keys that people entrust to the gateway, and the ways they open.
@Suite("Remote identities")
struct IdentityTests {
    /// Files of keys in a folder of their own.
    private final class KeyFolder: Sendable {
        let path = NSTemporaryDirectory() + "farfield-secrets-" + UUID().uuidString

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func key(_ name: String, _ byte: UInt8, base64: Bool = false) throws -> String {
            let bytes = [UInt8](repeating: byte, count: 32)
            let hexadecimal = bytes.map { String(format: "%02x", $0) }.joined()
            let text = base64 ? Data(bytes).base64EncodedString() : hexadecimal
            try (text + "\n").write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
            return "\(path)/\(name)"
        }

        /// A private key as people upload it.
        func sshKey(_ name: String) throws -> String {
            let program = Process()
            program.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
            program.arguments = ["-q", "-t", "ed25519", "-N", "", "-f", "\(path)/\(name)"]
            try program.run()
            program.waitUntilExit()
            return try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        }
    }

    private static func personalSite(_ name: String = "p") -> SiteConfiguration {
        var site = DecisionTests.site(name)
        site.identity = .personal
        site.user = nil
        site.privateKey = nil
        return site
    }

    private func services(
        _ database: any Database,
        _ keyFiles: [String],
        sites: [SiteConfiguration]? = nil
    ) -> (IdentityService, SiteDirectory) {
        var policy = SecretsPolicy()
        policy.keyFiles = keyFiles
        let ring = SecretRing(policy: policy)
        let logger = Logger(label: "test")
        let ways = PersonalWays(database: database, ring: ring, keeper: .system, logger: logger)
        let directory = SiteDirectory(
            sites: (sites ?? [Self.personalSite(), DecisionTests.site("a")]).map {
                SiteFactory.site($0, logger: logger)
            },
            personal: ways
        )
        let service = IdentityService(
            database: database,
            directory: directory,
            ways: ways,
            tasks: JobTasks(queue: TaskStore()),
            keeper: .system
        )
        return (service, directory)
    }

    private func document(_ key: String, account: String = "alice7", _ more: [String: JSONValue] = [:]) -> Document {
        Document(.object(["account": .string(account), "privateKey": .string(key)].merging(more) { $1 }))
    }

    private func job(of owner: String, in lane: Lane, at site: String? = nil) -> Job {
        let sample = sampleJob()
        var random = SystemRandomNumberGenerator()
        return Job(
            id: JobID(at: sample.createdAt, random: &random),
            manifestText: sample.manifestText,
            name: "sample",
            site: site ?? lane.site,
            lane: lane,
            keyOwner: OwnerWord.of(owner),
            template: sample.template,
            templateDigest: sample.templateDigest,
            script: sample.script,
            scriptDigest: sample.scriptDigest,
            owner: owner,
            priority: 50,
            labels: [:],
            retries: .none,
            createdAt: sample.createdAt,
            arrayCount: nil,
            isStagedFirst: false,
            state: .queued,
            attempt: 1,
            submission: .none,
            isStaged: false,
            tasks: [:],
            updatedAt: sample.createdAt,
            isInSight: false,
            version: 1,
            eventCount: 1
        )
    }

    @Test(
        "an uploaded key opens the way of its person alone, and no text of it is in the database",
        arguments: Engine.allCases
    )
    func ways(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let folder = try KeyFolder()
            let (service, directory) = services(database, [try folder.key("one", 1)])
            let alice = Person(name: "alice", isAdmin: false)
            let key = try folder.sshKey("alice")
            let credential = try await service.set(document(key), at: "p", by: alice)
            #expect(credential.fingerprint.hasPrefix("SHA256:") && credential.kind == .key)
            let way = try #require(try await directory.way(of: job(of: "alice", in: Lane("p@alice"))))
            #expect(way.lane == Lane(site: "p", person: "alice"))
            #expect((way as? SlurmSite)?.pool.endpoint.user == "alice7")

            await expectClosed(directory, job(of: "bob", in: Lane("p@bob")), "You have no key")
            // Whatever stands in a row, nobody gets somebody else's way, and nobody the gateway's.
            await expectClosed(directory, job(of: "bob", in: Lane("p@alice")), "somebody else's account")
            await expectClosed(directory, job(of: "bob", in: Lane("p")), "personal accounts now")
            await expectClosed(directory, job(of: "bob", in: Lane("a@bob")), "one account for all now")
            await expectClosed(directory, job(of: "bob", in: Lane("a"), at: "p"), "somebody else's account")
            #expect(try await directory.way(of: job(of: "bob", in: Lane("a")))?.lane == Lane(site: "a"))
            let unentered = try #require(directory["p"])
            await #expect(throws: SiteFailure.self) { try await unentered.reach() }

            let rows = try await database.read { try $0.query("SELECT sealed FROM credentials") }
            let sealed = try rows.map { try $0.text("sealed") }
            #expect(sealed.count == 1 && !key.contains(sealed[0].prefix(20)))
            let secret = try #require(Data(base64Encoded: sealed[0]))
            #expect(secret.range(of: Data("PRIVATE KEY".utf8)) == nil)

            try await service.revoke(at: "p", of: "alice", by: alice)
            await expectClosed(directory, job(of: "alice", in: Lane("p@alice")), "You have no key")
            let left = try await database.read { try $0.query("SELECT sealed FROM credentials WHERE sealed <> ''") }
            #expect(left.isEmpty)
        }
    }

    private func expectClosed(_ directory: SiteDirectory, _ job: Job, _ words: String) async {
        do {
            _ = try await directory.way(of: job)
            Issue.record("the way is open")
        } catch {
            #expect("\(error)".contains(words))
        }
    }

    @Test("rows swapped between people, and accounts exchanged in them, do not open", arguments: Engine.allCases)
    func swapped(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let folder = try KeyFolder()
            let (service, directory) = services(database, [try folder.key("one", 1)])
            for name in ["alice", "bob"] {
                let person = Person(name: name, isAdmin: false)
                _ = try await service.set(document(try folder.sshKey(name), account: name), at: "p", by: person)
            }
            let sealed = try await database.read { connection in
                try connection.query("SELECT sealed FROM credentials ORDER BY lane").map { try $0.text("sealed") }
            }
            try await database.transaction { connection in
                for (lane, text) in zip(["p@alice", "p@bob"], sealed.reversed()) {
                    try connection.execute(
                        "UPDATE credentials SET sealed = $2 WHERE lane = $1",
                        [.text(lane), .text(text)]
                    )
                }
            }
            await expectClosed(directory, job(of: "bob", in: Lane("p@bob")), "cannot be opened")
            await expectClosed(directory, job(of: "alice", in: Lane("p@alice")), "cannot be opened")
            try await database.transaction { connection in
                try connection.execute(
                    "UPDATE credentials SET sealed = $1, account = 'root' WHERE lane = 'p@alice'",
                    [.text(sealed[0])]
                )
            }
            await expectClosed(directory, job(of: "alice", in: Lane("p@alice")), "cannot be opened")
            try await database.transaction { connection in
                try connection.execute("UPDATE credentials SET account = 'alice' WHERE lane = 'p@alice'")
            }
            #expect(try await directory.way(of: job(of: "alice", in: Lane("p@alice"))) != nil)
        }
    }

    @Test("keys of the gateway are rotated: old ones open, the new one seals, and without them nothing opens")
    func rotation() async throws {
        try await Engine.sqlite.withSpine { database, _ in
            let folder = try KeyFolder()
            let (old, new) = (try folder.key("old", 1), try folder.key("new", 2, base64: true))
            let alice = Person(name: "alice", isAdmin: false)
            _ = try await services(database, [old]).0.set(document(try folder.sshKey("a")), at: "p", by: alice)
            let waiting = job(of: "alice", in: Lane("p@alice"))
            await expectClosed(services(database, [new]).1, waiting, "cannot be opened")
            let (both, directory) = services(database, [new, old])
            #expect(try await directory.way(of: waiting) != nil)
            #expect(try await both.reseal() == (1, 0))
            #expect(try await both.reseal() == (0, 0))
            #expect(try await services(database, [new]).1.way(of: waiting) != nil)
            #expect(try await services(database, [old]).0.reseal() == (0, 1))
        }
    }

    @Test("an upload that cannot work is refused with every fault, quotes nothing, and leaves the one before")
    func refusals() async throws {
        try await Engine.sqlite.withSpine { database, _ in
            let folder = try KeyFolder()
            let (service, _) = services(database, [try folder.key("one", 1)])
            let alice = Person(name: "alice", isAdmin: false)
            let key = try folder.sshKey("a")
            let first = try await service.set(document(key), at: "p", by: alice)
            let bad: [(Document, [String])] = [
                (Document(.object([:])), ["/account", "/privateKey"]),
                (document("canary", account: "a b"), ["/account", "/privateKey"]),
                (document("-----BEGIN PRIVATE KEY-----\ncanary"), ["/privateKey"]),
                (document(key, ["certificate": "ssh-ed25519-cert-v01@openssh.com canary"]), ["/certificate"]),
                (document(key, ["passphrase": "canary\n"]), ["/passphrase"]),
                (document(key, ["canary": "x"]), ["/canary"]),
            ]
            for (document, paths) in bad {
                await #expect { try await service.set(document, at: "p", by: alice) } throws: { error in
                    guard let error = error as? GatewayError, error.kind == .invalidCredential else { return false }
                    return error.faults.map(\.path) == paths && (paths == ["/canary"] || !"\(error)".contains("canary"))
                }
            }
            await #expect { try await service.set(document(key), at: "a", by: alice) } throws: {
                ($0 as? GatewayError)?.kind == .conflict
            }
            #expect(try await service.credential(at: "p", of: alice).id == first.id)
            let lines = try await database.read { try $0.query("SELECT action, line FROM audit ORDER BY sequence") }
            #expect(try lines.map { try $0.text("action") } == ["credential.uploaded"])
            #expect(try lines.allSatisfy { try !$0.text("line").contains("PRIVATE") })
        }
    }

    @Test("keys of submissions tell whose job it is, in plain letters")
    func keys() {
        let mine = job(of: "alice", in: Lane("p@alice"))
        #expect(mine.submissionKey == "ff-alice-\(mine.id)-1")
        #expect(mine.comment == "farfield user=alice job=\(mine.id) sample")
        // Jobs of before keep theirs.
        let old = sampleJob()
        #expect(old.submissionKey == "ff-\(old.id)-1")
        #expect(OwnerWord.of("Zoë Ünal|x\n") == "Zo---nal-x-")
        #expect(OwnerWord.of(String(repeating: "a", count: 99))?.count == 32)
        #expect(OwnerWord.of("") == nil)
        #expect(Lane("a@b@c") == Lane(site: "a", person: "b@c") && Lane("a") == Lane(site: "a"))
    }

    @Test("a personal site's entry takes nothing that would let somebody in by the gateway's means")
    func configuration() throws {
        let folder = try KeyFolder()
        let file = try folder.key("one", 1)
        func faults(_ text: String) -> [String] {
            do {
                _ = try ConfigurationReader.read(try Document(yaml: text))
                return []
            } catch ConfigurationError.faults(let found) {
                return found.map(\.path).sorted()
            } catch { return ["\(error)"] }
        }
        let site = "sites:\n  - {name: p, host: h, identity: personal"
        let secrets = "secrets: {keyFile: \(file)}\n"
        #expect(faults(secrets + site + "}") == [])
        #expect(faults(site + "}") == ["/sites"])
        #expect(faults("secrets: {keyFile: /nowhere}\n" + site + "}") == ["/secrets/keyFile"])
        #expect(
            faults(secrets + site + ", user: u, privateKey: k, jump: [{address: x, privateKey: k}]}")
                == ["/sites/0/jump/0", "/sites/0/privateKey", "/sites/0/user"]
        )
        #expect(faults(secrets + site + ", transport: openssh, sshConfig: c}") == ["/sites/0/sshConfig"])
        #expect(faults("sites:\n  - {name: p, host: h, identity: shared}").contains("/sites/0/identity"))
    }

    @Test("one person's bad key is nobody else's concern; a login node that is away is everybody's")
    func health() async throws {
        try await Engine.sqlite.withSpine { database, _ in
            func state(_ name: String) async throws -> SiteState? {
                try await database.read { try SiteStatusStore.find(name, on: $0)?.state }
            }
            func record(_ failure: SiteFailure?, _ lane: String) async throws {
                let health = failure.map { SiteHealth($0) } ?? SiteHealth(state: .up, reason: nil)
                try await database.transaction {
                    try SiteStatusStore.record(
                        health,
                        partitions: nil,
                        lane: Lane(lane),
                        at: Timestamp(seconds: 1),
                        on: $0
                    )
                }
            }
            try await record(nil, "p@alice")
            #expect(try await state("p") == .up)
            let refused = SSHError.authenticationRefused(user: "bob", keyPath: "k", reason: "no")
            try await record(SiteFailure(refused), "p@bob")
            #expect(try await state("p@bob") == .down)
            #expect(try await state("p") == .up)
            #expect(try await state("p@alice") == .up)
            try await record(SiteFailure(SSHError.cannotConnect(host: "h", port: 22, reason: "refused")), "p@bob")
            #expect(try await state("p") == .down)
        }
    }
}
