internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Allocations and their ledger.
struct AllocationRoutes: Sendable {
    private let allocations: AllocationService
    private let keeper: TimeKeeper

    init(services: GatewayServices, keeper: TimeKeeper = .system) {
        allocations = services.allocations
        self.keeper = keeper
    }

    var routes: [Route] {
        let one = "/api/v1/allocations/{id}"
        return [
            Route(.get, one + "/usage", .readAllocation, answer: usage),
            Route(.get, one + "/ledger", .readAllocation, answer: ledger),
            Route(.post, one + "/adjust", .manageAllocations, answer: adjust),
            Route(.post, one + "/suspend", .manageAllocations, answer: suspend),
            Route(.post, one + "/resume", .manageAllocations, answer: resume),
            Route(.post, one + "/refresh", .manageAllocations, answer: refresh),
            Route(.get, "/api/v1/ledger/verification", .verifyLedger, answer: verify),
        ]
    }

    private func usage(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        let usage = try await allocations.usage(try Self.id(context), for: try context.authenticated)
        return Answers.json(BudgetJSON.usage(usage, at: keeper.now()))
    }

    private func ledger(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let id = try Self.id(context)
        var query = try RequestQuery(request, known: ["limit", "before"])
        let limit = query.integer("limit", in: 1...1000) ?? 100
        let before = query.integer("before", in: 1...Int.max).map(Int64.init)
        try query.check()
        let page = try await allocations.ledger(
            of: id,
            before: before,
            limit: limit,
            for: try context.authenticated
        )
        return Answers.list(page.items.map(BudgetJSON.transaction), next: page.next.map { String($0) })
    }

    private func adjust(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 64 << 10)
        let person = try context.authenticated
        return answer(try await allocations.adjust(body.document, try Self.id(context), by: person))
    }

    private func suspend(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await setSuspended(true, request, context)
    }

    private func resume(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await setSuspended(false, request, context)
    }

    private func setSuspended(
        _ isSuspended: Bool,
        _ request: Request,
        _ context: GatewayContext
    ) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 64 << 10)
        let person = try context.authenticated
        return answer(try await allocations.setSuspended(isSuspended, body.document, try Self.id(context), by: person))
    }

    private func refresh(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await allocations.refresh(try Self.id(context))
        return Answers.json(["state": "asked"], status: .accepted)
    }

    private func verify(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        return Answers.json(BudgetJSON.audit(try await allocations.verify()))
    }

    private func answer(_ allocation: Allocation) -> Response {
        Answers.json(.object(BudgetJSON.allocation(allocation, at: keeper.now())))
    }

    private static func id(_ context: GatewayContext) throws -> AllocationID {
        let text = context.parameters.get("id") ?? ""
        if let id = AllocationID(text) { return id }
        throw Problem(kind: .notFound, detail: "'\(text.prefix(60))' is no allocation of yours.")
    }
}
