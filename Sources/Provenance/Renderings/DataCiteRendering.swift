internal import Attestation
internal import Documents

/// A record as DataCite metadata (schema 4.5), ready to be handed in for a DOI.
package struct DataCiteRendering: Sendable {
    private let manifest: ReproducibilityManifest
    private let status: RecordStatus
    private let versions: [AnalysisVersion]
    private let addresses: RecordAddresses

    /// The metadata of a record.
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

    /// JSON in the canonical form of RFC 8785.
    package var bytes: [UInt8] {
        let publication = manifest.publication
        var document: [String: JSONValue] = [
            "schemaVersion": "http://datacite.org/schema/kernel-4", "url": .string(addresses.analysis),
            "types": ["resourceTypeGeneral": "Dataset", "resourceType": "Reproducible analysis"],
            "titles": [["title": .string(title)]], "publisher": ["name": .string(manifest.gateway.name)],
            "publicationYear": .string(moment.year),
            "creators": .array((publication?.authors ?? [manifest.owner]).map(Self.creator)),
            "alternateIdentifiers": [
                ["alternateIdentifier": .string("urn:uuid:\(manifest.id)"), "alternateIdentifierType": "UUID"]
            ], "dates": .array(dates), "version": .string(publication?.version ?? "1"),
        ]
        document["doi"] = publication?.doi.map { .string($0) }
        if let publication { describe(publication, in: &document) }
        let related = relations
        if !related.isEmpty { document["relatedIdentifiers"] = .array(related) }
        let formats = Set(manifest.outputs.map { MediaTypeText.normalized($0.mediaType) })
        if !formats.isEmpty { document["formats"] = .array(formats.sorted().map { .string($0) }) }
        return Canonical.bytes(.object(document))
    }

    private var title: String {
        status.titlePrefix + (manifest.publication?.title ?? "Record of job \(manifest.job.name)")
    }

    private var moment: Moment {
        manifest.publication?.publishedAt ?? manifest.ending.finishedAt ?? CrateRendering.noMoment
    }

    private func describe(_ publication: Publication, in document: inout [String: JSONValue]) {
        if !publication.abstract.isEmpty {
            document["descriptions"] = [
                ["description": .string(publication.abstract), "descriptionType": "Abstract"]
            ]
        }
        if !publication.keywords.isEmpty {
            document["subjects"] = .array(publication.keywords.map { ["subject": .string($0)] })
        }
        document["rightsList"] = [
            [
                "rights": .string(publication.licence), "rightsUri": .string(publication.licenceURL),
                "rightsIdentifier": .string(publication.licence), "rightsIdentifierScheme": "SPDX",
                "schemeUri": "https://spdx.org/licenses/",
            ]
        ]
    }

    private var dates: [JSONValue] {
        var dates: [JSONValue] = [["date": .string(moment.day), "dateType": "Issued"]]
        if let finished = manifest.ending.finishedAt {
            dates.append(["date": .string(finished.day), "dateType": "Created"])
        }
        if status.kind == .retracted, let decided = status.decidedAt {
            var date: [String: JSONValue] = ["date": .string(decided.day), "dateType": "Withdrawn"]
            date["dateInformation"] = status.reason.map { .string($0.text) }
            dates.append(.object(date))
        }
        return dates
    }

    private static func creator(_ person: Person) -> JSONValue {
        var creator: [String: JSONValue] = ["name": .string(person.shownName), "nameType": "Personal"]
        if let orcid = person.orcid {
            creator["nameIdentifiers"] = [
                [
                    "nameIdentifier": .string("https://orcid.org/" + URIText.segment(orcid)),
                    "nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org",
                ]
            ]
        }
        if let name = person.affiliation {
            var affiliation: [String: JSONValue] = ["name": .string(name)]
            if let ror = person.ror, ror.hasPrefix("https://ror.org/") {
                affiliation["affiliationIdentifier"] = .string(ror)
                affiliation["affiliationIdentifierScheme"] = "ROR"
                affiliation["schemeUri"] = "https://ror.org"
            }
            creator["affiliation"] = [.object(affiliation)]
        }
        return .object(creator)
    }

    /// Inputs on the web, and the versions before and after.
    private var relations: [JSONValue] {
        var seen: Set<String> = []
        var relations = manifest.inputs.map { manifest.address(of: $0) }
            .filter { ($0.hasPrefix("https://") || $0.hasPrefix("http://")) && seen.insert($0).inserted }
            .map { Self.relation("IsDerivedFrom", $0) }
        if let successor = status.successor {
            let type = status.kind == .retracted ? "IsObsoletedBy" : "IsPreviousVersionOf"
            relations.append(Self.relation(type, addresses.analysis(successor)))
        }
        if let index = versions.firstIndex(where: { $0.id == manifest.id }), index > 0 {
            relations.append(Self.relation("IsNewVersionOf", addresses.analysis(versions[index - 1].id)))
        }
        if let notice = status.notice.flatMap(URIText.absolute) {
            relations.append(Self.relation("IsDescribedBy", notice))
        }
        return relations
    }

    private static func relation(_ type: String, _ url: String) -> JSONValue {
        let doi = url.hasPrefix("https://doi.org/") ? String(url.dropFirst(16)) : nil
        return [
            "relationType": .string(type), "relatedIdentifier": .string(doi ?? url),
            "relatedIdentifierType": doi == nil ? "URL" : "DOI",
        ]
    }
}
