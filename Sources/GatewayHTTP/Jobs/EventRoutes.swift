internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Events of a job: live by SSE (WHATWG HTML §9.2) or WebSocket (RFC 6455), or as a list.
struct EventRoutes: Sendable {
    private let jobs: JobService

    init(services: GatewayServices) { jobs = services.jobs }

    var routes: [Route] { [Route(.get, "/api/v1/jobs/{id}/events", .readJob, style: .stream, answer: events)] }

    private func events(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let id = try context.jobID
        var query = try RequestQuery(request, known: ["after", "limit"])
        let after = query.integer("after", in: 0...9_007_199_254_740_991)
        let limit = query.integer("limit", in: 1...500) ?? 200
        try query.check()
        let seen = try Self.lastEventID(request)
        if Handshake.isAsked(request) {
            let handshake = try Handshake(request)
            _ = try await jobs.job(id)
            let events = jobs.eventStream(of: id, after: seen ?? after ?? 0)
            return try await EventSocket(events, on: context.channel).response(handshake)
        }
        switch Accept.choose(request, among: ["text/event-stream", "application/json"], otherwise: "application/json") {
        case "text/event-stream":
            _ = try await jobs.job(id)
            return stream(id, after: seen ?? after ?? 0)
        case "application/json":
            let events = try await jobs.events(of: id, after: after ?? 0, limit: limit)
            let next = events.count == limit ? events.last.map { String($0.sequence) } : nil
            return Answers.list(events.map(\.json), next: next)
        default:
            throw Problem(kind: .notAcceptable, detail: "Events come as text/event-stream or application/json.")
        }
    }

    private func stream(_ id: JobID, after sequence: Int) -> Response {
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-cache, no-transform"]
        return Answers.stream(jobs.eventStream(of: id, after: sequence), headers: headers) { event in
            Array((event.map(Self.text) ?? ": heartbeat\n\n").utf8)
        }
    }

    private static func text(_ event: JobEvent) -> String {
        "id: \(event.sequence)\nevent: \(event.kind.rawValue)\ndata: \(event.json.jsonText)\n\n"
    }

    private static func lastEventID(_ request: Request) throws -> Int? {
        guard let text = request.headers[.lastEventID] else { return nil }
        if let sequence = Int(text), sequence >= 0 { return sequence }
        let fault = Fault(
            path: "/headers/Last-Event-ID",
            message: "'\(text.prefix(40))' is not an event's id",
            expected: "the sequence number of the last event seen"
        )
        throw Problem(kind: .invalidRequest, detail: "The Last-Event-ID cannot be used.", faults: [fault])
    }
}
