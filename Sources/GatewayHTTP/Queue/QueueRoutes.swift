internal import Documents
internal import Gateway
internal import Hummingbird
internal import TaskQueue

/// The queue of background work, for operators.
struct QueueRoutes: Sendable {
    private let queue: QueueService

    init(services: GatewayServices) { queue = services.queue }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/queue", .tendQueue, answer: overview),
            Route(.get, "/api/v1/queue/dead", .tendQueue, answer: dead),
            Route(.post, "/api/v1/queue/{id}/requeue", .tendQueue, answer: requeue),
            Route(.delete, "/api/v1/queue/{id}", .tendQueue, answer: discard),
        ]
    }

    private func overview(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        let overview = try await queue.overview()
        return Answers.json([
            "asOf": JobJSON.moment(overview.asOf),
            "kinds": .array(overview.lines.map { Self.json($0, at: overview.asOf) }),
            "running": .array(overview.running.map(Self.json)),
        ])
    }

    private func dead(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["limit"])
        let limit = query.integer("limit", in: 1...1000) ?? 100
        try query.check()
        return Answers.list(try await queue.dead(limit: limit).map(Self.json))
    }

    private func requeue(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let id = try Self.id(context)
        try await queue.requeue(id, by: try context.authenticated)
        return Answers.json(["id": .integer(Int(id)), "state": "waiting"])
    }

    private func discard(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try await queue.discard(try Self.id(context), by: try context.authenticated)
        return Response(status: .noContent)
    }

    private static func id(_ context: GatewayContext) throws -> Int64 {
        let text = context.parameters.get("id") ?? ""
        if let id = Int64(text), id >= 0 { return id }
        throw Problem(kind: .notFound, detail: "'\(text.prefix(40))' is no task; tasks have whole numbers.")
    }

    private static func json(_ line: QueueLine, at now: Timestamp) -> JSONValue {
        let age = line.oldestDueAt.map { (now.microseconds - $0) / 1_000_000 }
        return [
            "kind": .string(line.kind), "waiting": .integer(line.counts[.waiting] ?? 0), "due": .integer(line.due),
            "running": .integer(line.counts[.running] ?? 0), "dead": .integer(line.counts[.dead] ?? 0),
            "oldestDueSeconds": age.map { .integer(Int(max(0, $0))) } ?? .null,
            "nextRunAt": JobJSON.moment(line.nextRunAt.map { Timestamp(microseconds: $0) }),
        ]
    }

    private static func json(_ task: RunningTask) -> JSONValue {
        [
            "id": .integer(Int(task.id)), "kind": .string(task.kind), "key": JobJSON.text(task.key),
            "attempt": .integer(task.attempt), "owner": .string(task.owner),
            "leaseExpiresAt": JobJSON.moment(Timestamp(microseconds: task.leaseExpiresAt)),
        ]
    }

    private static func json(_ task: DeadTask) -> JSONValue {
        [
            "id": .integer(Int(task.id)), "kind": .string(task.kind), "key": JobJSON.text(task.key),
            "attempts": .integer(task.attempts), "error": .string(task.lastError),
            "diedAt": JobJSON.moment(Timestamp(microseconds: task.diedAt)),
        ]
    }
}
