internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Who one is, and what admins do with people.
struct PeopleRoutes: Sendable {
    private let people: PeopleService
    private let tokens: TokenService

    init(services: GatewayServices) {
        people = services.people.directory
        tokens = services.people.tokens
    }

    var routes: [Route] {
        let one = "/api/v1/people/{name}"
        return [
            Route(.get, "/api/v1/me", .readSelf, answer: me),
            Route(.get, "/api/v1/people", .listPeople, answer: list),
            Route(.post, "/api/v1/people", .managePeople, answer: create),
            Route(.get, one, .readPerson, answer: show),
            Route(.post, one + "/disable", .managePeople) {
                try await change($0, $1) { try await people.disable($0, by: $1) }
            },
            Route(.post, one + "/enable", .managePeople) {
                try await change($0, $1) { try await people.enable($0, by: $1) }
            },
            Route(.post, one + "/sign-out", .managePeople) {
                try await change($0, $1) { try await people.signOut($0, by: $1) }
            },
            Route(.put, one + "/role", .managePeople, answer: setRole),
            Route(.post, one + "/tokens", .managePeople, answer: createToken),
        ]
    }

    private func me(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let person = try context.somebody()
        let scopes = Scope.allCases.filter(person.scopes.contains)
        return Answers.json([
            "name": .string(person.name), "role": .string(person.role.rawValue),
            "scopes": .array(scopes.map { .string($0.rawValue) }),
            "projects": .array(person.claimedProjects.sorted().map { .string($0) }),
            "method": .string(person.origin.method.rawValue),
            "expiresAt": JobJSON.moment(context.proof?.credential.expiresAt),
            "csrfToken": JobJSON.text(context.proof?.csrfToken),
        ])
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        return Answers.list(try await people.list().map(PeopleJSON.person))
    }

    private func create(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 16 << 10)
        let record = try await people.create(body.document, by: try context.somebody())
        return Answers.json(
            PeopleJSON.person(record),
            status: .created,
            headers: [.location: "/api/v1/people/\(record.name)"]
        )
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let name = context.parameters.get("name") ?? ""
        return Answers.json(PeopleJSON.person(try await people.person(name)))
    }

    private func setRole(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 16 << 10)
        let name = context.parameters.get("name") ?? ""
        let record = try await people.set(body.document, roleOf: name, by: try context.somebody())
        return Answers.json(PeopleJSON.person(record))
    }

    private func createToken(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: 16 << 10)
        let name = context.parameters.get("name") ?? ""
        return PeopleJSON.created(try await tokens.create(body.document, for: name, by: try context.somebody()))
    }

    private func change(
        _ request: Request,
        _ context: GatewayContext,
        _ body: (String, Person) async throws -> PersonRecord
    ) async throws -> Response {
        let record = try await body(context.parameters.get("name") ?? "", try context.somebody())
        return Answers.json(PeopleJSON.person(record))
    }
}
