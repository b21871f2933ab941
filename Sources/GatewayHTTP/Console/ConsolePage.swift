internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// A page of the console: HTML made here, which works without scripts and forbids them.
struct ConsolePage: Sendable {
    /// Who looks at it.
    struct Visitor: Sendable {
        let person: Gateway.Person
        /// What the forms of a session send along; nil for those who come with a token.
        let csrfToken: String?
    }

    let title: String
    let visitor: Visitor?
    let contents: [Markup]

    init(_ title: String, for visitor: Visitor?, _ contents: Markup...) {
        self.init(title, for: visitor, contents)
    }

    init(_ title: String, for visitor: Visitor?, _ contents: [Markup]) {
        self.title = title
        self.visitor = visitor
        self.contents = contents
    }

    /// The answer.
    ///
    /// It is nobody else's: no cache keeps it, no other page frames it, its forms come back here.
    func response(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        let heading = Markup.element("h1", [], Markup(title))
        let page = LandingPage.page(
            title: "\(title) – Farfield",
            moreStyle: ConsoleStyle.text,
            contents: [navigation, .element("main", [], [heading] + contents)]
        )
        var headers = headers
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentSecurityPolicy] = page.policy + "; form-action 'self'"
        headers[.cacheControl] = "no-store"
        // With less than this, browsers would send no Origin along with our own forms.
        headers[.referrerPolicy] = "same-origin"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: page.html)))
    }

    /// Sends a browser to another page, which it asks for by GET.
    static func goOn(to path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .cacheControl: "no-store"])
    }

    private var navigation: Markup {
        guard let visitor else { return .element("nav", [], .element("strong", [], Markup("Farfield"))) }
        let links = ConsoleSection.allCases.filter { $0.isOpen(to: visitor.person) }
            .map { Markup.place($0.path, $0.title) }
        var parts = [Markup.element("strong", [], Markup("Farfield"))] + links
        parts.append(
            .element("span", [("class", "who")], Markup("\(visitor.person.name), \(visitor.person.role.rawValue)"))
        )
        if visitor.csrfToken != nil {
            parts.append(ConsoleForm("/logout", for: visitor, [ConsoleForm.button("Sign out")]).markup)
        }
        return .element("nav", [], parts)
    }
}

/// The parts of the console.
enum ConsoleSection: String, Sendable, CaseIterable {
    case home
    case tokens
    case projects
    case approvals
    case audit

    var path: String { self == .home ? "/console" : "/console/\(rawValue)" }

    var title: String {
        switch self {
        case .home: "Start"
        case .tokens: "Tokens"
        case .projects: "Projects"
        case .approvals: "Approvals"
        case .audit: "Audit"
        }
    }

    /// What it is for, in a sentence.
    var purpose: String {
        switch self {
        case .home: ""
        case .tokens: "Tokens for the command line, scripts and machines: make, see when they were used, revoke."
        case .projects: "What is left of budgets, how fast it goes, and where that leads."
        case .approvals: "Jobs that wait for a decision, with what is needed to decide."
        case .audit: "Who did what, when, from where and why."
        }
    }

    /// Whether a link to it helps somebody: the table of rights decides.
    func isOpen(to person: Gateway.Person) -> Bool {
        let operation: Operation =
            switch self {
            case .home: .readSelf
            case .tokens: .listTokens
            case .projects: .listProjects
            case .approvals: .readApprovals
            case .audit: .readAudit
            }
        return Rights.reach(operation, of: person) != .none
    }
}

extension Markup {
    /// A link to a place of the gateway's own; the path is ours, with texts of others escaped as parts of it.
    static func place(_ path: String, _ shown: String) -> Markup { .element("a", [("href", path)], Markup(shown)) }

    /// A paragraph.
    static func paragraph(_ text: String) -> Markup { .element("p", [], Markup(text)) }

    /// A table with a head; without rows it is the sentence in its place.
    static func table(_ head: [String], _ rows: [[Markup]], empty: String) -> Markup {
        guard !rows.isEmpty else { return paragraph(empty) }
        let names = head.map { Markup.element("th", [("scope", "col")], Markup($0)) }
        let body = rows.map { cells in Markup.element("tr", [], cells.map { .element("td", [], $0) }) }
        return .element("table", [], .element("thead", [], .element("tr", [], names)), .element("tbody", [], body))
    }

    /// Names and values side by side; what has no value is left out.
    static func facts(_ rows: [(String, Markup?)]) -> Markup {
        let known = rows.compactMap { name, value in
            value.map {
                Markup.element("tr", [], .element("th", [("scope", "row")], Markup(name)), .element("td", [], $0))
            }
        }
        return .element("table", [("class", "facts")], .element("tbody", [], known))
    }

    /// A part of a page under its title.
    static func section(_ title: String, _ contents: Markup...) -> Markup {
        .element("section", [], [.element("h2", [], Markup(title))] + contents)
    }

    /// A word that stands out, such as a state; `kind` is one of ours: good, bad, waiting or over.
    static func badge(_ text: String, _ kind: String) -> Markup {
        .element("span", [("class", "badge \(kind)")], Markup(text))
    }

    /// What a reader must see first.
    static func notice(_ contents: Markup...) -> Markup {
        .element("aside", [("class", "banner updated"), ("role", "status")], contents)
    }
}
