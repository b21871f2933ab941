internal import CurlClient
package import Documents
internal import FoundationEssentials

/// Reads the configuration file and says which line is wrong.
package struct ConfigurationReader {
    private static let keys = [
        "listen", "home", "database", "databaseFile", "templates", "logLevel", "logFormat", "limits",
        "webhooks", "storage", "sources", "provenance", "people", "approvals", "mail", "secrets", "sites", "tls",
        "trustedProxies", "models", "advice",
    ]
    private static let levels = ["trace", "debug", "info", "notice", "warning", "error"]

    /// The configuration in a document, before the environment is applied.
    ///
    /// - Parameter document: parsed `farfield.yaml`.
    /// - Returns: the configuration.
    /// - Throws: ``ConfigurationError`` with every fault found.
    package static func read(_ document: Document) throws(ConfigurationError) -> GatewayConfiguration {
        let collector = FaultCollector(lines: document.lines)
        var configuration = GatewayConfiguration.standard
        if document.value != .null, let object = Field(document.value, collector: collector).object(known: keys) {
            general(object, &configuration)
            if let limits = object["limits"] { configuration.limits = self.limits(limits) }
            configuration.protection = ProtectionReader.read(object)
            if let sources = object["sources"] { configuration.sources = SourcePolicyReader.read(sources) }
            if let webhooks = object["webhooks"] { configuration.webhooks = self.webhooks(webhooks) }
            if let storage = object["storage"] { configuration.storage = StoragePolicyReader.read(storage) }
            if let field = object["provenance"] { configuration.provenance = ProvenancePolicyReader.read(field) }
            if let field = object["approvals"] { configuration.approvals = ApprovalPolicyReader.read(field) }
            configuration.mail = object["mail"].flatMap(MailPolicyReader.read)
            if let field = object["models"] { configuration.models = ModelPolicyReader.read(field) }
            if let field = object["advice"] { configuration.advice = AdvicePolicyReader.read(field) }
            if let field = object["people"] { configuration.people = PeoplePolicyReader.read(field) }
            configuration.sites = (object["sites"]?.elements(limit: 1000, of: "sites") ?? []).compactMap(
                SiteReader.read
            ).map { SimulatorReader.site($0, asking: configuration.models) }
            uniqueNames(configuration.sites, object)
            if let field = object["secrets"] { configuration.secrets = SecretsPolicyReader.read(field) }
            if configuration.secrets.keyFiles.isEmpty, configuration.sites.contains(where: { $0.identity == .personal })
            {
                object["sites"]?.fault(
                    "a personal site keeps keys of people, and nothing seals them",
                    expected: "secrets: {keyFile: …}"
                )
            }
        }
        if !collector.faults.isEmpty { throw .faults(collector.faults) }
        return configuration
    }

    private static func general(_ object: ObjectReader, _ configuration: inout GatewayConfiguration) {
        if let field = object["listen"], let text = field.string(expected: "host:port") {
            if let address = ListenAddress(text) {
                configuration.listen = address
            } else {
                field.fault("'\(text)' is not an address", expected: "host:port, such as 127.0.0.1:8700")
            }
        }
        if let home = object["home"].flatMap({ $0.string(expected: "a folder") }) { configuration.home = home }
        configuration.templates = object["templates"].flatMap { $0.string(expected: "a folder") }
        configuration.database = object["database"].flatMap(database)
        if let field = object["databaseFile"], let path = field.string(expected: "a file that holds the address") {
            configuration.database = SecretFile.read(path, field)
        }
        if let field = object["logLevel"], let level = field.string() {
            if !levels.contains(level) {
                field.fault("'\(level)' is not a level", expected: "one of " + levels.joined(separator: ", "))
            }
            configuration.logLevel = level
        }
        if let field = object["logFormat"], let text = field.string() {
            if let format = LogFormat(rawValue: text) {
                configuration.logFormat = format
            } else {
                field.fault("'\(text)' is not a format of log lines", expected: "text or json")
            }
        }
    }

    private static func database(_ field: Field) -> String? {
        let expected = "postgresql://user@host/database, or sqlite for the embedded default"
        guard let text = field.string(expected: expected), text != "sqlite" else { return nil }
        guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else {
            field.fault("'\(text.prefix(20))…' is not a database address", expected: expected)
            return nil
        }
        return text
    }

    private static let limitKeys = [
        "bodySize", "requestTimeout", "requestsAtOnce", "streamsAtOnce", "connections", "idleTimeout", "waitingJobs",
        "outputFileSize", "outputTotalSize", "rates", "leastBodySpeed", "jobsPerPerson",
    ]

    private static func limits(_ field: Field) -> Limits {
        var limits = Limits.standard
        guard let object = field.object(known: limitKeys) else { return limits }
        func bytes(_ key: String, _ standard: Int) -> Int {
            guard let field = object[key], let text = field.string(expected: Quantity.memoryForms) else {
                return standard
            }
            guard let mebibytes = Quantity.mebibytes(text), mebibytes > 0 else {
                field.fault("'\(text)' is not a size", expected: Quantity.memoryForms)
                return standard
            }
            return mebibytes << 20
        }
        limits.bodyBytes = bytes("bodySize", limits.bodyBytes)
        limits.outputFileBytes = bytes("outputFileSize", limits.outputFileBytes)
        limits.outputTotalBytes = bytes("outputTotalSize", limits.outputTotalBytes)
        func count(_ key: String, _ standard: Int) -> Int {
            object[key].flatMap { $0.integer(in: 1...10_000_000) } ?? standard
        }
        limits.requestsAtOnce = count("requestsAtOnce", limits.requestsAtOnce)
        limits.streamsAtOnce = count("streamsAtOnce", limits.streamsAtOnce)
        limits.connections = count("connections", limits.connections)
        limits.waitingJobs = count("waitingJobs", limits.waitingJobs)
        limits.rates = object["rates"].map(ProtectionReader.rates) ?? limits.rates
        if let field = object["jobsPerPerson"] { limits.jobsPerPerson = ProtectionReader.caps(field) }
        limits.leastBodySpeed =
            object["leastBodySpeed"].flatMap { $0.integer(in: 0...1_000_000, unit: "bytes a second") }
            ?? limits.leastBodySpeed
        limits.requestTimeout = object["requestTimeout"].flatMap(SiteReader.duration) ?? limits.requestTimeout
        limits.idleTimeout = object["idleTimeout"].flatMap(SiteReader.duration) ?? limits.idleTimeout
        return limits
    }

    private static func webhooks(_ field: Field) -> WebhookPolicy {
        let allowed = field.object(known: ["allow"])?["allow"].map(SourcePolicyReader.addresses)
        return WebhookPolicy(allowed: allowed ?? [])
    }

    private static func uniqueNames(_ sites: [SiteConfiguration], _ object: ObjectReader) {
        for (name, same) in Dictionary(grouping: sites, by: \.name) where same.count > 1 {
            object["sites"]?.fault("the site '\(name)' stands \(same.count) times", expected: "each site once")
        }
    }
}

/// Why there is no configuration.
package enum ConfigurationError: Error, Sendable {
    /// The file cannot be read.
    case unreadable(path: String, reason: String)
    /// The file is no YAML.
    case syntax(DocumentError)
    /// Every fault found in it.
    case faults([Fault])
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .syntax(let error): "\(error)"
        case .faults(let faults): faults.map(\.description).joined(separator: "\n")
        }
    }
}
