package import Attestation

/// A record with all its files as a bag (BagIt 1.0, RFC 8493): `data/` is the crate, the tag files are the signatures.
package struct BagRendering: Sendable {
    /// One file of the bag.
    package struct Entry: Sendable, Hashable {
        /// Its path in the bag.
        package let path: String
        /// Its bytes, or where they are.
        package let content: Content
    }

    /// The bytes of a file.
    package enum Content: Sendable, Hashable {
        /// Rendered here.
        case bytes([UInt8])
        /// An artifact of the gateway.
        case artifact(SHA256Digest, size: Int64)

        /// Bytes.
        package var size: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .artifact(_, let size): size
            }
        }

        /// Their SHA-256.
        package var digest: SHA256Digest {
            switch self {
            case .bytes(let bytes): SHA256Digest(of: bytes)
            case .artifact(let digest, _): digest
            }
        }
    }

    private let manifest: ReproducibilityManifest
    private let crate: [UInt8]
    private let tags: [(name: String, bytes: [UInt8])]

    /// The bag of a record.
    ///
    /// - Parameters:
    ///   - manifest: the record.
    ///   - crate: the crate's bytes as they were signed; rendered anew when nil.
    ///   - tags: files that are not part of the crate, such as `manifest.dsse.json` and `manifest.tlog-proof`, in order.
    package init(
        _ manifest: ReproducibilityManifest,
        crate: [UInt8]? = nil,
        tags: [(name: String, bytes: [UInt8])]
    ) {
        self.manifest = manifest
        self.crate = crate ?? CrateRendering(manifest).bytes
        self.tags = tags
    }

    /// The folder that holds the bag in an archive (RFC 8493 §4.2).
    package var folder: String { "analysis-\(manifest.id)" }

    /// All files in the order in which they are written.
    package var entries: [Entry] {
        let payload = payload
        let own = [
            Entry(path: "bagit.txt", content: .bytes(Self.declaration)),
            Entry(path: "bag-info.txt", content: .bytes(information(payload))),
            Entry(path: RecordPaths.checksums, content: .bytes(Self.list(payload))),
        ]
        let signed = own + tags.map { Entry(path: $0.name, content: .bytes($0.bytes)) }
        return signed + [Entry(path: "tagmanifest-sha256.txt", content: .bytes(Self.list(signed)))] + payload
    }

    /// The crate's files.
    private var payload: [Entry] {
        let template = RecordPaths.file(of: manifest.program.template)
        let rendered = [
            (RecordPaths.crate, crate), (RecordPaths.readme, ReadmeRendering(manifest).bytes),
            (template.path, template.bytes), (RecordPaths.checksums, ChecksumList(manifest).bytes),
        ]
        let artifacts =
            manifest.outputs.map { (RecordPaths.path($0), $0.digest, $0.size) }
            + manifest.logs.map { (RecordPaths.path($0), $0.digest, $0.size) }
        return rendered.map { Entry(path: "data/" + $0.0, content: .bytes($0.1)) }
            + artifacts.map { Entry(path: "data/" + $0.0, content: .artifact($0.1, size: $0.2)) }
    }

    /// §2.1.1.
    private static let declaration = Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8)

    /// §2.2.2; without today's date, so that the same record is the same bag.
    private func information(_ payload: [Entry]) -> [UInt8] {
        let moment = manifest.publication?.publishedAt ?? manifest.ending.finishedAt
        let size = payload.reduce(Int64(0)) { $0 + $1.content.size }
        var lines = [
            "External-Identifier: urn:uuid:\(manifest.id)", "Payload-Oxum: \(size).\(payload.count)",
            "Source-Organization: \(Self.oneLine(manifest.gateway.name))",
        ]
        if let moment { lines.append("Bagging-Date: \(moment.day)") }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// §2.1.3: line breaks and the percent sign in names are escaped, nothing else.
    private static func list(_ entries: [Entry]) -> [UInt8] {
        var text = ""
        for entry in entries {
            text += "\(entry.content.digest.hexadecimal)  \(escaped(entry.path))\n"
        }
        return Array(text.utf8)
    }

    private static func escaped(_ path: String) -> String {
        var result = ""
        for scalar in path.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\n": result += "%0A"
            case "\r": result += "%0D"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
    }
}
