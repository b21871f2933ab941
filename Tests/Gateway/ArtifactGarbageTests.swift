import Attestation
import Foundation
import Storage
import Testing

@testable import Gateway

@Suite("Garbage of the artifact store")
struct ArtifactGarbageTests {
    @Test("is shown first and freed then; what is held or fresh stays", arguments: Engine.allCases)
    func planAndCollect(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let held = try await room.hold(pattern(100, seed: 1), by: "job_1")
            let expiring = try await room.hold(pattern(200, seed: 2), by: "job_2", for: .seconds(60))
            let released = try await room.hold(pattern(300, seed: 3), by: "job_3", account: "bio")
            let twice = try await room.hold(pattern(400, seed: 4), by: "job_3")
            try await room.hold(pattern(400, seed: 4), by: "job_1")
            try await room.database.transaction { try room.library.release(.output, holder: "job_3", on: $0) }
            #expect(try await room.collector.plan().count == 0)
            // The time of grace: an hour.
            room.clock.pass(.seconds(3600 + 61))
            let fresh = try await room.keep(pattern(500, seed: 5))
            let plan = try await room.collector.plan()
            #expect(plan.count == 2)
            #expect(plan.bytes == 500)
            #expect(
                Set(plan.lines.map { "\($0.reason) \($0.account ?? "-") \($0.bytes)" }) == [
                    "expired astro 200", "unreferenced bio 300",
                ]
            )
            for artifact in [expiring, released] { #expect(try await room.state(artifact.digest) == .stored) }
            #expect(try await room.collector.collect() == plan)
            for artifact in [expiring, released] {
                #expect(try await room.state(artifact.digest) == nil)
                #expect(!FileManager.default.fileExists(atPath: room.path(artifact.digest)))
                #expect(!FileManager.default.fileExists(atPath: room.path(artifact.digest) + ".blocks"))
            }
            for artifact in [held, twice, fresh] {
                #expect(try await room.library.read(artifact.digest, offset: 0, length: 1000).count == artifact.size)
            }
            #expect(try await room.collector.collect().count == 0)
        }
    }

    @Test("goes on where a killed collection or a killed writer stopped", arguments: Engine.allCases)
    func killed(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let rule = GarbageRule(at: room.clock.keeper.now() + .seconds(7200), grace: .seconds(3600))
            let (claimed, removed) = (try await room.keep(pattern(10)), try await room.keep(pattern(20)))
            for artifact in [claimed, removed] {
                let now = room.clock.keeper.now()
                let claim = try await room.database.transaction {
                    try GarbageStore.claim(artifact.digest, by: rule, at: now, on: $0)
                }
                #expect(claim != nil)
            }
            try await room.library.store.remove(removed.digest)
            // A writer that died between its announcement and the file's name, and one before both.
            let writer = try room.library.writer()
            try writer.write(pattern(30))
            let sealed = try writer.seal()
            _ = try await room.database.transaction {
                try ArtifactRecordStore.announce(sealed, at: room.clock.keeper.now(), on: $0)
            }
            #expect(try await room.library.find(sealed.artifact.digest) == nil)
            #expect(try await room.collector.collect().count == 0)
            room.clock.pass(.seconds(2 * 86400))
            let freed = try await room.collector.collect()
            #expect(
                Set(freed.lines.map { "\($0.reason) \($0.count) \($0.bytes)" }) == [
                    "unfinished 3 60", "temporary 1 30",
                ]
            )
            #expect(try await room.database.read { try ArtifactRecordStore.totals(on: $0) }.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: room.folder + "/incoming").isEmpty)
        }
    }

    /// Collections of this test know no grace: what is kept and not yet referred to may go, and comes again.
    private func held(_ bytes: [UInt8], by holder: String, in room: ArtifactRoom) async throws -> StoredArtifact {
        while true {
            do { return try await room.hold(bytes, by: holder) } catch is ArtifactRemoved { continue }
        }
    }

    @Test("takes bytes without a row only when they are old", arguments: Engine.allCases)
    func orphans(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let artifact = try await room.keep(pattern(10))
            try await room.database.transaction { try $0.execute("DELETE FROM artifacts") }
            #expect(try await room.collector.collect().count == 0)
            room.clock.pass(.seconds(86401))
            #expect(try await room.collector.plan().lines.map(\.reason) == [.orphan])
            #expect(try await room.collector.collect().bytes == 10)
            #expect(!FileManager.default.fileExists(atPath: room.path(artifact.digest)))
            #expect(try await room.state(artifact.digest) == nil)
        }
    }

    @Test("keeps out of the way of whoever brings the same bytes: a removal that stands still is finished by them")
    func stalledRemoval() async throws {
        try await ArtifactRoom.with(.sqlite) { room in
            let bytes = pattern(1000)
            let artifact = try await room.keep(bytes)
            let rule = GarbageRule(at: room.clock.keeper.now() + .seconds(7200), grace: .seconds(3600))
            let now = room.clock.keeper.now()
            try await room.database.transaction {
                _ = try GarbageStore.claim(artifact.digest, by: rule, at: now, on: $0)
            }
            room.clock.pass(ArtifactDeletion.patience + .seconds(1))
            #expect(try await room.keep(bytes) == artifact)
            #expect(try await room.library.read(artifact.digest, offset: 0, length: 2000) == bytes)
        }
    }

    @Test(
        "never takes what somebody keeps at that moment: 32 writers of the same bytes, and collections",
        arguments: Engine.allCases
    )
    func race(engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let bytes = pattern((1 << 20) + 5)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        let artifact = try await held(bytes, by: "job_\(number)", in: room)
                        #expect(try await room.library.read(artifact.digest, offset: 1 << 20, length: 9).count == 5)
                        try await room.database.transaction {
                            try room.library.release(.output, holder: "job_\(number)", on: $0)
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<40 {
                        // As if it were much later: only references and claims keep it from being garbage.
                        let rule = GarbageRule(at: room.clock.keeper.now() + .seconds(3601), grace: .seconds(3600))
                        let deletion = ArtifactDeletion(
                            database: room.database,
                            store: room.library.store,
                            keeper: room.clock.keeper
                        )
                        _ = try await deletion.remove(SHA256Digest(of: bytes), by: rule)
                    }
                }
                try await group.waitForAll()
            }
            let last = try await room.hold(bytes)
            #expect(try await room.library.verify(last.digest))
            #expect(try FileManager.default.contentsOfDirectory(atPath: room.folder + "/incoming").isEmpty)
        }
    }
}
