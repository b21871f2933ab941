internal import Documents
internal import FoundationEssentials

/// Reads one entry of `sites`.
enum SiteReader {
    private static let keys = [
        "name", "kind", "host", "port", "user", "privateKey", "passphraseFile", "knownHosts", "workFolder",
        "maxSessions", "searchPath", "defaults", "poll", "resubmitAfter", "commandDeadline", "automatic", "transport",
        "sshConfig", "jump", "authentication", "cache", "software", "workFolderRetention",
        "chargeRates", "identity", "maximumActive",
    ]
    static let kinds = SiteKind.allCases.map(\.rawValue).joined(separator: " or ")

    static func read(_ field: Field) -> SiteConfiguration? {
        if SimulatorReader.isMeant(by: field) { return SimulatorReader.read(field) }
        guard let object = field.object(known: keys) else { return nil }
        if let kind = object["kind"], let text = kind.string(expected: kinds), text != SiteKind.slurm.rawValue {
            kind.fault("\(ManifestWords.quoted(text)) is not a kind of site", expected: kinds)
        }
        let name = object.required("name", expected: "a name for manifests").flatMap(ManifestWords.identifier)
        let host = object.required("host", expected: "the login node").flatMap { text($0, "a host name or address") }
        let identity = object["identity"].flatMap(SecretsPolicyReader.identity) ?? .community
        if identity == .personal { SecretsPolicyReader.check(object) }
        let login = SiteLoginReader.read(object, isPersonal: identity == .personal)
        let folder = object["workFolder"].map(workFolder) ?? "~/farfield"
        let defaults = object["defaults"]?.object(known: ["partition", "account", "qos"])
        let poll = object["poll"]?.object(known: ["fastest", "slowest"])
        // Everything is read before anything is judged, so that every fault is told at once.
        let rest = (
            maxSessions: object["maxSessions"].flatMap { $0.integer(in: 1...64, unit: "sessions") } ?? 5,
            searchPath: (object["searchPath"]?.elements(limit: 20, of: "folders") ?? []).compactMap(programFolder),
            partition: defaults?["partition"].flatMap(ManifestWords.slurmName),
            account: defaults?["account"].flatMap(ManifestWords.slurmName),
            qos: defaults?["qos"].flatMap(ManifestWords.slurmName),
            pollFastest: poll?["fastest"].flatMap(duration) ?? .seconds(1),
            pollSlowest: poll?["slowest"].flatMap(duration) ?? .seconds(30),
            resubmitAfter: object["resubmitAfter"].flatMap(duration) ?? .seconds(120),
            commandDeadline: object["commandDeadline"].flatMap(duration) ?? .seconds(90),
            automatic: object["automatic"].flatMap { $0.boolean() } ?? true,
            cache: cache(object),
            rates: object["chargeRates"].map(ChargeRatesReader.read) ?? ChargeRates(),
            maximumActive: object["maximumActive"].flatMap { $0.integer(in: 1...1_000_000, unit: "jobs") }
        )
        guard let name, let host, let login, let folder else { return nil }
        return SiteConfiguration(
            name: name,
            host: host,
            port: login.port,
            user: login.user,
            privateKey: login.privateKey,
            passphraseFile: login.passphraseFile,
            knownHosts: login.knownHosts,
            transport: login.transport,
            sshConfiguration: login.sshConfiguration,
            jumps: login.jumps,
            authentication: login.authentication,
            workFolder: folder,
            maxSessions: rest.maxSessions,
            searchPath: rest.searchPath,
            partition: rest.partition,
            account: rest.account,
            qos: rest.qos,
            pollFastest: rest.pollFastest,
            pollSlowest: rest.pollSlowest,
            resubmitAfter: rest.resubmitAfter,
            commandDeadline: rest.commandDeadline,
            isChosenByGateway: rest.automatic,
            identity: identity,
            cache: rest.cache,
            chargeRates: rest.rates,
            maximumActive: rest.maximumActive
        )
    }

    static func cache(_ object: ObjectReader) -> SiteCachePolicy {
        var policy = SiteCachePolicy()
        if let cache = object["cache"]?.object(known: ["quota", "verifyAfter", "fetchFromBuckets"]) {
            policy.quotaBytes = cache["quota"].flatMap(StoragePolicyReader.size)
            policy.verifyAfter = cache["verifyAfter"].flatMap(duration) ?? policy.verifyAfter
            policy.fetchesFromBuckets = cache["fetchFromBuckets"].flatMap { $0.boolean() } ?? false
        }
        policy.software = object["software"].flatMap { text($0, "a word, such as 2026-11") } ?? ""
        switch object["workFolderRetention"].flatMap(Retention.read) {
        case .seconds(let seconds)?: policy.folderSeconds = seconds
        case .forever?: policy.folderSeconds = nil
        case nil: break
        }
        return policy
    }

    static func text(_ field: Field, _ expected: String) -> String? {
        guard let text = field.string(expected: expected) else { return nil }
        guard !text.isEmpty, !text.utf8.contains(where: { $0 < 32 }) else {
            field.fault("\(ManifestWords.quoted(text)) is not usable", expected: expected)
            return nil
        }
        return text
    }

    private static func workFolder(_ field: Field) -> String? {
        let expected =
            "an absolute path, or one that begins with ~/, $HOME/, $SCRATCH/ or $WORK/, of letters, digits and . _ - /"
        return ManifestWords.matching(
            field,
            /(~|\$HOME|\$SCRATCH|\$WORK|)(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+/,
            expected: expected
        )
    }

    private static func programFolder(_ field: Field) -> String? {
        ManifestWords.matching(field, /(\/[A-Za-z0-9._+-]+)+/, expected: "an absolute folder, such as /opt/slurm/bin")
    }

    static func duration(_ field: Field) -> Duration? {
        let expected = "a duration such as 500ms, 30s, 5m or 1h"
        guard let text = field.string(expected: expected) else { return nil }
        if let match = text.wholeMatch(of: /([0-9]{1,7})ms/), let milliseconds = Int(match.1), milliseconds > 0 {
            return .milliseconds(milliseconds)
        }
        guard let seconds = Quantity.seconds(text), seconds > 0 else {
            field.fault("'\(text)' is not a duration", expected: expected)
            return nil
        }
        return .seconds(seconds)
    }
}

/// Paths on the gateway's own machine.
enum HomePath {
    /// Replaces a leading `~/` by the home folder of the user who runs the gateway.
    static func expand(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"] else { return path }
        return home + path.dropFirst(1)
    }
}

/// Secrets that live in files of their own.
enum SecretFile {
    /// The first line of a file, told as a fault when it cannot be read.
    static func read(_ path: String, _ field: Field) -> String? {
        guard let text = try? String(contentsOfFile: HomePath.expand(path), encoding: .utf8) else {
            field.fault("the file '\(path)' cannot be read", expected: "a readable file that holds the secret")
            return nil
        }
        return String(text.prefix { $0 != "\n" })
    }
}
