internal import CurlClient
internal import Documents
internal import FoundationEssentials

/// Reads `tls`, `trustedProxies` and `limits.rates`.
enum ProtectionReader {
    private static let proxyWord = "off-behind-proxy"

    static func read(_ object: ObjectReader) -> ProtectionPolicy {
        var policy = ProtectionPolicy.standard
        policy.trustedProxies = object["trustedProxies"].map(SourcePolicyReader.addresses) ?? []
        policy.transport = object["tls"].flatMap(transport) ?? .plain
        return policy
    }

    static func rates(_ field: Field) -> RatePolicy {
        if field.value == .string("off") { return [:] }
        var policy = RatePolicy.standard
        guard let object = field.object(known: RateClass.allCases.map(\.rawValue)) else { return policy }
        let expected = "requests and a time, such as 6000/1m, or off"
        for rateClass in RateClass.allCases {
            guard let field = object[rateClass.rawValue], let text = field.string(expected: expected) else { continue }
            policy[rateClass] = text == "off" ? nil : RateLimit(text)
            if text != "off", RateLimit(text) == nil {
                field.fault("\(ManifestWords.quoted(text)) is not a rate", expected: expected)
            }
        }
        return policy
    }

    static func caps(_ field: Field) -> PersonalCaps {
        if field.value == .string("off") { return PersonalCaps() }
        var caps = PersonalCaps.standard
        guard let object = field.object(known: ["queued", "active"]) else { return caps }
        func cap(_ key: String, _ standard: Int?) -> Int? {
            guard let field = object[key] else { return standard }
            return field.value == .string("off") ? nil : field.integer(in: 1...10_000_000, unit: "jobs, or off")
        }
        caps.queued = cap("queued", caps.queued)
        caps.active = cap("active", caps.active)
        return caps
    }

    private static func transport(_ field: Field) -> TransportPolicy? {
        if case .string(let word) = field.value {
            if word == proxyWord { return .behindProxy }
            field.fault(
                "\(ManifestWords.quoted(word)) says nothing of TLS",
                expected: "certificate and key, or \(proxyWord)"
            )
            return nil
        }
        guard let object = field.object(known: ["certificate", "key", "minimumVersion"]) else { return nil }
        let certificate = object.required("certificate", expected: "a PEM file").flatMap { path($0) }
        let key = object.required("key", expected: "a PEM file of mode 600").flatMap { path($0) }
        let version = object["minimumVersion"].flatMap(version) ?? .tls12
        guard let certificate, let key else { return nil }
        return .tls(TLSFiles(certificate: certificate, key: key, minimumVersion: version))
    }

    private static func path(_ field: Field) -> String? { SiteReader.text(field, "a PEM file").map(HomePath.expand) }

    /// `1.3` without quotes is a number to YAML.
    private static func version(_ field: Field) -> TLSFiles.Version? {
        guard let word = field.word() else { return nil }
        if let version = TLSFiles.Version(rawValue: word) { return version }
        field.fault("\(ManifestWords.quoted(word)) is not a version of TLS spoken here", expected: "1.2 or 1.3")
        return nil
    }

    /// Nobody shall send tokens through a network unprotected without knowing it.
    ///
    /// - Returns: the fault of an address that others reach while nothing protects what they send.
    static func exposure(_ configuration: GatewayConfiguration) -> Fault? {
        guard configuration.protection.transport == .plain, !configuration.listen.isLoopback else { return nil }
        return Fault(
            path: "/listen",
            message: "tokens would travel unprotected to \(configuration.listen.host)",
            expected: "tls: {certificate: FILE, key: FILE}, or a loopback address, or, behind a proxy that ends TLS and"
                + " alone reaches this address, tls: \(proxyWord)"
        )
    }
}

extension GatewayConfiguration {
    /// The address of the API as this configuration alone tells it.
    package var listenURL: String {
        let isTLS = if case .tls = protection.transport { true } else { false }
        let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
        return "\(isTLS ? "https" : "http")://\(host):\(listen.port)"
    }
}

extension ListenAddress {
    /// Whether only this machine reaches it.
    package var isLoopback: Bool {
        guard let address = NetworkAddress(host) else { return host == "localhost" }
        return address.bytes.count == 4
            ? address.bytes[0] == 127 : address.bytes == [UInt8](repeating: 0, count: 15) + [1]
    }
}
