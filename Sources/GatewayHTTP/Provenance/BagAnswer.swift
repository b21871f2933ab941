internal import Attestation
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// The answer with a manifest and all its files as one ZIP archive, written as it is read.
struct BagAnswer: Sendable {
    let bag: AnalysisDocument.Bag
    let manifests: ManifestService
    /// How long it may be kept by whoever passes it on.
    let caching: String

    private static let piece = BlockDigests.blockSize

    func answer(_ request: Request) -> Response {
        let tag = "\"bag-\(bag.statement)\""
        let entries = bag.entries.map { (name: "\(bag.folder)/\($0.path)", size: $0.content.size) }
        var headers: HTTPFields = [
            .contentType: "application/zip", .eTag: tag, .cacheControl: caching,
            .contentDisposition: PathText.disposition("\(bag.folder).zip"),
        ]
        if request.headers[values: .ifNoneMatch].contains(where: { $0.contains(tag) }) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentLength] = "\(ZipArchive.size(of: entries))"
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                var archive = ZipArchive()
                for entry in bag.entries {
                    let size = entry.content.size
                    try await writer.write(
                        ByteBuffer(bytes: try archive.begin("\(bag.folder)/\(entry.path)", size: size))
                    )
                    var offset: Int64 = 0
                    while offset < size {
                        let bytes = try await bytes(entry, offset, Int(min(Int64(Self.piece), size - offset)))
                        guard !bytes.isEmpty else { break }
                        try archive.append(bytes)
                        try await writer.write(ByteBuffer(bytes: bytes))
                        offset += Int64(bytes.count)
                    }
                    try await writer.write(ByteBuffer(bytes: try archive.end()))
                }
                try await writer.write(ByteBuffer(bytes: try archive.finish()))
                try await writer.finish(nil)
            }
        )
    }

    private func bytes(_ entry: BagRendering.Entry, _ offset: Int64, _ length: Int) async throws -> [UInt8] {
        switch entry.content {
        case .bytes(let bytes): Array(bytes[Int(offset)..<Int(offset) + length])
        case .artifact(let digest, _): try await manifests.read(digest, offset: offset, length: length)
        }
    }
}
