internal import Attestation

/// What a part of an upload must have, as tus 1.0.0 sends it in `Upload-Checksum`.
package enum UploadChecksum: Sendable, Hashable {
    /// The 20 bytes of its SHA-1.
    case sha1([UInt8])
    /// The 32 bytes of its SHA-256.
    case sha256([UInt8])
}

/// Writes a body that arrives in small pieces, a mebibyte at a time, on threads where that may block.
struct IncomingBytes: ~Copyable {
    private static let portion = 1 << 20

    let writer: ArtifactWriter
    /// The most bytes the file may have.
    let limit: Int64
    private var waiting: [UInt8] = []
    private var sha1: SHA1Stream?
    private var sha256: SHA256Stream?

    init(writer: ArtifactWriter, limit: Int64, checksum: UploadChecksum? = nil) {
        self.writer = writer
        self.limit = limit
        switch checksum {
        case .sha1: sha1 = SHA1Stream()
        case .sha256: sha256 = SHA256Stream()
        case nil: break
        }
    }

    /// Takes a piece.
    ///
    /// - Returns: false when it goes past the limit; nothing of it is taken then.
    mutating func take(_ piece: [UInt8]) async throws -> Bool {
        guard Int64(piece.count) <= limit - writer.size - Int64(waiting.count) else { return false }
        waiting += piece
        if waiting.count >= Self.portion { try await flush() }
        return true
    }

    /// Writes what waits.
    mutating func flush() async throws {
        guard !waiting.isEmpty else { return }
        let (writer, bytes) = (writer, waiting)
        waiting = []
        sha1?.update(bytes)
        sha256?.update(bytes)
        try await Task.blocking { try writer.write(bytes) }
    }

    /// Whether everything that was written has a checksum.
    consuming func has(_ checksum: UploadChecksum) -> Bool {
        switch checksum {
        case .sha1(let bytes): sha1.take()?.finish() == bytes
        case .sha256(let bytes): sha256.take()?.finish().bytes == bytes
        }
    }
}
