internal import Attestation

extension LandingPage {
    /// What ran, where and when.
    var facts: Markup? {
        let publication = manifest.publication
        let hardware = manifest.hardware
        let ending = manifest.ending
        let rows: [(String, Markup?)] = [
            ("DOI", publication?.doiURL.map { .link($0, $0) }),
            ("Version", publication.map { Markup($0.version) }),
            ("Published", publication.map { Markup($0.publishedAt.day) }),
            ("Licence", publication.map { .link($0.licenceURL, $0.licence) }),
            (
                "Keywords",
                publication.flatMap { $0.keywords.isEmpty ? nil : Markup($0.keywords.joined(separator: ", ")) }
            ),
            ("State", Markup(ending.state.rawValue)),
            ("Reason", ending.reason.map { Markup($0) }),
            ("Site", .link(addresses.builder, manifest.place.site)),
            ("Simulated", manifest.place.isSimulated ? Markup(Place.simulationText) : nil),
            ("Template", .link(addresses.template(manifest.program.template), manifest.program.template.name)),
            ("Command", manifest.program.command.map(command)),
            ("Container", manifest.container.map { Markup(manifest.shown($0).name) }),
            ("Started", ending.startedAt.map { Markup($0.utc) }),
            ("Ended", ending.finishedAt.map { Markup($0.utc) }),
            ("Nodes", hardware.nodes.map { Markup("\($0)") }),
            ("CPUs", hardware.cpuCount.map { Markup("\($0)" + (hardware.cpuModel.map { " × \($0)" } ?? "")) }),
            ("GPUs", hardware.gpuCount.map { Markup("\($0)" + (hardware.gpuModel.map { " × \($0)" } ?? "")) }),
        ]
        let known = rows.compactMap { name, value in value.map { [Markup(name), $0] } }
        return Self.section("What ran", Self.table(known + parameters))
    }

    private var parameters: [[Markup]] {
        manifest.program.parameters.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { [Markup("Parameter \($0.key)"), .element("code", [], Markup($0.value))] }
    }

    private func command(_ command: Command) -> Markup {
        switch command {
        case .words(let words): .element("code", [], Markup(words.joined(separator: " ")))
        case .line(let line): .element("code", [], Markup(line))
        case .script(let digest):
            .link(addresses.document("program/user-script"), "a script, \(digest)")
        }
    }

    var inputs: Markup? {
        guard !manifest.inputs.isEmpty else { return nil }
        let rows = manifest.inputs.prefix(Self.shownFiles).map { input in
            let address = manifest.address(of: input)
            let digest = input.digest.map { "\($0.algorithm):\($0.value.hexadecimal)" } ?? "digest not known"
            let isKept = input.kind == .inline
            let slot = isKept ? Markup.link(addresses.document("inputs/" + input.slot), input.slot) : Markup(input.slot)
            let source: Markup = address.hasPrefix("http") ? .link(address, address) : Markup(address)
            return [slot, source, .element("code", [], Markup(digest))]
        }
        return Self.section("Inputs", Self.table(rows), more(manifest.inputs.count))
    }

    var outputs: Markup? {
        guard !manifest.outputs.isEmpty else { return nil }
        let rows = manifest.outputs.prefix(Self.shownFiles).map { output in
            [
                Markup.link(addresses.document(RecordPaths.path(output)), output.path), Markup("\(output.size) bytes"),
                .element("code", [], Markup(output.digest.description)),
            ]
        }
        return Self.section("Outputs", Self.table(rows), more(manifest.outputs.count))
    }

    var models: Markup? {
        guard !manifest.models.isEmpty else { return nil }
        let rows = manifest.models.map { model in
            [
                Markup.link(model.uri, model.name), .element("code", [], Markup(model.commit ?? "commit not known")),
                .element("code", [], Markup(model.digest?.description ?? "digest not known")),
            ]
        }
        return Self.section("Models", Self.table(rows))
    }

    /// How a stranger checks it.
    var verification: Markup? {
        let keys = manifest.gateway.baseURL + "/keys.json"
        return Self.section(
            "Check it yourself",
            .element(
                "p",
                [],
                Markup("Save the signed statement, the gateway's public key as key.pem ("),
                .link(keys, "keys"),
                Markup("), the crate and the outputs in one folder. Then, with OpenSSL, jq and coreutils:")
            ),
            .element("pre", [], Markup(VerificationCommands.signature + "\n" + VerificationCommands.outputs))
        )
    }

    var downloads: Markup? {
        let names = [
            RecordPaths.crate, "manifest.dsse.json", "manifest.tlog-proof", RecordPaths.checksums, "status.dsse.json",
            "datacite.json", "citation.bib", "manifest.sigstore.json", "archive.zip",
        ]
        let items = names.map { Markup.element("li", [], .link(addresses.document($0), $0)) }
        return Self.section("Documents", .element("ul", [], items))
    }

    var history: Markup? {
        guard !versions.isEmpty else { return nil }
        let rows = versions.map { version in
            [
                version.id == manifest.id
                    ? Markup("Version \(version.version), this one")
                    : .link(addresses.analysis(version.id), "Version \(version.version)"),
                Markup(version.publishedAt.day), Markup(version.status.rawValue),
            ]
        }
        return Self.section("History", Self.table(rows))
    }

    private func more(_ count: Int) -> Markup {
        guard count > Self.shownFiles else { return Markup("") }
        return .element("p", [], Markup("And \(count - Self.shownFiles) more, in the crate."))
    }

    private static func section(_ title: String, _ contents: Markup...) -> Markup {
        .element("section", [], [.element("h2", [], Markup(title))] + contents)
    }

    private static func table(_ rows: [[Markup]]) -> Markup {
        .element(
            "table",
            [],
            .element("tbody", [], rows.map { cells in .element("tr", [], cells.map { .element("td", [], $0) }) })
        )
    }
}
