internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// The console: pages for people with a browser.
///
/// Each asks what the API asks, under the same right.
struct ConsoleRoutes: Sendable {
    let services: GatewayServices

    var routes: [Route] {
        [Route(.get, "/console", .readSelf, answer: home)] + TokenPages(tokens: services.people.tokens).routes
            + ProjectPages(projects: services.projects, allocations: services.allocations).routes
            + ApprovalPages(approvals: services.approvals).routes + AuditPages(audit: services.audit).routes
    }

    private func home(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let person = try context.authenticated
        let scopes = Scope.allCases.filter(person.scopes.contains).map(\.rawValue)
        let sections = ConsoleSection.allCases.filter { $0 != .home && $0.isOpen(to: person) }
        return ConsolePage(
            "Welcome, \(person.name)",
            for: context.visitor,
            .facts([
                ("Role", Markup(person.role.rawValue)), ("May", Markup(scopes.joined(separator: ", "))),
                (
                    "Projects",
                    person.claimedProjects.isEmpty
                        ? nil : Markup(person.claimedProjects.sorted().joined(separator: ", "))
                ),
                ("Until", context.proof?.credential.expiresAt.map { Markup(ConsoleText.moment($0)) }),
            ]),
            .section(
                "What is here",
                .element(
                    "ul",
                    [],
                    sections.map { .element("li", [], .place($0.path, $0.title), Markup(" – \($0.purpose)")) }
                )
            )
        ).response()
    }
}

extension GatewayContext {
    /// Who looks at a page; nil for somebody unknown.
    var visitor: ConsolePage.Visitor? {
        proof.map { ConsolePage.Visitor(person: $0.credential.person, csrfToken: $0.csrfToken) }
    }
}

/// Values as the console writes them.
enum ConsoleText {
    /// `2026-11-20 12:03 UTC`.
    static func moment(_ moment: Timestamp) -> String {
        moment.iso8601.prefix(16).replacing("T", with: " ") + " UTC"
    }

    /// The same, or a word in its place.
    static func moment(_ moment: Timestamp?, otherwise word: String) -> Markup {
        moment.map { Markup(self.moment($0)) } ?? .element("span", [("class", "quiet")], Markup(word))
    }
}

extension PostedForm {
    /// The value of a field without the space around it; nil when there is nothing else.
    func given(_ name: String) -> String? {
        guard let value = self[name] else { return nil }
        let text = value.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        return text.isEmpty ? nil : String(text)
    }
}
