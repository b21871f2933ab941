import Attestation
import Foundation
import Storage
import Testing

@testable import Gateway

@Suite("The artifact library")
struct ArtifactLibraryTests {
    private static let mebibyte = 1 << 20

    @Test("keeps bytes under their SHA-256 and gives back any part", arguments: Engine.allCases)
    func keepsAndReads(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            for size in [0, 1, Self.mebibyte - 1, Self.mebibyte, Self.mebibyte + 1, 3 * Self.mebibyte + 17] {
                let bytes = pattern(size)
                let artifact = try await room.keep(bytes)
                #expect(artifact.digest == SHA256Digest(of: bytes))
                #expect(artifact.size == Int64(size))
                #expect(try await room.library.find(artifact.digest) == artifact)
                for (offset, length) in [
                    (0, size + 9), (size / 2, 7), (Self.mebibyte - 3, 6), (size - 1, 5), (size, 1), (0, 0),
                ] where offset >= 0 {
                    let part = try await room.library.read(artifact.digest, offset: Int64(offset), length: length)
                    #expect(part == Array(bytes.dropFirst(offset).prefix(length)), "\(size): \(offset), \(length)")
                }
                let mode = try FileManager.default.attributesOfItem(atPath: room.path(artifact.digest))
                #expect((mode[.posixPermissions] as? NSNumber)?.intValue == 0o444)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: room.folder + "/incoming").isEmpty)
        }
    }

