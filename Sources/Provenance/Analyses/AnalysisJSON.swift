internal import Comparison
package import Documents

/// Publications and statuses as they stand in the database and in answers.
package enum AnalysisJSON {
    package static func value(_ publication: Publication) -> JSONValue {
        var members: [String: JSONValue] = [
            "title": .string(publication.title), "licence": .string(publication.licence),
            "abstract": .string(publication.abstract), "version": .string(publication.version),
            "keywords": .array(publication.keywords.map { .string($0) }),
            "authors": .array(
                publication.authors.map { author in
                    var members: [String: JSONValue] = ["name": .string(author.name)]
                    members["orcid"] = author.orcid.map { .string($0) }
                    members["affiliation"] = author.affiliation.map { .string($0) }
                    members["ror"] = author.ror.map { .string($0) }
                    return .object(members)
                }
            ),
            "publishedAt": .string(publication.publishedAt.utc),
        ]
        members["doi"] = publication.doi.map { .string($0) }
        members["comparison"] = publication.comparison?.jsonValue
        return .object(members)
    }

    static func publication(_ text: String, publishedAt: Moment) throws -> Publication {
        let value = try JSONValue(json: text.utf8)
        func word(_ key: String) -> String { value[key]?.stringValue ?? "" }
        var publication = Publication(
            title: word("title"),
            authors: (value["authors"]?.arrayValue ?? []).map { author in
                Person(
                    name: author["name"]?.stringValue ?? "",
                    orcid: author["orcid"]?.stringValue,
                    affiliation: author["affiliation"]?.stringValue,
                    ror: author["ror"]?.stringValue
                )
            },
            licence: word("licence"),
            abstract: word("abstract"),
            keywords: (value["keywords"]?.arrayValue ?? []).compactMap(\.stringValue),
            version: word("version"),
            doi: value["doi"]?.stringValue,
            publishedAt: publishedAt
        )
        publication.comparison = value["comparison"].flatMap {
            ComparisonRules(Field($0, collector: FaultCollector(lines: [:])))
        }
        return publication
    }

    package static func value(_ status: RecordStatus) -> JSONValue {
        [
            "status": .string(status.kind.rawValue),
            "reason": status.reason.map { ["code": .string($0.code), "text": .string($0.text)] } ?? .null,
            "decidedBy": status.decidedBy.map { .string($0) } ?? .null,
            "decidedAt": status.decidedAt.map { .string($0.utc) } ?? .null,
            "notice": status.notice.map { .string($0) } ?? .null,
            "successor": status.successor.map { .string($0.text) } ?? .null,
        ]
    }

    static func status(_ text: String) throws -> RecordStatus {
        let value = try JSONValue(json: text.utf8)
        var status = RecordStatus(value["status"]?.stringValue.flatMap { .init(rawValue: $0) } ?? .current)
        if let code = value["reason"]?["code"]?.stringValue, let text = value["reason"]?["text"]?.stringValue {
            status.reason = .init(code: code, text: text)
        }
        status.decidedBy = value["decidedBy"]?.stringValue
        status.decidedAt = value["decidedAt"]?.stringValue.flatMap { Moment(utc: $0) }
        status.notice = value["notice"]?.stringValue
        status.successor = value["successor"]?.stringValue.flatMap { RecordID($0) }
        return status
    }
}
