internal import Foundation

/// The folder of bytes that are uploaded, a file for each upload.
struct UploadFiles: Sendable {
    /// On the file system of the artifacts, so that a finished file is renamed, not copied.
    let folder: String

    func path(_ id: UploadID) -> String { "\(folder)/\(id)" }

    func isThere(_ id: UploadID) -> Bool { FileManager.default.fileExists(atPath: path(id)) }

    /// A writer that goes on after so many bytes.
    func writer(_ id: UploadID, at received: Int64) async throws -> ArtifactWriter {
        let (folder, path) = (folder, path(id))
        return try await Task.blocking {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return received == 0
                ? try ArtifactWriter(path: path) : try ArtifactWriter(resuming: path, at: received)
        }
    }

    func remove(_ id: UploadID) { try? FileManager.default.removeItem(atPath: path(id)) }
}
