internal import Foundation

/// Where a bucket is: endpoint, region, name, and how the two are put together.
package struct S3Bucket: Sendable, Hashable {
    /// How a bucket is named in a URL.
    package enum Addressing: String, Sendable, Hashable {
        /// `https://endpoint/bucket/key`: most servers outside of AWS.
        case path
        /// `https://bucket.endpoint/key`: AWS. Over TLS a name with dots fits no certificate and is put in the path.
        case host
    }

    /// `https://s3.us-east-1.amazonaws.com`, or `http://127.0.0.1:9000`: scheme, host, perhaps a port.
    package let endpoint: String
    /// Such as `us-east-1`; servers that know none take this one.
    package let region: String
    /// The bucket.
    package let name: String
    /// How it is named in a URL.
    package let addressing: Addressing
    /// Whether TLS is spoken there.
    package let isSecure: Bool
    private let authority: String

    /// A bucket; nil when the endpoint is no `http` or `https` URL of a host alone, or the name cannot be a bucket's.
    ///
    /// Names are 3 to 63 letters, digits, dots, hyphens and underscores: what AWS allows, and what it allowed.
    package init?(endpoint: String, region: String = "us-east-1", name: String, addressing: Addressing = .path) {
        guard let url = WebAddress(endpoint), url.path == "/" || url.path.isEmpty, url.query == nil, !url.hasUser,
            (3...63).contains(name.utf8.count), name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil,
            region.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil
        else { return nil }
        self.endpoint = "\(url.scheme)://\(url.authority)"
        self.region = region
        self.name = name
        self.addressing = addressing == .host && url.isSecure && name.contains(".") ? .path : addressing
        isSecure = url.isSecure
        authority = url.authority
    }

    /// What the `Host` field says.
    var host: String { addressing == .host ? "\(name).\(authority)" : authority }

    /// The path of a key, plain; of the bucket itself without one.
    func path(_ key: String?) -> String {
        let start = addressing == .host ? "/" : "/\(name)"
        guard let key else { return start }
        return addressing == .host ? "/\(key)" : "\(start)/\(key)"
    }

    /// The whole URL of a path and an encoded query.
    func url(_ path: String, query: String) -> String {
        let scheme = isSecure ? "https" : "http"
        return
            "\(scheme)://\(host)\(PercentEncoding.encode(path, keepingSlashes: true))\(query.isEmpty ? "" : "?\(query)")"
    }
}
