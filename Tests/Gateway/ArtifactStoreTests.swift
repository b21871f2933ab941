import Attestation
import CurlClient
import Foundation
import Storage
import Testing

@testable import Gateway

/// What every place of artifacts promises.
@Suite("Artifact stores")
struct ArtifactStoreTests {
    private static let mebibyte = 1 << 20

    private func sealed(_ bytes: [UInt8], in room: ArtifactRoom) throws -> SealedArtifact {
        let writer = try room.library.writer()
        try writer.write(bytes)
        return try writer.seal()
    }

    @Test("keep bytes, empty ones as well, and give back any part", arguments: ArtifactPlace.allCases)
    func ranges(place: ArtifactPlace) async throws {
        try await place.with { room, shelves in
            for size in [0, 1, Self.mebibyte - 1, Self.mebibyte, Self.mebibyte + 1, 3 * Self.mebibyte + 17] {
                let bytes = pattern(size)
                let artifact = try await room.keep(bytes)
                #expect(try await shelves.bytes(artifact.digest) == bytes)
                #expect(try await shelves.store.size(of: artifact.digest) == Int64(size))
                for (offset, length) in [(0, size + 9), (size / 2, 7), (Self.mebibyte - 3, 6), (size, 1), (0, 0)] {
                    let expected = Array(bytes.dropFirst(offset).prefix(length))
                    let raw = try await shelves.store.read(artifact.digest, offset: Int64(offset), length: length)
                    #expect(raw == expected, "\(size): \(offset), \(length)")
                    let part = try await room.library.read(artifact.digest, offset: Int64(offset), length: length)
                    #expect(part == expected, "\(size): \(offset), \(length)")
                }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: room.folder + "/incoming").isEmpty)
            let absent = SHA256Digest(of: [1, 2, 3])
            #expect(try await shelves.store.size(of: absent) == nil)
            #expect(try await shelves.store.read(absent, offset: 0, length: 5) == nil)
            #expect(try await shelves.store.read(absent, offset: 0, length: 0) == nil)
            #expect(try await shelves.store.blockList(of: absent) == nil)
            #expect(try await shelves.store.quarantine(absent))
            try await shelves.store.remove(absent)
        }
    }

    @Test(
        "hand out no wrong byte: it is set aside, reported, and healed by the right ones",
        arguments: ArtifactPlace.allCases
    )
    func corruption(place: ArtifactPlace) async throws {
        try await place.with { room, shelves in
            let bytes = pattern(2 * Self.mebibyte + 17)
            var flipped = bytes
            flipped[Self.mebibyte + 5] ^= 1
            for wrong in [flipped, Array(bytes.dropLast()), bytes + [7], [], nil] {
                let artifact = try await room.hold(bytes)
                try await shelves.overwrite(artifact.digest, with: wrong)
                let error = await #expect(throws: GatewayError.self) {
                    _ = try await room.library.read(artifact.digest, offset: 0, length: bytes.count)
                    // A longer object begins with the right bytes: only the whole of it shows that it is another.
                    guard try await room.library.verify(artifact.digest) else {
                        throw GatewayError(.artifactCorrupt, "")
                    }
                }
                #expect(error?.kind == .artifactCorrupt)
                #expect(try await room.state(artifact.digest) == .corrupt)
                #expect(try await shelves.bytes(artifact.digest) == nil)
                try await room.keep(bytes)
                #expect(try await room.library.read(artifact.digest, offset: 0, length: bytes.count) == bytes)
            }
            let aside = try await shelves.aside()
            #expect(Set(aside) == [flipped, Array(bytes.dropLast()), bytes + [7], []])
        }
    }

    @Test("leave right bytes where they are when somebody doubts them", arguments: ArtifactPlace.allCases)
    func doubt(place: ArtifactPlace) async throws {
        try await place.with { room, shelves in
            let artifact = try await room.keep(pattern(1000))
            #expect(try await !shelves.store.quarantine(artifact.digest))
            #expect(try await shelves.bytes(artifact.digest) == pattern(1000))
            #expect(try await shelves.aside().isEmpty)
        }
    }

    @Test(
        "need no list of block digests: one that is missing or forged is made anew",
        arguments: ArtifactPlace.allCases
    )
    func lists(place: ArtifactPlace) async throws {
        try await place.with { room, shelves in
            let bytes = pattern(2 * Self.mebibyte + 1)
            let artifact = try await room.keep(bytes)
            let right = try #require(try await shelves.bytes(artifact.digest, isList: true))
            for wrong in [nil, [UInt8](repeating: 7, count: right.count)] {
                try await shelves.overwrite(artifact.digest, with: wrong, isList: true)
                // A reader that has not seen the list before.
                let reader = ArtifactLibrary(
                    database: room.database,
                    store: shelves.store,
                    arrivals: room.library.arrivals,
                    policy: .standard,
                    keeper: room.clock.keeper,
                    logger: room.library.logger
                )
                #expect(try await reader.read(artifact.digest, offset: 0, length: bytes.count) == bytes)
                #expect(try await shelves.bytes(artifact.digest, isList: true) == right)
            }
        }
    }

    @Test("send nothing of a file that has changed since it was sealed")
    func changedFile() async throws {
        try await ArtifactPlace.bucket.with { room, shelves in
            let sealed = try sealed(pattern(Self.mebibyte + 9), in: room)
            try room.corrupt(sealed.path, at: Self.mebibyte + 3)
            let error = await #expect(throws: ArtifactStoreFailure.self) { try await room.library.keep(sealed) }
            #expect(error?.reason.contains("block 1 of the file has changed") == true, "\(error?.reason ?? "")")
            #expect(error?.isTransient == false)
            #expect(try await shelves.bytes(sealed.artifact.digest) == nil)
            #expect(try await room.library.find(sealed.artifact.digest) == nil)
        }
    }

    @Test("take a writer's death at any point: nothing half is found, the next one brings the same bytes")
    func killedWriter() async throws {
        for place in ArtifactPlace.allCases {
            try await place.with { room, shelves in
                let bytes = pattern(5000)
                for isPlaced in [false, true] {
                    let sealed = try sealed(bytes, in: room)
                    _ = try await room.database.transaction {
                        try ArtifactRecordStore.announce(sealed, at: room.clock.keeper.now(), on: $0)
                    }
                    if isPlaced { try await shelves.store.place(sealed) }
                    #expect(try await room.library.find(sealed.artifact.digest) == nil)
                }
                let artifact = try await room.keep(bytes)
                #expect(try await room.library.read(artifact.digest, offset: 0, length: 9000) == bytes)
                // One that nobody brings again.
                let lost = try sealed(pattern(700, seed: 2), in: room)
                _ = try await room.database.transaction {
                    try ArtifactRecordStore.announce(lost, at: room.clock.keeper.now(), on: $0)
                }
                try await shelves.store.place(lost)
                room.clock.pass(.seconds(2 * 86400))
                _ = try await room.hold(bytes)
                let freed = try await room.collector.collect()
                #expect(freed.lines.contains { $0.reason == .unfinished && $0.bytes == 700 }, "\(freed)")
                #expect(try await shelves.bytes(lost.artifact.digest) == nil)
                #expect(try await shelves.bytes(lost.artifact.digest, isList: true) == nil)
                #expect(try FileManager.default.contentsOfDirectory(atPath: room.folder + "/incoming").isEmpty)
            }
        }
    }

    @Test("free what nobody needs, and what no row names", arguments: ArtifactPlace.allCases)
    func garbage(place: ArtifactPlace) async throws {
        try await place.with { room, shelves in
            let held = try await room.hold(pattern(100, seed: 1))
            let unneeded = try await room.keep(pattern(200, seed: 2))
            let orphan = try await room.keep(pattern(300, seed: 3))
            try await room.database.transaction {
                try $0.execute("DELETE FROM artifacts WHERE digest = $1", [.text(orphan.digest.description)])
            }
            #expect(try await room.collector.collect().count == 0)
            room.clock.pass(.seconds(2 * 86400))
            let plan = try await room.collector.plan()
            #expect(Set(plan.lines.map { "\($0.reason) \($0.bytes)" }) == ["unreferenced 200", "orphan 300"])
            #expect(try await room.collector.collect() == plan)
            for artifact in [unneeded, orphan] {
                #expect(try await shelves.bytes(artifact.digest) == nil)
                #expect(try await shelves.bytes(artifact.digest, isList: true) == nil)
            }
            #expect(try await shelves.bytes(held.digest) != nil)
            #expect(try await room.collector.plan().count == 0)
        }
    }

    @Test("lose nothing to collections while many bring the same bytes", arguments: ArtifactPlace.allCases)
    func writers(place: ArtifactPlace) async throws {
        try await place.with { room, shelves in
            let bytes = pattern(Self.mebibyte + 5)
            let collections = (0..<20).map { _ in
                GarbageRule(at: room.clock.keeper.now() + .seconds(7200), grace: .seconds(3600))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        while true {
                            do {
                                let artifact = try await room.hold(bytes, by: "job_\(number)")
                                let end = try await room.library.read(artifact.digest, offset: 1 << 20, length: 9)
                                #expect(end == Array(bytes.suffix(5)))
                                return try await room.database.transaction {
                                    try room.library.release(.output, holder: "job_\(number)", on: $0)
                                }
                            } catch is ArtifactRemoved {
                                // These collections know no grace: what is kept and not yet held may go.
                                continue
                            }
                        }
                    }
                }
                group.addTask {
                    let deletion = ArtifactDeletion(
                        database: room.database,
                        store: shelves.store,
                        keeper: room.clock.keeper
                    )
                    for rule in collections { _ = try await deletion.remove(SHA256Digest(of: bytes), by: rule) }
                }
                try await group.waitForAll()
            }
            let last = try await room.hold(bytes)
            #expect(try await room.library.verify(last.digest))
            #expect(try FileManager.default.contentsOfDirectory(atPath: room.folder + "/incoming").isEmpty)
        }
    }
}
