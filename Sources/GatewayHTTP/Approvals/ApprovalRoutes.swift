internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Questions to the admins about jobs, and what they decide.
struct ApprovalRoutes: Sendable {
    private let approvals: ApprovalService

    init(services: GatewayServices) { approvals = services.approvals }

    var routes: [Route] {
        let one = "/api/v1/approvals/{id}"
        let standing = "/api/v1/standing-approvals"
        return [
            Route(.get, "/api/v1/approvals", .readApprovals, answer: list),
            Route(.post, "/api/v1/approvals/approve", .decideApprovals, answer: approveSeveral),
            Route(.get, one, .readApprovals, answer: show),
            Route(.post, one + "/approve", .decideApprovals, answer: approve),
            Route(.post, one + "/refuse", .decideApprovals, answer: refuse),
            Route(.get, standing, .readApprovals, answer: listStanding),
            Route(.post, standing, .decideApprovals, answer: grant),
            Route(.post, standing + "/{id}/revoke", .decideApprovals, answer: revoke),
        ]
    }

    /// The body of a decision is small.
    private static let bodyBytes = 64 << 10

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["state", "limit", "cursor"])
        let limit = query.integer("limit", in: 1...100) ?? 50
        let state = query.text("state").flatMap(Approval.State.init(rawValue:))
        if let text = query.text("state"), state == nil {
            let states = Approval.State.allCases.map(\.rawValue).joined(separator: ", ")
            query.fault("state", "'\(text.prefix(40))' is no state", "one of \(states)")
        }
        let cursor = query.text("cursor").flatMap(ApprovalID.init)
        if query.text("cursor") != nil, cursor == nil {
            query.fault("cursor", "not a cursor", "'next' of the page before")
        }
        try query.check()
        let page = try await approvals.list(state, after: cursor, limit: limit)
        return Answers.list(page.items.map(ApprovalJSON.dossier), next: page.next?.text)
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.json(ApprovalJSON.dossier(try await approvals.approval(try Self.id(context))))
    }

    private func approve(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.bodyBytes)
        let (id, person) = (try Self.id(context), try context.authenticated)
        return Answers.json(ApprovalJSON.dossier(try await approvals.approve(id, body.document, by: person)))
    }

    private func refuse(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.bodyBytes)
        let (id, person) = (try Self.id(context), try context.authenticated)
        return Answers.json(ApprovalJSON.dossier(try await approvals.refuse(id, body.document, by: person)))
    }

    private func approveSeveral(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.bodyBytes)
        let answers = try await approvals.approve(several: body.document, by: try context.authenticated)
        return Answers.list(answers.map(ApprovalJSON.bulk))
    }

    private static func id(_ context: GatewayContext) throws -> ApprovalID {
        let text = context.parameters.get("id") ?? ""
        if let id = ApprovalID(text) { return id }
        throw Problem(kind: .notFound, detail: "'\(text.prefix(60))' is no approval; GET /api/v1/approvals lists them.")
    }

    // MARK: - Standing approvals

    private func listStanding(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["limit", "cursor"])
        let limit = query.integer("limit", in: 1...1000) ?? 100
        let cursor = query.text("cursor").flatMap(StandingApprovalID.init)
        if query.text("cursor") != nil, cursor == nil {
            query.fault("cursor", "not a cursor", "'next' of the page before")
        }
        try query.check()
        let page = try await approvals.standing(before: cursor, limit: limit)
        return Answers.list(page.items.map { ApprovalJSON.standing($0) }, next: page.next?.text)
    }

    private func grant(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.bodyBytes)
        let standing = try await approvals.grant(body.document, by: try context.authenticated)
        return Answers.json(ApprovalJSON.standing(standing), status: .created)
    }

    private func revoke(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let text = context.parameters.get("id") ?? ""
        guard let id = StandingApprovalID(text) else {
            throw Problem(kind: .notFound, detail: "'\(text.prefix(60))' is no standing approval.")
        }
        return Answers.json(ApprovalJSON.standing(try await approvals.revoke(id, by: try context.authenticated)))
    }
}
