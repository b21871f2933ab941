internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// Submitting, reading, listing and cancelling jobs.
struct JobRoutes: Sendable {
    private let jobs: JobService
    private let limits: Limits
    /// Answers about single jobs.
    private let shown = FreshCopies<ShownJob>()

    init(services: GatewayServices, limits: Limits) {
        jobs = services.jobs
        self.limits = limits
    }

    var routes: [Route] {
        [
            Route(.post, "/api/v1/jobs", .submitJob, answer: submit),
            Route(.get, "/api/v1/jobs", .listJobs, answer: list),
            Route(.get, "/api/v1/jobs/{id}", .readJob, atOnce: known, answer: show),
            Route(.post, "/api/v1/jobs/{id}/cancel", .cancelJob, answer: cancel),
            Route(.get, "/api/v1/jobs/{id}/manifest", .readJob, answer: manifest),
            Route(.get, "/api/v1/jobs/{id}/script", .readJob, answer: script),
            Route(.get, "/api/v1/jobs/{id}/tasks", .readJob, answer: tasks),
        ]
    }

    private func submit(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body = try await ManifestBody.read(request, limit: limits.bodyBytes)
        var query = try RequestQuery(request, known: ["dryRun", "advice"])
        let isDryRun = query.flag("dryRun")
        let insists = query.insists()
        try query.check()
        let key = try IdempotencyKey.read(request)
        if isDryRun {
            let preview = try await jobs.advisedPreview(body.document, by: try context.authenticated)
            return Answers.json(Self.preview(preview))
        }
        let answer = try await jobs.submit(
            body.document,
            bodyDigest: SHA256Digest(of: body.bytes),
            idempotencyKey: key,
            by: try context.authenticated,
            insists: insists
        )
        switch answer {
        case .accepted(let job):
            context.logger.info(
                "accepted a job",
                metadata: ["job.id": "\(job.id)", "site": "\(job.site)", "owner": "\(job.owner)"]
            )
            return Answers.json(
                JobJSON.job(job),
                status: .accepted,
                headers: [.location: "/api/v1/jobs/\(job.id)"]
            )
        case .preview(let preview): return Answers.json(Self.preview(preview))
        }
    }

    private static func preview(_ preview: ScriptPreview) -> JSONValue {
        [
            "script": .string(preview.script), "template": .string(preview.template), "site": .string(preview.site),
            "manifest": preview.manifest, "scriptDigest": .string(preview.scriptDigest),
            "price": BudgetJSON.price(preview), "advice": AdviceJSON.advice(preview.advice),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let page = try await jobs.list(try JobQueryReader.read(request), for: try context.authenticated)
        return Answers.list(page.items.map(JobJSON.job), next: page.next)
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let (id, commits) = (try context.jobID, jobs.commits)
        let job = try await jobs.job(id)
        let text = ByteBuffer(string: JobJSON.job(job).jsonText)
        shown.keep(ShownJob(owner: job.owner, text: text), as: id.text, at: commits)
        return Answers.json(text)
    }

    /// The same, when nothing was written since somebody asked for this job.
    private func known(_ request: Request, _ context: GatewayContext) -> Response? {
        guard let job = shown.value(context.parameters.get("id") ?? "", at: jobs.commits),
            Rights.allow(.readJob, context.person, owner: job.owner)
        else { return nil }
        return Answers.json(job.text)
    }

    private func cancel(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let job = try await jobs.cancel(try context.jobID, by: try context.authenticated)
        return Answers.json(JobJSON.job(job), status: .accepted)
    }

    private func manifest(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.text(try await jobs.job(try context.jobID).manifestText, type: "application/json")
    }

    private func script(_ request: Request, _ context: GatewayContext) async throws -> Response {
        Answers.text(try await jobs.job(try context.jobID).script, type: "text/x-shellscript; charset=utf-8")
    }

    private func tasks(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let job = try await jobs.job(try context.jobID)
        return Answers.list(job.tasks.values.sorted { $0.index < $1.index }.map(JobJSON.task))
    }
}

extension RequestQuery {
    /// Whether a job is wanted though it is advised against.
    fileprivate mutating func insists() -> Bool {
        guard let text = text("advice") else { return false }
        if text != "insist", text != "heed" { fault("advice", "'\(text.prefix(40))' is neither", "heed or insist") }
        return text == "insist"
    }
}

/// An answer about a job, and whose it is.
private struct ShownJob: Sendable {
    let owner: String
    let text: ByteBuffer
}

extension GatewayContext {
    /// Who asks; the router lets nobody through without.
    var authenticated: Person {
        get throws {
            guard let person else { throw Problem(kind: .unauthenticated, detail: "Send a valid token.") }
            return person
        }
    }

    /// The job in the path.
    var jobID: JobID {
        get throws {
            let text = parameters.get("id") ?? ""
            guard let id = JobID(text) else {
                throw Problem(kind: .notFound, detail: "'\(text.prefix(64))' is not the id of a job.")
            }
            return id
        }
    }
}
