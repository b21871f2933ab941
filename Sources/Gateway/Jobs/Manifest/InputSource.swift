package import Attestation
internal import Foundation

/// Where the bytes of an input come from.
package enum InputSource: Sendable, Hashable {
    /// The manifest itself.
    case inline([UInt8])
    /// An address of `http` or `https`.
    case web(String)
    /// An object in a bucket of an S3 server that the configuration names.
    case bucket(String, key: String)
    /// A file or a folder at the site: an absolute POSIX path.
    case siteFile(String)
    /// An artifact of the gateway.
    case artifact(SHA256Digest)
    /// A file that another job brought home; all below a folder when the path ends with `/`.
    case output(of: JobID, path: String)

    static let forms =
        "https://…, s3://BUCKET/KEY, file:///PATH (at the site), artifact:sha256:…, or job:JOB/PATH of another job's output"

    /// Why an address cannot be a source.
    struct Refusal: Error {
        let reason: String
    }

    /// Reads an address.
    init(_ text: String) throws(Refusal) {
        let shown = ManifestWords.quoted(text)
        guard text.utf8.count <= 4096, !text.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
            throw Refusal(reason: "\(shown) is too long or holds a control character")
        }
        guard let colon = text.firstIndex(of: ":") else { throw Refusal(reason: "\(shown) has no scheme") }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon].lowercased() {
        case "https", "http": self = .web(try Self.web(text, shown))
        case "s3": self = try Self.bucket(rest, shown)
        case "file": self = .siteFile(try Self.siteFile(rest, shown))
        case "artifact":
            guard let digest = SHA256Digest(rest) else { throw Refusal(reason: "\(shown) names no SHA-256") }
            self = .artifact(digest)
        case "sha256":
            guard let digest = SHA256Digest(text) else { throw Refusal(reason: "\(shown) is no SHA-256") }
            self = .artifact(digest)
        case "job": self = try Self.output(rest, shown)
        case "dataset": throw Refusal(reason: "\(shown): this gateway has no catalogue of datasets yet")
        default: throw Refusal(reason: "\(shown) has a scheme that is not known here")
        }
    }

    private static func web(_ text: String, _ shown: String) throws(Refusal) -> String {
        guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), let url = URL(string: text), let host = url.host(),
            !host.isEmpty
        else { throw Refusal(reason: "\(shown) is no address (RFC 3986)") }
        if url.user() != nil || url.password() != nil {
            throw Refusal(reason: "the address holds a user name: credentials belong in the gateway's configuration")
        }
        return text
    }

    private static func bucket(_ rest: String, _ shown: String) throws(Refusal) -> Self {
        let parts = rest.drop { $0 == "/" }.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard rest.hasPrefix("//"), parts.count == 2, !parts[1].isEmpty, parts[1].utf8.count <= 1024,
            parts[0].wholeMatch(of: /[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/) != nil
        else { throw Refusal(reason: "\(shown) names no bucket and key") }
        if parts[1].hasSuffix("/") { throw Refusal(reason: "\(shown) names a folder; name one object each") }
        return .bucket(String(parts[0]), key: String(parts[1]))
    }

    private static func siteFile(_ rest: String, _ shown: String) throws(Refusal) -> String {
        guard rest.hasPrefix("///"), let path = String(rest.dropFirst(2)).removingPercentEncoding else {
            throw Refusal(reason: "\(shown) is no path at the site: write file:/// and the absolute path")
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isClean =
            !path.utf8.contains { $0 < 32 || $0 == 127 } && !parts.contains { $0 == "." || $0 == ".." }
            && !parts.dropLast().contains("") && path != "/"
        guard isClean else { throw Refusal(reason: "\(shown) has an empty, '.' or '..' part") }
        return path
    }

    private static func output(_ rest: String, _ shown: String) throws(Refusal) -> Self {
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let job = JobID(String(parts[0])), !parts[1].isEmpty,
            !parts[1].split(separator: "/").contains("..")
        else { throw Refusal(reason: "\(shown) names no job and path") }
        return .output(of: job, path: String(parts[1]))
    }

    /// The bytes that travel in the manifest; nil for what is elsewhere.
    package var inlineBytes: [UInt8]? {
        guard case .inline(let bytes) = self else { return nil }
        return bytes
    }

    /// Whether it is known to be more than one file.
    var isFolder: Bool {
        switch self {
        case .output(_, let path), .siteFile(let path): path.hasSuffix("/")
        case .inline, .web, .bucket, .artifact: false
        }
    }

    /// The address without its query, which may hold a permission: for reasons and logs.
    var shown: String { String(text.prefix { $0 != "?" && $0 != "#" }) }

    /// The address as it is written in a manifest.
    package var text: String {
        switch self {
        case .inline: "inline"
        case .web(let url): url
        case .bucket(let bucket, let key): "s3://\(bucket)/\(key)"
        case .siteFile(let path):
            "file://" + (path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path)
        case .artifact(let digest): "artifact:\(digest)"
        case .output(let job, let path): "job:\(job)/\(path)"
        }
    }
}
