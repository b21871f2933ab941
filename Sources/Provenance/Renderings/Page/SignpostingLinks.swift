/// The `Link` header of a landing page (FAIR Signposting, RFC 8288; versions by RFC 5829).
package struct SignpostingLinks: Sendable {
    /// The most outputs that are told one by one; a header has to stay small.
    package static let itemLimit = 50

    private let manifest: ReproducibilityManifest
    private let status: RecordStatus
    private let versions: [AnalysisVersion]
    private let addresses: RecordAddresses

    /// The links of an analysis.
    ///
    /// - Parameters:
    ///   - manifest: the record.
    ///   - status: how it stands.
    ///   - versions: all versions of the analysis, oldest first.
    package init(_ manifest: ReproducibilityManifest, status: RecordStatus = .current, versions: [AnalysisVersion] = [])
    {
        self.manifest = manifest
        self.status = status
        self.versions = versions
        addresses = RecordAddresses(manifest)
    }

    /// The value of the header: ASCII on one line.
    package var header: String { (about + documents + items + history).joined(separator: ", ") }

    private var about: [String] {
        let publication = manifest.publication
        let authors = (publication?.authors ?? []).compactMap(\.orcid).map {
            Self.link("https://orcid.org/" + URIText.segment($0), "author")
        }
        return [
            Self.link(publication?.doiURL ?? addresses.analysis, "cite-as"),
            Self.link("https://schema.org/Dataset", "type"), Self.link("https://schema.org/AboutPage", "type"),
        ] + authors + (publication.map { [Self.link($0.licenceURL, "license")] } ?? [])
    }

    private var documents: [String] {
        [
            Self.link(
                addresses.document(RecordPaths.crate),
                "describedby",
                type: "application/ld+json",
                more: [("profile", "https://w3id.org/ro/crate")]
            ),
            Self.link(
                addresses.document("datacite.json"),
                "describedby",
                type: "application/vnd.datacite.datacite+json"
            ),
            Self.link(
                addresses.document("manifest.dsse.json"),
                "describedby",
                type: "application/vnd.in-toto.provenance+dsse"
            ),
        ]
    }

    private var items: [String] {
        guard manifest.outputs.count <= Self.itemLimit else {
            return [Self.link(addresses.document("archive.zip"), "item", type: "application/zip")]
        }
        return manifest.outputs.map {
            Self.link(addresses.document(RecordPaths.path($0)), "item", type: MediaTypeText.normalized($0.mediaType))
        }
    }

    private var history: [String] {
        guard let index = versions.firstIndex(where: { $0.id == manifest.id }) else {
            return status.successor.map { [Self.link(addresses.analysis($0), "successor-version")] } ?? []
        }
        var links: [String] = []
        if index > 0 { links.append(Self.link(addresses.analysis(versions[index - 1].id), "predecessor-version")) }
        if index + 1 < versions.count {
            links.append(Self.link(addresses.analysis(versions[index + 1].id), "successor-version"))
        }
        if let last = versions.last, versions.count > 1 {
            links.append(Self.link(addresses.analysis(last.id), "latest-version"))
        }
        return links
    }

    /// One link; its address holds no `>` and no white space because it is a URI, its values are quoted strings.
    private static func link(
        _ address: String,
        _ relation: String,
        type: String? = nil,
        more: [(String, String)] = []
    ) -> String {
        let parameters = [("rel", relation)] + (type.map { [("type", $0)] } ?? []) + more
        let text = parameters.map { "; \($0)=\"\(quoted($1))\"" }.joined()
        return "<\(URIText.absolute(address) ?? "about:blank")>" + text
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars where scalar.isASCII && scalar.value >= 32 && scalar.value != 127 {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
