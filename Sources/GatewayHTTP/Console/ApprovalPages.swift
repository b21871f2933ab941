internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// `/console/approvals`: jobs that wait for a decision, and what was decided.
struct ApprovalPages: Sendable {
    let approvals: ApprovalService
    private static let path = ConsoleSection.approvals.path

    var routes: [Route] {
        let one = Self.path + "/{id}"
        return [
            Route(.get, Self.path, .readApprovals, answer: queue),
            Route(.get, one, .readApprovals, answer: show),
            Route(.post, one + "/approve", .decideApprovals, answer: approve),
            Route(.post, one + "/refuse", .decideApprovals, answer: refuse),
        ]
    }

    private func queue(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["state", "cursor"])
        let state = query.text("state").map(Gateway.Approval.State.init(rawValue:)) ?? .open
        if state == nil { query.fault("state", "it is no state", "such as open") }
        let cursor = query.text("cursor").flatMap(ApprovalID.init)
        try query.check()
        let page = try await approvals.list(state, after: cursor, limit: 50)
        let rows = page.items.map { dossier in
            [
                Markup.place("\(Self.path)/\(dossier.approval.id.text)", dossier.job.name),
                Markup(dossier.approval.owner), Markup(dossier.approval.cost.description), Markup(dossier.job.site),
                Markup(dossier.approval.reasons.joined(separator: "; ")),
                Markup("\(dossier.approval.given) of \(dossier.approval.needed)"),
                Markup(ConsoleText.moment(dossier.approval.createdAt)),
                Markup(ConsoleText.moment(dossier.approval.expiresAt)),
            ]
        }
        let head = ["Job", "Of", "Costs at most", "Site", "Why", "Approved by", "Since", "Ends"]
        let others = Gateway.Approval.State.allCases.filter { $0 != state }
            .flatMap { [Markup(" "), Markup.place("\(Self.path)?state=\($0.rawValue)", $0.rawValue)] }
        var contents: [Markup] = [
            .table(head, rows, empty: state == .open ? "Nobody waits." : "There are none."),
            .element("p", [("class", "quiet")], [Markup("Others:")] + others),
        ]
        if let next = page.next, let state {
            contents.append(.place("\(Self.path)?state=\(state.rawValue)&cursor=\(next.text)", "More"))
        }
        let title = state == .open ? "Waiting for a decision" : "Approvals: \(state?.rawValue ?? "")"
        return ConsolePage(title, for: context.visitor, contents).response()
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let dossier = try await approvals.approval(try Self.id(context))
        return ApprovalPage(dossier: dossier, visitor: context.visitor).page.response()
    }

    /// The form says which digest was shown: what changed meanwhile is not approved by it.
    private func approve(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let wish = try await Self.wish(request, ["digest", "reason"])
        let (id, person) = (try Self.id(context), try context.authenticated)
        _ = try await approvals.approve(id, wish, by: person)
        return ConsolePage.goOn(to: "\(Self.path)/\(id.text)")
    }

    private func refuse(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let wish = try await Self.wish(request, ["reason"])
        let (id, person) = (try Self.id(context), try context.authenticated)
        _ = try await approvals.refuse(id, wish, by: person)
        return ConsolePage.goOn(to: "\(Self.path)/\(id.text)")
    }

    private static func wish(_ request: Request, _ names: [String]) async throws -> Document {
        var request = request
        let form = try await PostedForm.read(&request)
        var members: [String: JSONValue] = [:]
        for name in names { members[name] = form.given(name).map { .string($0) } }
        return Document(.object(members))
    }

    private static func id(_ context: GatewayContext) throws -> ApprovalID {
        let text = context.parameters.get("id") ?? ""
        if let id = ApprovalID(text) { return id }
        throw Problem(kind: .notFound, detail: "'\(text.prefix(60))' is no approval.")
    }
}
