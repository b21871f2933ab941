package import Comparison
package import Documents
internal import Gateway

/// What a researcher says when publishing, checked.
package struct PublicationRequest: Sendable, Hashable {
    /// Title of the analysis.
    package let title: String
    /// Authors in their order.
    package let authors: [Person]
    /// SPDX identifier of the licence.
    package let licence: String
    /// What it is about.
    package let abstract: String
    /// Words to find it by.
    package let keywords: [String]
    /// What counts as the same when it is run again; nil for the exact comparison.
    package let comparison: ComparisonRules?
    /// Why there is a new version; nil for the first.
    package let reason: String?

    private static let keys = ["title", "authors", "licence", "abstract", "keywords", "comparison", "reason", "job"]

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - document: JSON or YAML.
    ///   - previous: the version before, whose words hold where the request has none; nil for the first.
    /// - Throws: `GatewayError` of kind `invalidPublication` with every fault found.
    package init(_ document: Document, after previous: Publication?) throws {
        let collector = FaultCollector(lines: document.lines)
        guard let object = Field(document.value, collector: collector).object(known: Self.keys) else {
            throw Self.refusal(collector)
        }
        func text(_ key: String, most: Int, before: String?) -> String {
            let field =
                before == nil ? object.required(key, expected: "text of at most \(most) characters") : object[key]
            return field.flatMap { Self.text($0, most: most) } ?? before ?? ""
        }
        title = text("title", most: 500, before: previous?.title)
        abstract = text("abstract", most: 20_000, before: previous?.abstract)
        let licenceField =
            previous == nil
            ? object.required("licence", expected: "an SPDX identifier such as CC-BY-4.0") : object["licence"]
        licence = licenceField.flatMap(Self.licence) ?? previous?.licence ?? ""
        keywords = object["keywords"].map(Self.keywords) ?? previous?.keywords ?? []
        comparison = object["comparison"].flatMap { ComparisonRules($0) } ?? previous?.comparison
        let authorsField =
            previous == nil
            ? object.required("authors", expected: "a list of authors, each with a name") : object["authors"]
        authors = authorsField.map(Self.authors) ?? previous?.authors ?? []
        if previous != nil {
            reason = object.required("reason", expected: "why there is a new version").flatMap {
                Self.text($0, most: 2000)
            }
        } else {
            reason = nil
        }
        if !collector.faults.isEmpty { throw Self.refusal(collector) }
    }

    private static func refusal(_ collector: FaultCollector) -> GatewayError {
        GatewayError(.invalidPublication, "It cannot be published like this.", faults: collector.faults)
    }

    static func text(_ field: Field, most: Int) -> String? {
        guard let text = field.string(expected: "text") else { return nil }
        let isClean = !text.unicodeScalars.contains { ($0.value < 32 && $0 != "\n" && $0 != "\t") || $0.value == 127 }
        let isEmpty = text.allSatisfy(\.isWhitespace)
        if !isClean || isEmpty || text.count > most {
            field.fault(
                isEmpty ? "it is empty" : isClean ? "it has \(text.count) characters" : "it holds control characters",
                expected: "text of at most \(most) characters"
            )
            return nil
        }
        return text
    }

    private static func licence(_ field: Field) -> String? {
        let expected = "an SPDX identifier such as CC-BY-4.0 or CC0-1.0 (https://spdx.org/licenses)"
        guard let text = field.string(expected: expected) else { return nil }
        if text.utf8.count <= 64, text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9.+-]*/) != nil { return text }
        field.fault("this is no SPDX identifier", expected: expected)
        return nil
    }

    private static func keywords(_ field: Field) -> [String] {
        (field.elements(limit: 50, of: "keywords") ?? []).compactMap { text($0, most: 100) }
    }

    private static func authors(_ field: Field) -> [Person] {
        guard let elements = field.elements(limit: 1000, of: "authors") else { return [] }
        if elements.isEmpty { field.fault("nobody wrote it", expected: "at least one author") }
        return elements.compactMap { element in
            guard let object = element.object(known: ["name", "orcid", "affiliation", "ror"]),
                let name = object.required("name", expected: "family name, given name").flatMap({ text($0, most: 200) })
            else { return nil }
            return Person(
                name: name,
                orcid: object["orcid"].flatMap(orcid),
                affiliation: object["affiliation"].flatMap { text($0, most: 300) },
                ror: object["ror"].flatMap(ror)
            )
        }
    }

    /// An ORCID iD with its check digit (ISO 7064, MOD 11-2).
    private static func orcid(_ field: Field) -> String? {
        let expected = "an ORCID iD such as 0000-0002-1825-0097"
        guard let text = field.string(expected: expected) else { return nil }
        let id = text.hasPrefix("https://orcid.org/") ? String(text.dropFirst(18)) : text
        guard id.wholeMatch(of: /\d{4}-\d{4}-\d{4}-\d{3}[\dX]/) != nil else {
            field.fault("this is no ORCID iD", expected: expected)
            return nil
        }
        let digits = id.filter { $0 != "-" }
        let total = digits.dropLast().reduce(0) { ($0 + ($1.wholeNumberValue ?? 0)) * 2 }
        let check = (12 - total % 11) % 11
        guard digits.last == (check == 10 ? "X" : Character("\(check)")) else {
            field.fault("the check digit of this ORCID iD is wrong: a digit was mistyped", expected: expected)
            return nil
        }
        return id
    }

    private static func ror(_ field: Field) -> String? {
        let expected = "a ROR id such as https://ror.org/02mhbdp94"
        guard let text = field.string(expected: expected) else { return nil }
        if text.wholeMatch(of: /https:\/\/ror\.org\/0[a-z0-9]{6}[0-9]{2}/) != nil { return text }
        field.fault("this is no ROR id", expected: expected)
        return nil
    }
}
