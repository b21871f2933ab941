internal import Documents
internal import Slurm

/// The bodies that admins send about projects and allocations.
enum BudgetWishes {
    private static let personForm = "a person's name: small letters, digits and . _ - (at most 63)"

    /// The body of `POST /api/v1/projects`.
    struct NewProject: Sendable, Hashable {
        let name: String
        let title: String
        let contact: String?
        let members: [ProjectMember]
    }

    /// The body of `POST /api/v1/projects/{name}/allocations`.
    struct NewAllocation: Sendable, Hashable {
        let site: String
        let account: String
        let granted: ServiceUnits
        let startsAt: Timestamp
        let endsAt: Timestamp
    }

    /// The body of `POST /api/v1/allocations/{id}/adjust`.
    struct Adjustment: Sendable, Hashable {
        let amount: ServiceUnits
        let reason: String
    }

    static func project(_ document: Document) throws(GatewayError) -> NewProject {
        try read(document, ["name", "title", "contact", "members"]) { object in
            NewProject(
                name: object.required("name", expected: "the project's name").flatMap(ManifestWords.project) ?? "",
                title: object.required("title", expected: "what it is about").flatMap { text($0, most: 200) } ?? "",
                contact: object["contact"].flatMap(contact),
                members: object["members"].map(members) ?? []
            )
        }
    }

    static func members(_ document: Document) throws(GatewayError) -> [ProjectMember] {
        try read(document, ["members"]) { object in
            object.required("members", expected: "the members from now on").map(members) ?? []
        }
    }

    static func allocation(_ document: Document, sites: [String]) throws(GatewayError) -> NewAllocation {
        try read(document, ["site", "account", "granted", "startsAt", "endsAt"]) { object in
            let dates = (
                object.required("startsAt", expected: MomentText.expected).flatMap(moment),
                object.required("endsAt", expected: MomentText.expected).flatMap(moment)
            )
            if let start = dates.0, let end = dates.1, end <= start {
                object["endsAt"]?.fault("it ends before it begins", expected: "a moment after startsAt")
            }
            return NewAllocation(
                site: object.required("site", expected: "the site's name").flatMap { site($0, sites) } ?? "",
                account: object.required("account", expected: "the Slurm account that is charged")
                    .flatMap(ManifestWords.slurmName) ?? "",
                granted: object.required("granted", expected: "service units").flatMap { amount($0, from: .zero) }
                    ?? .zero,
                startsAt: dates.0 ?? Timestamp(seconds: 0),
                endsAt: dates.1 ?? Timestamp(seconds: 1)
            )
        }
    }

    static func adjustment(_ document: Document) throws(GatewayError) -> Adjustment {
        try read(document, ["amount", "reason"]) { object in
            Adjustment(
                amount: object.required("amount", expected: "service units, negative to take back")
                    .flatMap { amount($0, from: -largest) } ?? .zero,
                reason: object.required("reason", expected: "why").flatMap { text($0, most: 500) } ?? ""
            )
        }
    }

    static func reason(_ document: Document) throws(GatewayError) -> String? {
        try read(document, ["reason"]) { object in object["reason"].flatMap { text($0, most: 500) } }
    }

    private static func read<Wish>(
        _ document: Document,
        _ keys: [String],
        _ body: (ObjectReader) -> Wish
    ) throws(GatewayError) -> Wish {
        let collector = FaultCollector(lines: document.lines)
        let wish = Field(document.value, collector: collector).object(known: keys).map(body)
        if let wish, collector.faults.isEmpty { return wish }
        throw GatewayError(.invalidBudget, "What is wanted has faults; nothing was written.", faults: collector.faults)
    }

    // MARK: - Words

    /// More than any machine has, and far from what a sum could not hold.
    static let largest = ServiceUnits(thousandthNodeSeconds: 1_000_000_000 * ServiceUnits.perUnit)

    private static func amount(_ field: Field, from least: ServiceUnits) -> ServiceUnits? {
        let expected = "service units with at most 3 places, such as 1250 or 0.25, up to 1000000000"
        guard let text = field.word() else { return nil }
        if let amount = ServiceUnits(text), amount >= least, amount <= largest, amount != .zero { return amount }
        field.fault("\(ManifestWords.quoted(text)) cannot be used", expected: expected)
        return nil
    }

    private static func site(_ field: Field, _ known: [String]) -> String? {
        let expected = known.isEmpty ? "a site of the configuration" : "one of " + known.joined(separator: ", ")
        guard let name = field.string(expected: expected) else { return nil }
        if known.contains(name) { return name }
        field.fault("there is no site \(ManifestWords.quoted(name))", expected: expected)
        return nil
    }

    private static func members(_ field: Field) -> [ProjectMember] {
        var members: [ProjectMember] = []
        for element in field.elements(limit: 10_000, of: "members") ?? [] {
            guard let object = element.object(known: ["person", "role"]) else { continue }
            let person = object.required("person", expected: personForm).flatMap {
                ManifestWords.matching($0, /[a-z0-9][a-z0-9._-]{0,62}/, expected: personForm)
            }
            let role = object["role"].map { PolicyReader.choice($0, of: ProjectMember.Role.self) } ?? .member
            guard let person, let role else { continue }
            if members.contains(where: { $0.person == person }) {
                element.fault("'\(person)' is named twice", expected: "each person once")
            }
            members.append(ProjectMember(person: person, role: role))
        }
        return members
    }

    private static func contact(_ field: Field) -> String? {
        ManifestWords.matching(
            field,
            /[A-Za-z0-9.!#$%&'*+\/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?/,
            expected: "an e-mail address"
        )
    }

    private static func text(_ field: Field, most: Int) -> String? {
        let expected = "1 to \(most) printable characters on one line"
        guard let text = field.string(expected: expected) else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.properties.generalCategory != .control }
        if (1...most).contains(text.count), isPlain { return text }
        field.fault("\(ManifestWords.quoted(text)) cannot be used", expected: expected)
        return nil
    }

    private static func moment(_ field: Field) -> Timestamp? {
        guard let text = field.string(expected: MomentText.expected) else { return nil }
        if let moment = MomentText.read(text) { return moment }
        field.fault("\(ManifestWords.quoted(text)) is no moment", expected: MomentText.expected)
        return nil
    }
}

/// Moments as people write them: a date, or a date with a time in UTC.
enum MomentText {
    static let expected = "a date such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z (UTC)"

    /// Reads RFC 3339 §5.6, as far as it is UTC and has whole seconds; a date alone is its first moment.
    static func read(_ text: String) -> Timestamp? {
        guard
            let match = text.wholeMatch(
                of: /([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,6})?Z)?/
            )
        else { return nil }
        return SlurmTime.parseMoment("\(match.1)T\(match.2 ?? "00:00:00")").map { Timestamp(seconds: Int64($0)) }
    }
}
