internal import Attestation
package import Documents

/// One published analysis in a report for funders.
package struct ExportLine: Sendable, Hashable {
    /// The analysis.
    let analysis: Analysis
    /// Its page.
    let page: String
    /// Its allocation; nil for readers whom it is not told.
    let project: String?
    /// How often it was run again.
    let count: ReproductionCount
}

/// Published analyses as a report for funders: CSV (RFC 4180) or JSON-LD in the words of schema.org.
package struct AnalysisExport: Sendable, Hashable {
    /// The lines, the newest first.
    package let lines: [ExportLine]

    static let columns = [
        "id", "doi", "url", "title", "authors", "orcids", "licence", "version", "published", "status", "replayOf",
        "replays", "reproduced", "forks", "project",
    ]

    /// The report as CSV with a line of names, in UTF-8.
    package var csv: String {
        ([Self.columns] + lines.map(Self.cells)).map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func cells(_ line: ExportLine) -> [String] {
        let publication = line.analysis.publication
        return [
            line.analysis.record.text, publication.doi ?? "", line.page, publication.title,
            publication.authors.map(\.shownName).joined(separator: "; "),
            publication.authors.compactMap(\.orcid).joined(separator: "; "), publication.licence, publication.version,
            publication.publishedAt.utc, line.analysis.status.kind.rawValue, line.analysis.replayOf?.description ?? "",
            "\(line.count.replays)", "\(line.count.reproduced)", "\(line.count.forks)", line.project ?? "",
        ]
    }

    /// A cell; a text that a spreadsheet would compute gets an apostrophe before it (OWASP, CSV Injection).
    private static func quoted(_ cell: String) -> String {
        let isFormula = cell.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let text = isFormula ? "'" + cell : cell
        guard text.unicodeScalars.contains(where: { ",\"\r\n'".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// The report as JSON-LD.
    package var jsonLD: JSONValue {
        ["@context": "https://schema.org/", "@graph": .array(lines.map(Self.dataset))]
    }

    private static func dataset(_ line: ExportLine) -> JSONValue {
        let publication = line.analysis.publication
        var members: [String: JSONValue] = [
            "@id": .string(line.page), "@type": "Dataset", "url": .string(line.page),
            "name": .string(publication.title),
            "license": .string(publication.licenceURL), "version": .string(publication.version),
            "datePublished": .string(publication.publishedAt.day),
            "creativeWorkStatus": .string(line.analysis.status.kind.rawValue),
            "identifier": .string(publication.doiURL ?? "urn:uuid:\(line.analysis.record)"),
            "creator": .array(publication.authors.map(person)),
            "interactionStatistic": [
                counter("replays", line.count.replays), counter("reproduced", line.count.reproduced),
                counter("forks", line.count.forks),
            ],
        ]
        members["isBasedOn"] = line.analysis.replayOf.map { .string(URIText.named($0)) }
        members["funding"] = line.project.map { ["@type": "Grant", "identifier": .string($0)] }
        return .object(members)
    }

    private static func counter(_ name: String, _ count: Int) -> JSONValue {
        ["@type": "InteractionCounter", "name": .string(name), "userInteractionCount": .integer(count)]
    }

    private static func person(_ person: Person) -> JSONValue {
        var members: [String: JSONValue] = ["@type": "Person", "name": .string(person.shownName)]
        members["@id"] = person.orcid.map { .string("https://orcid.org/" + URIText.segment($0)) }
        members["affiliation"] = person.affiliation.map { ["@type": "Organization", "name": .string($0)] }
        return .object(members)
    }
}