    @Test("never hands out a wrong byte, wherever it is; says so, and is healed by the right ones")
    func corruption() async throws {
        try await ArtifactRoom.with(.sqlite) { room in
            let bytes = pattern(3 * Self.mebibyte + 17)
            for offset in [0, Self.mebibyte - 1, Self.mebibyte, 2 * Self.mebibyte + 5, bytes.count - 1] {
                let artifact = try await room.hold(bytes)
                try room.corrupt(room.path(artifact.digest), at: offset)
                let whole = try? await room.library.read(artifact.digest, offset: 0, length: bytes.count)
                #expect(whole == nil, "a wrong byte at \(offset) was handed out")
                let error = await #expect(throws: GatewayError.self) {
                    try await room.library.read(artifact.digest, offset: Int64(offset), length: 1)
                }
                #expect(error?.kind == .artifactCorrupt)
                #expect(try await room.state(artifact.digest) == .corrupt)
                #expect(try await room.library.find(artifact.digest) == nil)
                #expect(!FileManager.default.fileExists(atPath: room.path(artifact.digest)))
                // The same bytes again heal it, references and all.
                try await room.keep(bytes)
                let read = try await room.library.read(artifact.digest, offset: 0, length: bytes.count)
                #expect(read == bytes)
                let person = Person(name: "ada", isAdmin: false)
                #expect(try await room.library.mayRead(artifact.digest, person))
            }
            let aside = try FileManager.default.contentsOfDirectory(atPath: room.folder + "/quarantine")
            #expect(aside.count == 5)
        }
    }

    @Test("reads on beside a wrong byte, of another block, without having seen it")
    func otherBlocks() async throws {
        try await ArtifactRoom.with(.sqlite) { room in
            let bytes = pattern(2 * Self.mebibyte)
            let artifact = try await room.keep(bytes)
            try room.corrupt(room.path(artifact.digest), at: 5)
            let second = try await room.library.read(artifact.digest, offset: Int64(Self.mebibyte), length: 100)
            #expect(second == Array(bytes[Self.mebibyte..<Self.mebibyte + 100]))
        }
    }

    @Test("computes a missing, damaged or forged list of block digests anew", arguments: Engine.allCases)
    func lists(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let bytes = pattern(2 * Self.mebibyte + 1)
            let artifact = try await room.keep(bytes)
            let list = room.path(artifact.digest) + ".blocks"
            let right = FileManager.default.contents(atPath: list)
            for damage in 0..<3 {
                switch damage {
                case 0: try FileManager.default.removeItem(atPath: list)
                case 1: try room.corrupt(list, at: 40)
                default:
                    // What was kept before there were lists.
                    try await room.database.transaction { try $0.execute("UPDATE artifacts SET block_digest = NULL") }
                    try FileManager.default.removeItem(atPath: list)
                }
                // A library that has not seen the list before.
                let library = sampleLibrary(room.database, folder: room.folder)
                #expect(try await library.read(artifact.digest, offset: 0, length: bytes.count) == bytes)
                #expect(FileManager.default.contents(atPath: list) == right)
            }
            #expect(try await room.state(artifact.digest) == .stored)
        }
    }

    @Test("reports bytes that somebody removed, and lets a repair bring them back")
    func repairs() async throws {
        try await ArtifactRoom.with(.sqlite) { room in
            let bytes = pattern(1000)
            let artifact = try await room.keep(bytes)
            try FileManager.default.removeItem(atPath: room.path(artifact.digest))
            await #expect(throws: GatewayError.self) {
                try await room.library.read(artifact.digest, offset: 0, length: 10)
            }
            room.library.onDamage { digest in
                guard digest == artifact.digest else { return false }
                return (try? await room.keep(bytes)) != nil
            }
            #expect(try await room.library.read(artifact.digest, offset: 0, length: 10) == Array(bytes.prefix(10)))
            #expect(try await room.library.verify(artifact.digest))
        }
    }

    @Test("lets people read what a living reference of theirs holds, and nothing else", arguments: Engine.allCases)
    func reading(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let artifact = try await room.hold(pattern(10), owner: "ada", for: .seconds(100))
            let (ada, bob) = (Person(name: "ada", isAdmin: false), Person(name: "bob", isAdmin: false))
            let admin = Person(name: "root", isAdmin: true)
            #expect(try await room.library.mayRead(artifact.digest, ada))
            #expect(try await room.library.mayRead(artifact.digest, admin))
            #expect(try await !room.library.mayRead(artifact.digest, bob))
            #expect(try await !room.library.mayRead(SHA256Digest(of: [1, 2]), admin))
            room.clock.pass(.seconds(101))
            #expect(try await !room.library.mayRead(artifact.digest, ada))
        }
    }

    @Test("refuses a reference to what is not there", arguments: Engine.allCases)
    func absent(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let (reference, digest) = (room.reference("h"), SHA256Digest(of: [7]))
            await #expect(throws: ArtifactRemoved(digest: digest)) {
                try await room.database.transaction { try room.library.refer(reference, to: digest, on: $0) }
            }
        }
    }

    @Test(
        "counts each artifact once for its allocation, and refuses what goes past the quota",
        arguments: Engine.allCases
    )
    func quotas(engine: Engine) async throws {
        var policy = StoragePolicy.standard
        policy.quotas = ["astro": 1000]
        try await ArtifactRoom.with(engine, policy: policy) { room in
            let artifact = try await room.hold(pattern(600), by: "one")
            try await room.hold(pattern(600), by: "two")
            try await room.hold(pattern(5000), by: "three", account: "other")
            let usage = try await room.library.usage(for: Person(name: "root", isAdmin: true))
            #expect(usage.map(\.account) == ["astro", "other"])
            #expect(usage.map(\.bytes) == [600, 5000])
            #expect(usage.map(\.quota) == [1000, nil])
            func ask(_ bytes: Int64, of digest: SHA256Digest? = nil, by account: String = "astro") async throws {
                try await room.database.transaction {
                    try room.library.requireRoom(account, for: bytes, of: digest, on: $0)
                }
            }
            try await ask(400)
            try await ask(600, of: artifact.digest)
            try await ask(1 << 50, by: "other")
            let error = await #expect(throws: GatewayError.self) { try await ask(401) }
            #expect(error?.kind == .quotaExceeded)
            #expect(error?.message.contains("keeps 600 B") == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("1000 B it may; 401 B more") == true)
            let overflow = await #expect(throws: GatewayError.self) { try await ask(.max) }
            #expect(overflow?.kind == .quotaExceeded)
        }
    }

    @Test(
        "takes in what a gateway of the version before brings home, and leaves it alone until then",
        arguments: Engine.allCases
    )
    func adoption(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let (job, bytes) = (sampleJob(), pattern(2000))
            let artifact = try await room.keep(bytes)
            try await room.database.transaction { connection in
                try SubmissionStore.insert(job, dependencies: [], on: connection)
                let output = JobOutput(path: "a", size: 2000, digest: artifact.digest, mediaType: "text/plain")
                try OutputStore.record(output, as: .output, of: job.id, on: connection)
                try connection.execute("DELETE FROM artifacts")
            }
            room.clock.pass(.seconds(2 * 86400))
            #expect(try await room.collector.collect().count == 0)
            #expect(try await room.library.read(artifact.digest, offset: 0, length: 3000) == bytes)
            #expect(try await room.library.mayRead(artifact.digest, Person(name: job.owner, isAdmin: false)))
            #expect(try await room.collector.collect().count == 0)
        }
    }

    @Test("takes in what jobs brought home before it was there", arguments: Engine.allCases)
    func backfill(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let job = sampleJob()
            let digest = SHA256Digest(of: [1, 2, 3])
            try await database.transaction { connection in
                try SubmissionStore.insert(job, dependencies: [], on: connection)
                for (name, role) in [("a", OutputStore.Role.output), ("b", .output), ("stdout", .log)] {
                    let output = JobOutput(path: name, size: 3, digest: digest, mediaType: "text/plain")
                    try OutputStore.record(output, as: role, of: job.id, on: connection)
                }
                for table in ["artifact_references", "artifacts", "uploads"] {
                    try connection.execute("DROP TABLE \(table)")
                }
                try connection.execute("DELETE FROM schema_migrations WHERE module = 'artifacts'")
            }
            try await migrate(database, GatewayRuntime.migrations)
            let library = sampleLibrary(database)
            #expect(try await library.find(digest)?.size == 3)
            #expect(try await library.mayRead(digest, Person(name: job.owner, isAdmin: false)))
            let held = try await database.read {
                try ArtifactReferenceStore.live(to: digest, owner: nil, at: TimeKeeper.system.now(), on: $0)
            }
            #expect(Set(held.map(\.kind)) == [.output, .log])
            #expect(held.allSatisfy { $0.holder == job.id.text })
        }
    }
}
