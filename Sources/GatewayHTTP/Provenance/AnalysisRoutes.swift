internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// Published analyses as data: publishing, versions, decisions, history.
struct AnalysisRoutes: Sendable {
    let analyses: AnalysisService

    /// The largest body: words, no files.
    private static let largest = 256 << 10

    var routes: [Route] {
        let one = "/api/v1/analyses/{id}"
        return [
            Route(.post, "/api/v1/jobs/{id}/publish", .publishJob, answer: publish),
            Route(.get, "/api/v1/analyses", .readPublished, answer: list),
            Route(.get, one, .readPublished, answer: show),
            Route(.get, "\(one)/history", .readPublished, answer: history),
            Route(.get, "\(one)/events/{position}", .readPublished, answer: event),
            Route(.post, "\(one)/versions", .reviseAnalysis, answer: revise),
            Route(.post, "\(one)/concern", .decideAnalysis, answer: { try await decide(.concern, $0, $1) }),
            Route(.post, "\(one)/retract", .decideAnalysis, answer: { try await decide(.retract, $0, $1) }),
            Route(.post, "\(one)/reinstate", .decideAnalysis, answer: { try await decide(.reinstate, $0, $1) }),
            Route(.post, "/api/v1/changes", .tellChange, answer: change),
            Route(.get, "/api/v1/notices", .readNotices, answer: notices),
        ]
    }

    private func publish(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.largest)
        return created(try await analyses.publish(try context.jobID, body.document, by: try context.someone))
    }

    private func revise(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.largest)
        return created(try await analyses.revise(try context.recordID, body.document, by: try context.someone))
    }

    private func created(_ analysis: Analysis) -> Response {
        Answers.json(
            .object(members(analysis)),
            status: .created,
            headers: [.location: "/api/v1/analyses/\(analysis.record)"]
        )
    }

    private func decide(
        _ kind: Decision.Kind,
        _ request: Request,
        _ context: GatewayContext
    ) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.largest)
        let decided = try await analyses.decide(
            kind,
            on: try context.recordID,
            body.document,
            by: try context.someone
        )
        return Answers.json(.object(members(decided)))
    }

    private func change(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: Self.largest)
        let flagged = try await analyses.noteChange(body.document, by: try context.someone)
        return Answers.json(["flagged": .array(flagged.map { .string($0.text) })])
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = try RequestQuery(request, known: ["limit", "cursor"])
        let limit = query.integer("limit", in: 1...500) ?? 50
        let cursor = query.text("cursor")
        try query.check()
        let page = try await analyses.list(after: cursor, limit: limit)
        return Answers.list(page.items.map { .object(members($0)) }, next: page.next)
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let analysis = try await analyses.analysis(try context.recordID)
        let versions = try await analyses.versions(of: analysis)
        let flags = try await analyses.flags(of: analysis.record)
        var answer = members(analysis)
        if let doi = try await analyses.doi(of: analysis.record) {
            answer["doi"] = [
                "doi": .string(doi.doi), "state": .string(doi.state.rawValue),
                "reason": doi.reason.map { .string($0) } ?? .null,
            ]
        }
        answer["versions"] = .array(
            versions.map { version in
                [
                    "id": .string(version.id.text), "version": .string(version.version),
                    "publishedAt": .string(version.publishedAt.utc), "status": .string(version.status.rawValue),
                ]
            }
        )
        answer["flags"] = .array(flags.map { .object(Self.members($0)) })
        return Answers.json(.object(answer))
    }

    private func notices(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let notices = try await analyses.notices(for: try context.someone)
        return Answers.list(
            notices.map { notice in
                .object(Self.members(notice.flag).merging(["analysis": .string(notice.record.text)]) { $1 })
            }
        )
    }

    private static func members(_ flag: AnalysisFlag) -> [String: JSONValue] {
        [
            "kind": .string(flag.kind.rawValue), "digest": .string(flag.digest), "cause": .string(flag.cause),
            "reason": .string(flag.reason), "at": .string(flag.at.iso8601),
        ]
    }

    private func history(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let record = try context.recordID
        return Answers.list(
            try await analyses.history(of: record).map { event in
                [
                    "event": .string(event.event.rawValue), "position": .integer(event.position),
                    "at": .string(event.at.iso8601), "by": .string(event.by),
                    "reason": event.reason.map { .string($0) } ?? .null,
                    "envelope": .string("/api/v1/analyses/\(record)/events/\(event.position)"),
                ]
            }
        )
    }

    private func event(_ request: Request, _ context: GatewayContext) async throws -> Response {
        guard let position = context.parameters.get("position").flatMap({ Int($0) }), position >= 0 else {
            throw Problem(kind: .notFound, detail: "An event is named by its position in the log.")
        }
        let text = try await analyses.envelope(of: try context.recordID, at: position)
        return FixedBytes(text: text, type: "application/vnd.in-toto+json", name: nil).answer(request)
    }

    private func members(_ analysis: Analysis) -> [String: JSONValue] {
        [
            "id": .string(analysis.record.text), "work": .string(analysis.work.text),
            "job": .string(analysis.job.text), "publication": AnalysisJSON.value(analysis.publication),
            "status": AnalysisJSON.value(analysis.status),
            "replayOf": analysis.replayOf.map { .string($0.description) } ?? .null,
            "links": [
                "self": .string("/api/v1/analyses/\(analysis.record)"), "page": .string("/analysis/\(analysis.record)"),
                "manifest": .string("/analysis/\(analysis.record)/reproducibility-manifest"),
                "history": .string("/api/v1/analyses/\(analysis.record)/history"),
                "replays": .string("/api/v1/analyses/\(analysis.record)/replays"),
            ],
        ]
    }
}

extension GatewayContext {
    /// The record in the address.
    var recordID: RecordID {
        get throws {
            let text = parameters.get("id") ?? ""
            if let id = RecordID(text) { return id }
            throw Problem(
                kind: .notFound,
                detail: "'\(text.prefix(60))' is no analysis; GET /api/v1/analyses lists them."
            )
        }
    }

    /// Who asks.
    var someone: Gateway.Person {
        get throws {
            if let person { return person }
            throw Problem(kind: .unauthenticated, detail: "Send a valid token as 'Authorization: Bearer …'.")
        }
    }
}
