internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// `/console/audit`: who did what to which thing, when, from where and why.
struct AuditPages: Sendable {
    let audit: AuditService
    private static let path = ConsoleSection.audit.path
    private static let fields = ["person", "action", "object", "since", "until"]

    var routes: [Route] { [Route(.get, Self.path, .readAudit, answer: search)] }

    private func search(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let given = Self.given(request)
        let (lines, next) = try await audit.find(try AuditRoutes.query(Self.withoutEmptyFields(request)))
        let rows = lines.map(Self.row)
        let head = ["No.", "When", "Who", "Did", "To", "Why", "From", "More"]
        var contents = [
            Self.form(given), .table(head, rows, empty: "No line of the trail fits."),
            .element("p", [], .place("/api/v1/audit/export", "The whole trail as JSON Lines")),
        ]
        if let next {
            let query = given.map { "\($0)=\(URIText.segment($1))" } + ["cursor=\(next)"]
            contents.insert(.element("p", [], .place("\(Self.path)?\(query.joined(separator: "&"))", "Older")), at: 2)
        }
        return ConsolePage("Audit", for: context.visitor, contents).response()
    }

    /// A browser sends every field of a form; those left empty ask for nothing.
    private static func withoutEmptyFields(_ request: Request) -> Request {
        let pairs = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasSuffix("=") }
        var head = request.head
        head.path = request.uri.path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        return Request(head: head, body: request.body)
    }

    private static func given(_ request: Request) -> [(String, String)] {
        fields.compactMap { name in
            request.uri.queryParameters[name[...]].flatMap { $0.isEmpty ? nil : (name, String($0)) }
        }
    }

    private static func form(_ given: [(String, String)]) -> Markup {
        let values = Dictionary(given) { $1 }
        func field(_ name: String, _ label: String, _ example: String) -> Markup {
            ConsoleForm.text(name, label, value: values[name] ?? "", more: [("placeholder", example)])
        }
        return ConsoleForm.question(
            path,
            [
                field("person", "Who", "alice"),
                field("action", "Did what", "job.submitted, or approval. for all of them"),
                field("object", "To what", "job/job_01hzy…, or a kind such as token"),
                field("since", "Since", "2026-11-20"), field("until", "Before", "2026-11-21T12:00:00Z"),
                .element("p", [], ConsoleForm.button("Search", style: "main")),
            ]
        )
    }

    private static func row(_ line: StoredAuditLine) -> [Markup] {
        func text(_ key: String) -> String { line.value[key]?.stringValue ?? "" }
        let object = line.value["object"]
        let (kind, id) = (object?["kind"]?.stringValue ?? "", object?["id"]?.stringValue ?? "")
        let origin = [text("method"), text("credential"), text("address")].filter { !$0.isEmpty }
        let details = line.value["details"].map { $0 == .object([:]) ? "" : $0.jsonText } ?? ""
        let discord = line.discord.map { Markup.badge("altered: \($0)", "bad") } ?? Markup("")
        return [
            .element("span", [("class", "number")], Markup("\(line.sequence)")),
            Markup(text("at").replacing("T", with: " ")),
            .place(address(("person", text("person"))), text("person")), Markup(text("action")),
            .element(
                "a",
                [("href", address(("object", "\(kind)/\(id)")))],
                Markup(kind + " "),
                .element("code", [], Markup(id))
            ), Markup(text("reason")),
            .element("code", [], Markup(origin.joined(separator: " "))), .element("code", [], Markup(details), discord),
        ]
    }

    private static func address(_ field: (String, String)) -> String {
        "\(path)?\(field.0)=\(URIText.segment(field.1))"
    }
}
