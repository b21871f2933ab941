package import Attestation
internal import Foundation
internal import Storage

/// Artifacts as files of one folder: `sha256/ab/cdef…`, beside each `cdef….blocks`.
package struct FileArtifactStore: ArtifactStore {
    private let folder: String

    /// A store.
    ///
    /// - Parameter folder: made when first needed.
    package init(folder: String) { self.folder = folder }

    package func place(_ sealed: SealedArtifact) async throws {
        try await Task.blocking {
            let path = path(of: sealed.artifact.digest)
            let parent = try makeShelf(of: path)
            try writeWhole(sealed.blocks.bytes, to: path + Self.listSuffix)
            try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: sealed.path)
            try DurableFile.rename(sealed.path, to: path)
            try DurableFile.synchronizeFolder(parent)
        }
    }

    package func size(of digest: SHA256Digest) async throws -> Int64? {
        try await Task.blocking {
            guard let handle = try open(path(of: digest)) else { return nil }
            defer { try? handle.close() }
            return Int64(try handle.seekToEnd())
        }
    }

    package func read(_ digest: SHA256Digest, offset: Int64, length: Int) async throws -> [UInt8]? {
        try await Task.blocking {
            guard let handle = try open(path(of: digest)) else { return nil }
            defer { try? handle.close() }
            try handle.seek(toOffset: UInt64(offset))
            return Array(try handle.read(upToCount: length) ?? Data())
        }
    }

    package func blockList(of digest: SHA256Digest) async throws -> [UInt8]? {
        try await Task.blocking {
            guard let handle = try open(path(of: digest) + Self.listSuffix) else { return nil }
            defer { try? handle.close() }
            return Array(try handle.readToEnd() ?? Data())
        }
    }

    package func keepBlockList(_ bytes: [UInt8], of digest: SHA256Digest) async throws {
        try await Task.blocking {
            let path = path(of: digest)
            let parent = try makeShelf(of: path)
            try writeWhole(bytes, to: path + Self.listSuffix)
            try DurableFile.synchronizeFolder(parent)
        }
    }

    package func quarantine(_ digest: SHA256Digest) async throws -> Bool {
        try await Task.blocking {
            let path = path(of: digest)
            guard FileManager.default.fileExists(atPath: path) else { return true }
            let aside = "\(folder)/quarantine/\(digest.hexadecimal).\(UUID().uuidString.prefix(8))"
            try makeFolder("\(folder)/quarantine")
            do {
                try DurableFile.rename(path, to: aside)
            } catch let error as DurableFile.Failure where error.number == ENOENT {
                return true
            }
            // Somebody may have put the right bytes there a moment ago: then they go back.
            if (try? SealedFile.read(aside).digest) == digest {
                try DurableFile.rename(aside, to: path)
                return false
            }
            try? FileManager.default.removeItem(atPath: path + Self.listSuffix)
            return true
        }
    }

    package func remove(_ digest: SHA256Digest) async throws {
        try await Task.blocking {
            let path = path(of: digest)
            for name in [path, path + Self.listSuffix] {
                do {
                    try FileManager.default.removeItem(atPath: name)
                } catch CocoaError.fileNoSuchFile {
                    continue
                }
            }
        }
    }

    package func shelf(_ prefix: String) async throws -> [ShelvedArtifact] {
        try await Task.blocking {
            let shelf = "\(folder)/sha256/\(prefix)"
            guard FileManager.default.fileExists(atPath: shelf) else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: shelf).compactMap { name in
                guard let digest = SHA256Digest("sha256:\(prefix)\(name)") else { return nil }
                // One that is gone meanwhile is not there.
                let attributes = try? FileManager.default.attributesOfItem(atPath: "\(shelf)/\(name)")
                guard let size = attributes?[.size] as? NSNumber, let date = attributes?[.modificationDate] as? Date
                else { return nil }
                let moment = Timestamp(microseconds: Int64(date.timeIntervalSince1970 * 1_000_000))
                return ShelvedArtifact(digest: digest, size: size.int64Value, modifiedAt: moment)
            }
        }
    }
}

extension FileArtifactStore {
    private static let listSuffix = ".blocks"

    private func path(of digest: SHA256Digest) -> String {
        let digits = digest.hexadecimal
        return "\(folder)/sha256/\(digits.prefix(2))/\(digits.dropFirst(2))"
    }

    /// Nil when there is no such file; every other error is one.
    private func open(_ path: String) throws -> FileHandle? {
        do {
            return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch CocoaError.fileReadNoSuchFile {
            return nil
        }
    }

    /// Makes the folder of a path, each new name of it synchronised.
    private func makeShelf(of path: String) throws -> String {
        let shelf = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard !FileManager.default.fileExists(atPath: shelf) else { return shelf }
        try makeFolder("\(folder)/sha256")
        try makeFolder(shelf)
        return shelf
    }

    private func makeFolder(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try DurableFile.synchronizeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Writes a file under another name, synchronises it and gives it its own.
    private func writeWhole(_ bytes: [UInt8], to path: String) throws {
        try makeFolder("\(folder)/incoming")
        let temporary = "\(folder)/incoming/\(UUID().uuidString)\(Self.listSuffix)"
        guard FileManager.default.createFile(atPath: temporary, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        do {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary))
            defer { try? handle.close() }
            try handle.write(contentsOf: Data(bytes))
            try handle.synchronize()
            try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: temporary)
            try DurableFile.rename(temporary, to: path)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }
}
