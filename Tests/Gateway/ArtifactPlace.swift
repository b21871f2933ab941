import Attestation
import CurlClient
import Foundation
import Logging
import Storage
import Testing

@testable import Gateway

/// Where artifacts can lie: every test of the seam runs on both.
enum ArtifactPlace: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case files, bucket

    var testDescription: String { rawValue }

    /// Gives a body an empty library there, and what lets a test look behind it.
    func with(_ engine: Engine = .sqlite, _ body: (ArtifactRoom, Shelves) async throws -> Void) async throws {
        try await engine.withSpine { database, _ in
            let folder = NSTemporaryDirectory() + "artifacts-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let shelves: Shelves
            switch self {
            case .files: shelves = Shelves(store: FileArtifactStore(folder: folder), folder: folder)
            case .bucket: shelves = try Shelves(TestBucket(), prefix: "unit/\(UUID().uuidString)/", folder: folder)
            }
            let clock = RoomClock()
            let library = ArtifactLibrary(
                database: database,
                store: shelves.store,
                arrivals: folder + "/incoming",
                policy: .standard,
                keeper: clock.keeper,
                logger: Logger(label: "test")
            )
            try await body(ArtifactRoom(database: database, library: library, folder: folder, clock: clock), shelves)
        }
    }
}

/// The S3 server the tests were given (scripts/lib/s3.sh): http://ACCESS:SECRET@HOST:PORT/BUCKET.
struct TestBucket {
    let access: String
    let secret: String
    let endpoint: String
    let name: String

    init() throws {
        let text = try #require(
            ProcessInfo.processInfo.environment["FARFIELD_TEST_S3"],
            "FARFIELD_TEST_S3 is not set: run ./scripts/test, which starts an S3 server for the tests"
        )
        let parts = try #require(text.wholeMatch(of: /http:\/\/(\w+):(\w+)@([0-9.]+:[0-9]+)\/(\w+)/))
        (access, secret, name) = (String(parts.1), String(parts.2), String(parts.4))
        endpoint = "http://\(parts.3)"
    }

    /// A client of it, or of what is not it: another endpoint, another secret.
    func client(endpoint: String? = nil, secret: String? = nil) throws -> S3Client {
        S3Client(
            try #require(S3Bucket(endpoint: endpoint ?? self.endpoint, name: name)),
            credentials: S3Credentials(accessKeyID: access, secretAccessKey: secret ?? self.secret),
            client: HTTPClient(.init(userAgent: "farfield-tests/1")),
            mayConnect: nil,
            now: { Date() }
        )
    }
}

/// What lies in a store, seen and changed behind its back.
struct Shelves: Sendable {
    let store: any ArtifactStore
    private let folder: String
    private let bucket: (client: S3Client, prefix: String)?

    init(store: FileArtifactStore, folder: String) {
        (self.store, self.folder, bucket) = (store, folder, nil)
    }

    init(_ bucket: TestBucket, prefix: String, folder: String) throws {
        let client = try bucket.client()
        store = S3ArtifactStore(client, prefix: prefix)
        (self.bucket, self.folder) = ((client, prefix), folder)
    }

    private func path(_ digest: SHA256Digest, isList: Bool) -> String {
        "sha256/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal.dropFirst(2))" + (isList ? ".blocks" : "")
    }

    /// Nil when nothing lies there.
    func bytes(_ digest: SHA256Digest, isList: Bool = false) async throws -> [UInt8]? {
        let path = path(digest, isList: isList)
        guard let bucket else { return FileManager.default.contents(atPath: "\(folder)/\(path)").map(Array.init) }
        return try await object(bucket.client, bucket.prefix + path)
    }

    private func object(_ client: S3Client, _ key: String) async throws -> [UInt8]? {
        do {
            var bytes: [UInt8] = []
            for try await piece in try await client.get(key).body { bytes += piece }
            return bytes
        } catch S3Error.noSuchKey {
            return nil
        }
    }

    /// Lays other bytes there, or none.
    func overwrite(_ digest: SHA256Digest, with bytes: [UInt8]?, isList: Bool = false) async throws {
        let path = path(digest, isList: isList)
        if let bucket {
            guard let bytes else { return try await bucket.client.delete(bucket.prefix + path) }
            try await bucket.client.put(ByteSource(bytes), at: bucket.prefix + path)
        } else {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(path)")
            if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(path)")) }
        }
    }

    /// What was set aside.
    func aside() async throws -> [[UInt8]] {
        if let bucket {
            var found: [[UInt8]] = []
            for object in try await bucket.client.list(prefix: bucket.prefix + "quarantine/").objects {
                found.append(try #require(try await self.object(bucket.client, object.key)))
            }
            return found
        }
        let folder = folder + "/quarantine"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { FileManager.default.contents(atPath: "\(folder)/\($0)").map(Array.init) }
    }
}
