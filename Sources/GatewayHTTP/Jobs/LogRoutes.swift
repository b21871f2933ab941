internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// Standard output and standard error, also while the job runs.
struct LogRoutes: Sendable {
    /// The most bytes of one answer that is not a stream.
    private static let most = 8 << 20

    private let logs: LogService

    init(services: GatewayServices) { logs = services.logs }

    var routes: [Route] { [Route(.get, "/api/v1/jobs/{id}/logs/{stream}", .readJob, style: .stream, answer: read)] }

    private func read(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let id = try context.jobID
        guard let stream = LogService.Stream(rawValue: context.parameters.get("stream") ?? "") else {
            throw Problem(kind: .notFound, detail: "A job has the logs 'stdout' and 'stderr'.")
        }
        var query = try RequestQuery(request, known: ["follow", "task"])
        let task = query.integer("task", in: 0...4_000_000)
        let isFollowed = query.flag("follow")
        try query.check()
        let whole = try await logs.read(id, stream, task: task, offset: 0, length: 0)
        // Of nothing there are no parts: the whole is sent, as if no range had been asked for (RFC 9110 §14.2).
        let range = whole.total == 0 ? nil : request.headers[.range].flatMap(ByteRange.init)
        if isFollowed {
            let start = Self.start(range, size: whole.total)
            return Answers.stream(
                logs.follow(id, stream, task: task, from: start),
                headers: Self.headers,
                status: range == nil ? .ok : .partialContent
            ) { $0 }
        }
        guard let range else {
            return try await answer(id, stream, task, 0..<whole.total, of: whole.total, status: .ok)
        }
        guard let bounds = range.bounds(size: whole.total) else {
            throw Problem(
                kind: .rangeNotSatisfiable,
                detail: "The log has \(whole.total) bytes.",
                headers: [.contentRange: "bytes */\(whole.total)"]
            )
        }
        return try await answer(id, stream, task, bounds, of: whole.total, status: .partialContent)
    }

    private static let headers: HTTPFields = [
        .contentType: "text/plain; charset=utf-8", .acceptRanges: "bytes",
    ]

    private static func start(_ range: ByteRange?, size: Int64) -> Int64 {
        switch range {
        case .from(let first, _): first
        case .last(let count): max(0, size - count)
        case nil: 0
        }
    }

    private func answer(
        _ id: JobID,
        _ stream: LogService.Stream,
        _ task: Int?,
        _ bounds: Range<Int64>,
        of total: Int64,
        status: HTTPResponse.Status
    ) async throws -> Response {
        // A log only grows: what was there will be there.
        var headers = Self.headers
        headers[.contentLength] = String(bounds.count)
        if status == .partialContent {
            headers[.contentRange] = "bytes \(bounds.lowerBound)-\(bounds.upperBound - 1)/\(total)"
        }
        let pieces = Pieces(bounds: bounds, piece: Self.most) { [logs] offset, length in
            try await logs.read(id, stream, task: task, offset: offset, length: length).bytes
        }
        return Answers.stream(pieces.stream, headers: headers, status: status) { $0 }
    }
}
