import Attestation
import Foundation
import Logging
import Storage
import Synchronization
import Testing

@testable import Gateway

/// A library in a folder of its own.
func sampleLibrary(
    _ database: any Database,
    folder: String = NSTemporaryDirectory() + "artifacts-" + UUID().uuidString,
    policy: StoragePolicy = .standard,
    keeper: TimeKeeper = .system
) -> ArtifactLibrary {
    ArtifactLibrary(
        database: database,
        store: FileArtifactStore(folder: folder),
        arrivals: folder + "/incoming",
        policy: policy,
        keeper: keeper,
        logger: Logger(label: "test")
    )
}

/// A library on an engine, with its folder and a clock that tests move.
struct ArtifactRoom: Sendable {
    let database: any Database
    let library: ArtifactLibrary
    let folder: String
    let clock: RoomClock

    /// Gives a body an empty library, and removes it afterwards.
    static func with(
        _ engine: Engine,
        policy: StoragePolicy = .standard,
        _ body: (ArtifactRoom) async throws -> Void
    ) async throws {
        try await engine.withSpine { database, _ in
            let folder = NSTemporaryDirectory() + "artifacts-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let clock = RoomClock()
            let library = sampleLibrary(database, folder: folder, policy: policy, keeper: clock.keeper)
            try await body(ArtifactRoom(database: database, library: library, folder: folder, clock: clock))
        }
    }

    /// Keeps bytes.
    @discardableResult
    func keep(_ bytes: [UInt8]) async throws -> StoredArtifact {
        let writer = try library.writer()
        for start in stride(from: 0, to: bytes.count, by: 300_000) {
            try writer.write(Array(bytes[start..<min(bytes.count, start + 300_000)]))
        }
        return try await library.keep(writer)
    }

    /// Keeps bytes and refers to them.
    @discardableResult
    func hold(
        _ bytes: [UInt8],
        by holder: String = "h",
        owner: String = "ada",
        account: String = "astro",
        for time: Duration? = nil
    ) async throws -> StoredArtifact {
        let artifact = try await keep(bytes)
        let reference = reference(holder, owner: owner, account: account, for: time)
        try await database.transaction { try library.refer(reference, to: artifact.digest, on: $0) }
        return artifact
    }

    func reference(
        _ holder: String,
        owner: String = "ada",
        account: String = "astro",
        for time: Duration? = nil
    ) -> ArtifactReference {
        let now = clock.keeper.now()
        return ArtifactReference(
            kind: .output,
            holder: holder,
            owner: owner,
            account: account,
            createdAt: now,
            expiresAt: time.map { now + $0 }
        )
    }

    func path(_ digest: SHA256Digest) -> String {
        "\(folder)/sha256/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal.dropFirst(2))"
    }

    /// Flips a bit of a file that nobody may write.
    func corrupt(_ path: String, at offset: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        var bytes = Array(try #require(FileManager.default.contents(atPath: path)))
        bytes[offset] ^= 1
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }

    var collector: GarbageCollector {
        GarbageCollector(library: library, uploads: UploadFiles(folder: folder + "/uploads"))
    }

    func state(_ digest: SHA256Digest) async throws -> ArtifactState? {
        try await database.read { try ArtifactRecordStore.find(digest, on: $0)?.state }
    }
}

/// A clock that goes as far as it is told, beginning at the present moment.
final class RoomClock: Sendable {
    private let ahead = Mutex(Duration.zero)

    var keeper: TimeKeeper { TimeKeeper { [self] in TimeKeeper.system.now() + ahead.withLock { $0 } } }

    func pass(_ time: Duration) { ahead.withLock { $0 += time } }
}

/// Bytes that differ from block to block, the same for the same seed.
func pattern(_ count: Int, seed: Int = 1) -> [UInt8] {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    var bytes = [UInt8](repeating: 0, count: count)
    for index in bytes.indices {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[index] = UInt8(truncatingIfNeeded: state >> 33)
    }
    return bytes
}
