internal import Foundation
internal import Storage
internal import Synchronization

/// The folder of bytes that are uploaded, a file for each upload.
struct UploadFiles: Sendable {
    /// On the file system of the artifacts, so that a finished file is renamed, not copied.
    let folder: String
    private let parked = ParkedWriters()

    init(folder: String) { self.folder = folder }

    func path(_ id: UploadID) -> String { "\(folder)/\(id)" }

    func isThere(_ id: UploadID) -> Bool { FileManager.default.fileExists(atPath: path(id)) }

    /// A writer that goes on after so many bytes.
    ///
    /// One that was parked goes on at once; otherwise the bytes that are there are read, to know their digests.
    func writer(_ id: UploadID, at received: Int64) async throws -> ArtifactWriter {
        if let writer = parked.take(id) {
            if writer.size == received { return writer }
            writer.leave()
        }
        let (folder, path) = (folder, path(id))
        return try await Task.blocking {
            guard received == 0 else { return try ArtifactWriter(resuming: path, at: received) }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let writer = try ArtifactWriter(path: path)
            try DurableFile.synchronizeFolder(folder)
            return writer
        }
    }

    /// Keeps a writer for the next part of its upload.
    func park(_ writer: ArtifactWriter, of id: UploadID) { parked.park(writer, id) }

    func remove(_ id: UploadID) {
        parked.take(id)?.leave()
        try? FileManager.default.removeItem(atPath: path(id))
    }
}

/// Writers whose next bytes may come soon, with the state of their digests; the oldest makes room.
private final class ParkedWriters: Sendable {
    private static let limit = 64
    private let writers = Mutex<[(id: UploadID, writer: ArtifactWriter)]>([])

    func park(_ writer: ArtifactWriter, _ id: UploadID) {
        let oldest = writers.withLock { writers in
            writers.append((id, writer))
            return writers.count > Self.limit ? writers.removeFirst().writer : nil
        }
        oldest?.leave()
    }

    func take(_ id: UploadID) -> ArtifactWriter? {
        writers.withLock { writers in
            writers.firstIndex { $0.id == id }.map { writers.remove(at: $0).writer }
        }
    }
}
