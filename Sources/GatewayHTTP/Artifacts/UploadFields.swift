internal import Attestation
internal import Documents
internal import FoundationEssentials
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// The header fields of resumable uploads (tus 1.0.0, https://tus.io/protocols/resumable-upload).
enum UploadFields {
    static let version = "1.0.0"
    static let extensions = "creation,expiration,termination,checksum"
    static let algorithms = "sha1,sha256"

    /// Makes sure that the client speaks our version.
    static func requireVersion(_ request: Request) throws {
        if request.headers[.tusResumable] == version { return }
        throw Problem(
            kind: .unsupportedUploadVersion,
            detail: "Send 'Tus-Resumable: \(version)' (resumable uploads, tus.io).",
            headers: [.tusVersion: version]
        )
    }

    /// A number of bytes.
    static func bytes(_ name: HTTPField.Name, _ request: Request) throws -> Int64 {
        let text = request.headers[name] ?? ""
        guard text.utf8.count <= 18, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(text) else {
            throw fault(
                name,
                text.isEmpty ? "it is missing" : "'\(text.prefix(40))' cannot be used",
                "a number of bytes"
            )
        }
        return number
    }

    static func fault(_ name: HTTPField.Name, _ message: String, _ expected: String) -> Problem {
        let fault = Fault(path: "/headers/\(name.rawName)", message: message, expected: expected)
        return Problem(kind: .invalidRequest, detail: "\(name.rawName): \(message).", faults: [fault])
    }

    /// The keys that mean something here; others are the client's own, and may hold any bytes.
    private static let known: Set<String> = ["filename", "name", "account", "sha256", "retention"]

    /// What an upload is to become, by `Upload-Length` and `Upload-Metadata`.
    static func announcement(_ request: Request) throws -> UploadAnnouncement {
        let length = try bytes(.uploadLength, request)
        let field = request.headers[.uploadMetadata]
        let pairs = try field.map(metadata) ?? [:]
        let values = try pairs.filter { known.contains($0.key) }.mapValues(text)
        var words = UploadWords()
        let announcement = UploadAnnouncement(
            length: length,
            name: words.name(values["filename"] ?? values["name"], "filename"),
            metadata: field,
            account: words.account(values["account"], "account"),
            digest: try values["sha256"].map(digest),
            retention: words.retention(values["retention"], "retention")
        )
        guard words.faults.isEmpty else {
            throw Problem(
                kind: .invalidRequest,
                detail: "Upload-Metadata has faults.",
                faults: words.faults.map {
                    Fault(path: "/headers/Upload-Metadata/\($0.name)", message: $0.message, expected: $0.expected)
                }
            )
        }
        return announcement
    }

    private static func digest(_ text: String) throws -> SHA256Digest {
        if let digest = SHA256Digest(text) ?? SHA256Digest("sha256:\(text)") { return digest }
        throw fault(.uploadMetadata, "sha256 is no digest", "64 lower-case hexadecimal digits, in base64")
    }

    /// Pairs of a key and its value in base64, separated by commas; a value may be missing.
    private static func metadata(_ field: String) throws -> [String: Data] {
        let expected = "'key BASE64' pairs, separated by commas, at most 4096 bytes"
        guard field.utf8.count <= 4096 else { throw fault(.uploadMetadata, "it is too long", expected) }
        guard field.contains(where: { $0 != " " }) else { throw fault(.uploadMetadata, "it is empty", expected) }
        var values: [String: Data] = [:]
        for pair in field.split(separator: ",") {
            let parts = pair.split(separator: " ", omittingEmptySubsequences: true)
            guard let key = parts.first, parts.count <= 2, values[String(key)] == nil,
                let bytes = Data(base64Encoded: parts.count == 2 ? String(parts[1]) : "")
            else { throw fault(.uploadMetadata, "'\(pair.prefix(40))' cannot be read", expected) }
            values[String(key)] = bytes
        }
        return values
    }

    private static func text(_ bytes: Data) throws -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) { return text }
        throw fault(.uploadMetadata, "a value is no text", "UTF-8, in base64")
    }

    /// What a part must have, by `Upload-Checksum`; nil when it does not say.
    static func checksum(_ request: Request) throws -> UploadChecksum? {
        guard let field = request.headers[.uploadChecksum] else { return nil }
        let parts = field.split(separator: " ")
        if parts.count == 2, let bytes = Data(base64Encoded: String(parts[1])) {
            if parts[0] == "sha1", bytes.count == 20 { return .sha1(Array(bytes)) }
            if parts[0] == "sha256", bytes.count == 32 { return .sha256(Array(bytes)) }
        }
        throw fault(.uploadChecksum, "it cannot be used", "'sha1 BASE64' or 'sha256 BASE64'")
    }

    /// What every answer about an upload tells.
    static func headers(_ upload: Upload) -> HTTPFields {
        var headers: HTTPFields = [
            .tusResumable: version, .uploadOffset: String(upload.received), .uploadLength: String(upload.length),
        ]
        headers[.uploadMetadata] = upload.metadata
        if upload.finishedAt == nil {
            headers[.uploadExpires] = date(upload.expiresAt)
        } else {
            headers[.farfieldArtifact] = upload.digest?.description
        }
        return headers
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    static func date(_ moment: Timestamp) -> String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // 1970 began on a Thursday.
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let day = days[Int(moment.microseconds / 86_400_000_000 % 7)]
        let parts = moment.iso8601.prefix(19).split(separator: "T")
        let date = parts[0].split(separator: "-")
        return "\(day), \(date[2]) \(months[(Int(date[1]) ?? 1) - 1]) \(date[0]) \(parts[1]) GMT"
    }
}

extension HTTPField.Name {
    static var tusResumable: Self { Self("Tus-Resumable") ?? .via }
    static var tusVersion: Self { Self("Tus-Version") ?? .via }
    static var tusExtension: Self { Self("Tus-Extension") ?? .via }
    static var tusMaxSize: Self { Self("Tus-Max-Size") ?? .via }
    static var tusChecksumAlgorithm: Self { Self("Tus-Checksum-Algorithm") ?? .via }
    static var uploadLength: Self { Self("Upload-Length") ?? .via }
    static var uploadOffset: Self { Self("Upload-Offset") ?? .via }
    static var uploadMetadata: Self { Self("Upload-Metadata") ?? .via }
    static var uploadChecksum: Self { Self("Upload-Checksum") ?? .via }
    static var uploadExpires: Self { Self("Upload-Expires") ?? .via }
    /// The digest an upload has become.
    static var farfieldArtifact: Self { Self("Farfield-Artifact") ?? .via }
}
