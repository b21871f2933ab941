internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Projects: people who share budgets.
struct ProjectRoutes: Sendable {
    private let projects: ProjectService
    private let allocations: AllocationService
    private let keeper: TimeKeeper

    init(services: GatewayServices, keeper: TimeKeeper = .system) {
        projects = services.projects
        allocations = services.allocations
        self.keeper = keeper
    }

    var routes: [Route] {
        let one = "/api/v1/projects/{name}"
        return [
            Route(.get, "/api/v1/projects", .listProjects, answer: list),
            Route(.post, "/api/v1/projects", .manageProjects, answer: create),
            Route(.get, one, .readProject, answer: show),
            Route(.put, one + "/members", .manageProjects, answer: setMembers),
            Route(.get, one + "/allocations", .readProject, answer: allocationsOf),
            Route(.post, one + "/allocations", .manageAllocations, answer: grant),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        return Answers.list(try await projects.list(for: try context.authenticated).map(BudgetJSON.project))
    }

    private func create(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 1 << 20)
        let project = try await projects.create(body.document, by: try context.authenticated)
        return Answers.json(
            BudgetJSON.project(project),
            status: .created,
            headers: [.location: "/api/v1/projects/\(project.name)"]
        )
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let person = try context.authenticated
        return Answers.json(BudgetJSON.project(try await projects.project(Self.name(context), for: person)))
    }

    private func setMembers(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 1 << 20)
        let person = try context.authenticated
        let project = try await projects.setMembers(body.document, of: Self.name(context), by: person)
        return Answers.json(BudgetJSON.project(project))
    }

    private func allocationsOf(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        let found = try await allocations.list(of: Self.name(context), for: try context.authenticated)
        return Answers.list(found.map { BudgetJSON.forecasted($0, at: keeper.now()) })
    }

    private func grant(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 64 << 10)
        let person = try context.authenticated
        let allocation = try await allocations.grant(body.document, to: Self.name(context), by: person)
        return Answers.json(
            .object(BudgetJSON.allocation(allocation, at: keeper.now())),
            status: .created,
            headers: [.location: "/api/v1/allocations/\(allocation.id)/usage"]
        )
    }

    private static func name(_ context: GatewayContext) -> String { context.parameters.get("name") ?? "" }
}
