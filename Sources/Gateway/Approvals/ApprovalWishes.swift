internal import Documents

/// What somebody decides: the body of `POST …/approve` and `…/refuse`.
struct DecisionWish: Sendable, Hashable {
    let digest: String?
    let reason: String?

    static let digestForm = "sha256: and 64 hexadecimal digits, as the approval shows it"

    /// Reads an approval, which names what was seen.
    static func approving(_ document: Document) throws(GatewayError) -> DecisionWish {
        try ApprovalBody.read(document) { field in
            let object = field.object(known: ["digest", "reason"])
            let digest = object?.required("digest", expected: digestForm).flatMap(ApprovalBody.digest)
            return DecisionWish(digest: digest, reason: object?["reason"].flatMap(ApprovalBody.reason))
        }
    }

    /// Reads a refusal, which says why.
    static func refusing(_ document: Document) throws(GatewayError) -> DecisionWish {
        try ApprovalBody.read(document) { field in
            let object = field.object(known: ["reason"])
            let reason = object?.required("reason", expected: "why, for the owner").flatMap(ApprovalBody.reason)
            return DecisionWish(digest: nil, reason: reason)
        }
    }
}

/// What somebody approves at once: the body of `POST /api/v1/approvals/approve`.
struct BulkWish: Sendable, Hashable {
    struct Item: Sendable, Hashable {
        let id: String
        let digest: String
    }

    let items: [Item]
    let reason: String?

    /// The most approvals of one request.
    static let most = 100

    static func read(_ document: Document) throws(GatewayError) -> BulkWish {
        try ApprovalBody.read(document) { field in
            let object = field.object(known: ["approvals", "reason"])
            let list = object?.required("approvals", expected: "a list of {id, digest}")
            let items = (list?.elements(limit: most, of: "approvals") ?? []).compactMap { element -> Item? in
                let item = element.object(known: ["id", "digest"])
                let id = item?.required("id", expected: "the id of an approval").flatMap { $0.string() }
                let digest = item?.required("digest", expected: DecisionWish.digestForm).flatMap(ApprovalBody.digest)
                guard let id, let digest else { return nil }
                return Item(id: id, digest: digest)
            }
            return BulkWish(items: items, reason: object?["reason"].flatMap(ApprovalBody.reason))
        }
    }
}

/// What somebody approves beforehand: the body of `POST /api/v1/standing-approvals`.
struct StandingWish: Sendable, Hashable {
    let subject: StandingApproval.Subject
    let mostEach: ServiceUnits
    let mostInAll: ServiceUnits
    let validSeconds: Int
    let reason: String?

    static func read(_ document: Document) throws(GatewayError) -> StandingWish {
        try ApprovalBody.read(document) { field in
            let subjects = ["person", "project", "site", "template", "partition"]
            let object = field.object(known: subjects + ["costPerJob", "totalCost", "validFor", "reason"])
            func word(_ key: String) -> String? { object?[key].flatMap(ManifestWords.slurmName) }
            let subject = StandingApproval.Subject(
                person: word("person"),
                project: word("project"),
                site: word("site"),
                template: word("template"),
                partition: word("partition")
            )
            if let object, subjects.allSatisfy({ object[$0] == nil }) {
                object.fault(
                    "it would hold for every job",
                    expected: "at least one of \(subjects.joined(separator: ", "))"
                )
            }
            let each = object?.required("costPerJob", expected: ApprovalBody.costForm).flatMap(ApprovalBody.cost)
            let all = object?.required("totalCost", expected: ApprovalBody.costForm).flatMap(ApprovalBody.cost)
            let time = object?.required("validFor", expected: "a duration such as 30d").flatMap(SiteReader.duration)
            return StandingWish(
                subject: subject,
                mostEach: each ?? .zero,
                mostInAll: all ?? .zero,
                validSeconds: Int(time?.components.seconds ?? 0),
                reason: object?["reason"].flatMap(ApprovalBody.reason)
            )
        }
    }
}

/// Pieces of bodies about approvals.
enum ApprovalBody {
    static let costForm = "service units from 0 to 100000000, such as 100 or 12.5"
    private static let mostCost = ServiceUnits(thousandthNodeSeconds: 100_000_000 * ServiceUnits.perUnit)
    private static let reasonForm = "a text of 1 to 2000 characters"

    /// Reads a body and tells every fault in one pass.
    static func read<Wish>(_ document: Document, _ body: (Field) -> Wish) throws(GatewayError) -> Wish {
        let collector = FaultCollector(lines: document.lines)
        let wish = body(Field(document.value, collector: collector))
        if collector.faults.isEmpty { return wish }
        throw GatewayError(.invalidRequest, "What you want has faults.", faults: collector.faults)
    }

    static func digest(_ field: Field) -> String? {
        ManifestWords.matching(field, /sha256:[0-9a-f]{64}/, expected: DecisionWish.digestForm)
    }

    static func reason(_ field: Field) -> String? {
        guard let text = field.string(expected: reasonForm) else { return nil }
        guard (1...2000).contains(text.unicodeScalars.count), !text.utf8.contains(0) else {
            field.fault("the text is empty, too long, or holds U+0000", expected: reasonForm)
            return nil
        }
        return text
    }

    /// An amount, written as a number or as text.
    static func cost(_ field: Field) -> ServiceUnits? {
        guard let text = field.word() else { return nil }
        if let cost = ServiceUnits(text), cost >= .zero, cost <= mostCost { return cost }
        field.fault("\(ManifestWords.quoted(text)) is no amount", expected: costForm)
        return nil
    }
}
