package import CurlClient

/// Where inputs may be fetched from (`sources:` in the configuration).
package struct SourcePolicy: Sendable {
    /// Addresses that are allowed although they are not public, and the only ones without TLS.
    package var allowed: [AddressBlock] = []
    /// The longest file, in bytes.
    package var maximumBytes: Int64 = 1 << 40
    /// The longest a download may take.
    package var totalTime = Duration.seconds(12 * 3600)
    /// A server that gives less is left, in bytes each second over half a minute.
    package var leastBytesPerSecond = 1000
    /// Tokens for addresses, by the beginning of the address.
    package var tokens: [Token] = []
    /// Buckets by the name that stands in `s3://NAME/…`.
    package var buckets: [String: Bucket] = [:]

    /// What a server is shown when an address begins like this.
    package struct Token: Sendable {
        /// Such as `https://data.example.org/survey/`.
        package let prefix: String
        /// Sent as `Authorization: Bearer …`; never shown.
        let secret: String
    }

    /// A bucket and what opens it.
    package struct Bucket: Sendable {
        /// Where it is.
        package let place: S3Bucket
        /// Nil for a bucket that anybody may read.
        let credentials: S3Credentials?
    }

    /// Everything public, over TLS.
    package static let standard = SourcePolicy()

    /// Whether a connection may be made.
    func permits(_ address: NetworkAddress, isSecure: Bool) -> Bool {
        allowed.contains { $0.contains(address) } || (isSecure && address.isPublic)
    }

    /// The token for an address; the one with the longest beginning counts.
    func token(for url: String) -> String? {
        tokens.filter { url.hasPrefix($0.prefix) }.max { $0.prefix.count < $1.prefix.count }?.secret
    }
}

extension SourcePolicy: Hashable {
    /// By what is no secret.
    package static func == (left: SourcePolicy, right: SourcePolicy) -> Bool { left.key == right.key }

    /// By what is no secret.
    package func hash(into hasher: inout Hasher) { hasher.combine(key) }

    private var key: [String] {
        ["\(allowed)", "\(maximumBytes)", "\(totalTime)", "\(leastBytesPerSecond)"] + tokens.map(\.prefix)
            + buckets.map { "\($0.key) \($0.value.place)" }.sorted()
    }
}
