internal import Attestation
internal import Documents

/// A record as a plain `Dataset` of schema.org, for crawlers, which do not resolve the context of a crate.
package struct SchemaOrgRendering: Sendable {
    private let manifest: ReproducibilityManifest
    private let status: RecordStatus

    /// The description of a record.
    ///
    /// - Parameters:
    ///   - manifest: the record.
    ///   - status: how it stands.
    package init(_ manifest: ReproducibilityManifest, status: RecordStatus = .current) {
        self.manifest = manifest
        self.status = status
    }

    /// JSON-LD in the canonical form of RFC 8785.
    package var bytes: [UInt8] { Canonical.bytes(value) }

    /// The same JSON without a character that could end the element of a page it stands in.
    package var embedded: String {
        var result = ""
        for scalar in Canonical.text(value).unicodeScalars {
            switch scalar {
            case "<", ">", "&", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private var value: JSONValue {
        let addresses = RecordAddresses(manifest)
        let publication = manifest.publication
        let abstract = publication.flatMap { $0.abstract.isEmpty ? nil : $0.abstract }
        let title = publication?.title ?? "Record of job \(manifest.job.name)"
        var document: [String: JSONValue] = [
            "@context": "https://schema.org/", "@type": "Dataset", "@id": .string(addresses.analysis),
            "url": .string(addresses.analysis), "name": .string(status.titlePrefix + title),
            "description": .string(abstract ?? CrateRendering(manifest).outcomeText),
            "identifier": .string(publication?.doiURL ?? "urn:uuid:\(manifest.id)"),
            "creativeWorkStatus": .string(status.kind.rawValue),
            "publisher": [
                "@type": "Organization", "name": .string(manifest.gateway.name), "url": .string(addresses.gateway),
            ], "distribution": .array(distribution(addresses)),
        ]
        guard let publication else { return .object(document) }
        document["license"] = .string(publication.licenceURL)
        document["version"] = .string(publication.version)
        document["datePublished"] = .string(publication.publishedAt.day)
        document["creator"] = .array(publication.authors.map(Self.person))
        document["isAccessibleForFree"] = true
        if !publication.keywords.isEmpty {
            document["keywords"] = .array(publication.keywords.map { .string($0) })
        }
        return .object(document)
    }

    /// The crate, and the first outputs: a page with thousands would not be read.
    private func distribution(_ addresses: RecordAddresses) -> [JSONValue] {
        let crate: JSONValue = [
            "@type": "DataDownload", "contentUrl": .string(addresses.document(RecordPaths.crate)),
            "encodingFormat": "application/ld+json", "name": "RO-Crate metadata",
        ]
        return [crate]
            + manifest.outputs.prefix(LandingPage.shownFiles).map { output in
                [
                    "@type": "DataDownload", "name": .string(output.path),
                    "contentUrl": .string(addresses.document(RecordPaths.path(output))),
                    "contentSize": .string("\(output.size)"), "sha256": .string(output.digest.hexadecimal),
                    "encodingFormat": .string(MediaTypeText.normalized(output.mediaType)),
                ]
            }
    }

    private static func person(_ person: Person) -> JSONValue {
        var value: [String: JSONValue] = ["@type": "Person", "name": .string(person.shownName)]
        value["@id"] = person.orcid.map { .string("https://orcid.org/" + URIText.segment($0)) }
        value["affiliation"] = person.affiliation.map { ["@type": "Organization", "name": .string($0)] }
        return .object(value)
    }
}
