package import Attestation
package import CurlClient
internal import Foundation

/// Artifacts as objects of one bucket: `PREFIX/sha256/ab/cdef…`, beside each `cdef….blocks`, as in a folder.
///
/// An object appears whole or not at all, however it was sent, so a writer that dies leaves nothing under a final name.
/// The prefix belongs to one gateway, or to several on one database: what no row names is garbage to its owner.
package struct S3ArtifactStore: ArtifactStore {
    /// What is longer is sent in parts, in bytes.
    static let partsAbove: Int64 = 64 << 20

    let client: S3Client
    let prefix: String

    /// A store.
    ///
    /// - Parameters:
    ///   - client: the bucket.
    ///   - prefix: what every key begins with; empty, or with a slash at its end.
    package init(_ client: S3Client, prefix: String) { (self.client, self.prefix) = (client, prefix) }

    /// The list goes first: whoever finds the bytes finds it.
    ///
    /// A list without bytes does no harm: its row is unfinished, and both are removed with it. Bytes without a list would
    /// have to be read as a whole, to make it anew.
    ///
    /// It writes what is there already as well, since what is there may be damaged.
    package func place(_ sealed: SealedArtifact) async throws {
        let digest = sealed.artifact.digest
        let source = try await Task.blocking { try SealedSource(sealed) }
        try await keepBlockList(sealed.blocks.bytes, of: digest)
        if sealed.artifact.size > Self.partsAbove {
            try await sendParts(of: source.bytes, to: key(of: digest))
        } else {
            _ = try await again {
                try await client.put(source.bytes, at: key(of: digest), digest: digest.hexadecimal)
            }
        }
        // What stays is collected with the other files that were left.
        try? FileManager.default.removeItem(atPath: sealed.path)
    }

    package func size(of digest: SHA256Digest) async throws -> Int64? {
        try await object(digest).map { Int64($0.byteCount) }
    }

    package func read(_ digest: SHA256Digest, offset: Int64, length: Int) async throws -> [UInt8]? {
        guard length > 0 else { return try await size(of: digest) == nil ? nil : [] }
        return try await again {
            do throws(S3Error) {
                return try await bytes(of: key(of: digest), in: Int(offset)..<Int(offset) + length)
            } catch .noSuchKey {
                return nil
            } catch .rangeNotSatisfiable {
                return []
            }
        }
    }

    package func blockList(of digest: SHA256Digest) async throws -> [UInt8]? {
        try await again {
            do throws(S3Error) {
                return try await bytes(of: key(of: digest) + Self.listSuffix, in: nil)
            } catch .noSuchKey {
                return nil
            }
        }
    }

    package func keepBlockList(_ bytes: [UInt8], of digest: SHA256Digest) async throws {
        _ = try await again { try await client.put(ByteSource(bytes), at: key(of: digest) + Self.listSuffix) }
    }

    /// Not tried again here: a removal that lasts longer than ``ArtifactDeletion/patience`` could meet new bytes.
    package func remove(_ digest: SHA256Digest) async throws {
        try await again(attempts: 1) {
            try await client.delete(key(of: digest))
            try await client.delete(key(of: digest) + Self.listSuffix)
        }
    }

    /// By their first digit: a question to S3 takes longer than one to a folder, and its answers have pages.
    package var shelves: [String] { (0..<16).map { String($0, radix: 16) } }

    package func shelf(_ prefix: String) async throws -> [ShelvedArtifact] {
        let root = "\(self.prefix)sha256/"
        let start = root + prefix.prefix(2) + (prefix.count < 2 ? "" : "/")
        var found: [ShelvedArtifact] = []
        var next: String?
        repeat {
            let page = try await again { [next] in try await client.list(prefix: start, from: next) }
            found += page.objects.compactMap { object in
                let path = object.key.dropFirst(root.count)
                guard path.dropFirst(2).first == "/",
                    let digest = SHA256Digest("sha256:\(path.prefix(2))\(path.dropFirst(3))"),
                    let moment = object.lastModified.flatMap(Self.moment)
                else { return nil }
                return ShelvedArtifact(digest: digest, size: Int64(object.byteCount), modifiedAt: moment)
            }
            next = page.next
        } while next != nil
        return found
    }

    package func address(of digest: SHA256Digest, seconds: Int) -> String? {
        try? client.presignedURL("GET", key(of: digest), seconds: seconds)
    }
}

// MARK: - Setting aside

extension S3ArtifactStore {
    /// Wrong bytes are copied within the bucket, then removed unless others have taken their place meanwhile.
    ///
    /// Servers that know no conditional removal (radosgw) leave a moment in which right bytes can go as well; they are
    /// then missing, never wrong, and can be brought again.
    package func quarantine(_ digest: SHA256Digest) async throws -> Bool {
        guard let found = try await object(digest) else { return true }
        let aside = "\(prefix)quarantine/\(digest.hexadecimal).\(UUID().uuidString.prefix(8))"
        return try await again {
            do throws(S3Error) {
                if try await digestOf(found) == digest { return false }
                try await client.copy(found, to: aside)
                guard try await client.head(found.key).etag == found.etag else { return false }
                try await client.delete(found.key, ifMatch: found.etag)
                try await client.delete(found.key + Self.listSuffix)
                return true
            } catch .changed {
                return false
            } catch .noSuchKey {
                return true
            }
        }
    }

    private func digestOf(_ object: S3Object) async throws(S3Error) -> SHA256Digest {
        var hash = SHA256Stream()
        let download = try await client.get(object.key, ifMatch: object.etag)
        do throws(HTTPClientError) {
            for try await piece in download.body { hash.update(piece) }
        } catch {
            throw .transport(error)
        }
        return hash.finish()
    }
}

// MARK: - Parts and attempts

extension S3ArtifactStore {
    private static let listSuffix = ".blocks"

    func key(of digest: SHA256Digest) -> String {
        "\(prefix)sha256/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal.dropFirst(2))"
    }

    private func object(_ digest: SHA256Digest) async throws -> S3Object? {
        try await again {
            do throws(S3Error) {
                return try await client.head(key(of: digest))
            } catch .noSuchKey {
                return nil
            }
        }
    }

    /// Sends parts; each further attempt goes on behind those that have arrived.
    private func sendParts(of source: ByteSource, to key: String) async throws {
        let upload = try await again { try await client.begin(key) }
        do {
            _ = try await again { try await client.finish(upload, source) }
        } catch {
            // Nobody will go on with it; what cannot be told now is found by the next collection.
            try? await client.abort(upload)
            throw error
        }
    }

    /// All of an object, or fewer bytes than a range where the object ends.
    private func bytes(of key: String, in range: Range<Int>?) async throws(S3Error) -> [UInt8] {
        let download = try await client.get(key, range: range)
        var bytes: [UInt8] = []
        do throws(HTTPClientError) {
            for try await piece in download.body { bytes += piece }
        } catch {
            throw .transport(error)
        }
        return bytes
    }

    /// Servers under load refuse one request in many: a few attempts come before the failure.
    func again<T: Sendable>(
        attempts: Int = 3,
        _ body: () async throws -> T
    ) async throws -> T {
        var attempt = 1
        while true {
            do {
                return try await body()
            } catch let error as S3Error {
                try Task.checkCancellation()
                guard error.isTransient, attempt < attempts else {
                    throw ArtifactStoreFailure(error, bucket: client.bucket.name)
                }
            }
            try await Task.sleep(for: .milliseconds(100 << attempt))
            attempt += 1
        }
    }
}
