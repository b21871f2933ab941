internal import Documents
internal import FoundationEssentials
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// The audit trail: searching it, and all of it for those who check it.
struct AuditRoutes: Sendable {
    let audit: AuditService

    var routes: [Route] {
        [
            Route(.get, "/api/v1/audit", .readAudit, answer: list),
            Route(.get, "/api/v1/audit/export", .readAudit, style: .stream, answer: export),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let (lines, next) = try await audit.find(try Self.query(request))
        return Answers.list(lines.map(\.json), next: next.map { String($0) })
    }

    static func query(_ request: Request) throws -> AuditQuery {
        var query = try RequestQuery(
            request,
            known: ["person", "action", "object", "since", "until", "limit", "cursor"]
        )
        var wanted = AuditQuery(
            person: query.text("person"),
            action: query.text("action"),
            limit: query.integer("limit", in: 1...500) ?? 100,
            before: query.integer("cursor", in: 1...9_007_199_254_740_991).map(Int64.init)
        )
        wanted.since = moment("since", &query)
        wanted.until = moment("until", &query)
        if let object = query.text("object") {
            let parts = object.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            wanted.objectKind = parts[0]
            wanted.objectID = parts.count > 1 ? parts[1] : nil
        }
        try query.check()
        return wanted
    }

    private static func moment(_ key: String, _ query: inout RequestQuery) -> Timestamp? {
        guard let text = query.text(key) else { return nil }
        // Year, month and day alone are the first moment of that day in UTC.
        let whole = text.utf8.count == 10 ? text + "T00:00:00Z" : text
        let plain = Date.ISO8601FormatStyle()
        guard
            let date = (try? Date(whole, strategy: plain))
                ?? (try? Date(whole, strategy: plain.year().month().day().time(includingFractionalSeconds: true)))
        else {
            query.fault(key, "'\(text.prefix(40))' is no moment", "such as 2026-11-20 or 2026-11-20T19:36:05Z")
            return nil
        }
        return Timestamp(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded()))
    }

    /// One JSON text in each line (jsonlines.org), the oldest first.
    private func export(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        return Answers.stream(
            audit.export(),
            headers: [
                .contentType: "application/jsonl",
                .contentDisposition: "attachment; filename=\"audit.jsonl\"",
            ]
        ) { Array($0.json.jsonText.utf8) + [0x0A] }
    }
}
