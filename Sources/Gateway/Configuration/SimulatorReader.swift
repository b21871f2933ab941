internal import Documents
internal import LanguageModels

/// Reads an entry of `sites` whose kind is `simulator`.
enum SimulatorReader {
    private static let keys = [
        "name", "kind", "clock", "folder", "slots", "defaults", "poll", "automatic", "cache", "software",
        "workFolderRetention", "chargeRates", "maximumActive",
    ]

    static func isMeant(by field: Field) -> Bool {
        field.value["kind"]?.stringValue == SiteKind.simulator.rawValue
    }

    static func read(_ field: Field) -> SiteConfiguration? {
        guard let object = field.object(known: keys) else { return nil }
        let name = object.required("name", expected: "a name for manifests").flatMap(ManifestWords.identifier)
        let defaults = object["defaults"]?.object(known: ["partition", "account", "qos"])
        let poll = object["poll"]?.object(known: ["fastest", "slowest"])
        _ = object["kind"]
        var simulation = SimulationPolicy()
        simulation.clock = object["clock"].flatMap(clock) ?? simulation.clock
        simulation.folder = object["folder"].flatMap { SiteReader.text($0, "a folder of this machine") }
            .map(HomePath.expand)
        simulation.slots = object["slots"].flatMap { $0.integer(in: 1...1000, unit: "jobs") } ?? simulation.slots
        var site = SiteConfiguration(
            name: name ?? "",
            kind: .simulator,
            simulation: simulation,
            host: "simulator",
            workFolder: "~/farfield",
            maxSessions: 5,
            searchPath: [],
            partition: defaults?["partition"].flatMap(ManifestWords.slurmName) ?? "simulated",
            account: defaults?["account"].flatMap(ManifestWords.slurmName),
            qos: defaults?["qos"].flatMap(ManifestWords.slurmName),
            pollFastest: poll?["fastest"].flatMap(SiteReader.duration) ?? .milliseconds(200),
            pollSlowest: poll?["slowest"].flatMap(SiteReader.duration) ?? .seconds(5),
            resubmitAfter: .seconds(120),
            commandDeadline: .seconds(90),
            // What is simulated is never chosen for somebody who did not ask for it.
            isChosenByGateway: object["automatic"].flatMap { $0.boolean() } ?? false
        )
        site.cache = SiteReader.cache(object)
        // What was simulated never answers a job of a real site, even one that gets this site's name later.
        site.cache.software = SimulationPolicy.software + site.cache.software
        site.chargeRates = object["chargeRates"].map(ChargeRatesReader.read) ?? ChargeRates()
        site.maximumActive = object["maximumActive"].flatMap { $0.integer(in: 1...1_000_000, unit: "jobs") }
        return name == nil ? nil : site
    }

    /// A simulated site whose known results are those of the models that its agents ask now.
    ///
    /// - Parameters:
    ///   - site: any site; another one than a simulated one stays as it is.
    ///   - models: those of the configuration.
    /// - Returns: the site.
    static func site(_ site: SiteConfiguration, asking models: ModelPolicy) -> SiteConfiguration {
        guard site.kind == .simulator, !models.endpoints.isEmpty else { return site }
        var site = site
        let gap = site.cache.software.hasSuffix(" ") ? "" : " "
        site.cache.software += gap + "with " + models.endpoints.map(\.model).joined(separator: ", ")
        return site
    }

    private static func clock(_ field: Field) -> SimulationPolicy.Clock? {
        let expected = "real, instantly, or how many times faster, such as 60"
        if field.value.stringValue == "real" { return .factor(1) }
        if field.value.stringValue == "instantly" { return .instantly }
        guard case .number(let text) = field.value, let factor = Double(text), (0.001...1_000_000).contains(factor)
        else {
            field.fault("it is no speed of a clock", expected: expected)
            return nil
        }
        return .factor(factor)
    }
}
