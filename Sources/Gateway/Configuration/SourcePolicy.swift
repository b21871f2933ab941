package import CurlClient
internal import Documents

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
        /// Who may have it shown for them; nil for every researcher.
        package let people: Set<String>?
    }

    /// A bucket and what opens it.
    package struct Bucket: Sendable {
        /// Where it is.
        package let place: S3Bucket
        /// Nil for a bucket that anybody may read.
        let credentials: S3Credentials?
        /// Who may read it through the gateway; nil for every researcher.
        package var people: Set<String>?
    }

    /// Everything public, over TLS.
    package static let standard = SourcePolicy()

    /// Whether a connection may be made.
    func permits(_ address: NetworkAddress, isSecure: Bool) -> Bool {
        allowed.contains { $0.contains(address) } || (isSecure && address.isPublic)
    }

    /// The token for an address; the one with the longest beginning counts.
    func token(for url: String) -> String? { entry(for: url)?.secret }

    private func entry(for url: String) -> Token? {
        tokens.filter { url.hasPrefix($0.prefix) }.max { $0.prefix.count < $1.prefix.count }
    }

    /// Makes sure that somebody may have the gateway's own tokens and keys used for the inputs of a manifest.
    ///
    /// - Throws: ``GatewayError`` of kind `invalidManifest` that names every input they may not have.
    func requireAccess(to manifest: JobManifest, for person: Person) throws(GatewayError) {
        if Rights.reach(.readArtifact, of: person) == .all { return }
        let faults = manifest.inputs.enumerated().compactMap { index, input -> Fault? in
            let people: Set<String>? =
                switch input.source {
                case .web(let url): entry(for: url)?.people
                case .bucket(let name, _): buckets[name]?.people
                case .inline, .siteFile, .artifact, .output: nil
                }
            guard let people, !people.contains(person.name) else { return nil }
            return Fault(
                path: "/inputs/\(index)/source",
                message: "the gateway's key for this source is not for \(person.name)",
                expected: "a source that you may read; an operator names people in `sources`"
            )
        }
        if faults.isEmpty { return }
        throw GatewayError(.invalidManifest, "Inputs cannot be fetched for you.", faults: faults)
    }
}

extension SourcePolicy: Hashable {
    /// By what is no secret.
    package static func == (left: SourcePolicy, right: SourcePolicy) -> Bool { left.key == right.key }

    /// By what is no secret.
    package func hash(into hasher: inout Hasher) { hasher.combine(key) }

    private var key: [String] {
        ["\(allowed)", "\(maximumBytes)", "\(totalTime)", "\(leastBytesPerSecond)"]
            + tokens.map { "\($0.prefix) \($0.people?.sorted() ?? ["*"])" }
            + buckets.map { "\($0.key) \($0.value.place) \($0.value.people?.sorted() ?? ["*"])" }.sorted()
    }
}
