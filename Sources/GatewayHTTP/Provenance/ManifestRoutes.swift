internal import Attestation
internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// The manifests of ended jobs, in each of their forms.
struct ManifestRoutes: Sendable {
    let manifests: ManifestService

    var routes: [Route] {
        let base = "/api/v1/jobs/{id}/reproducibility-manifest"
        return [
            Route(.get, base, .readJob, answer: negotiated),
            Route(.get, "\(base)/{form}", .readJob, style: .stream, answer: named),
        ]
    }

    /// By content negotiation: the crate unless another form is asked for.
    private func negotiated(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let edition = try await manifests.manifest(of: try context.jobID)
        let offered = ManifestForm.allCases.map { String($0.mediaType.prefix { $0 != ";" }) }
        let otherwise = String(ManifestForm.crate.mediaType.prefix { $0 != ";" })
        guard let type = Accept.choose(request, among: offered, otherwise: otherwise),
            let form = ManifestForm.allCases.first(where: { $0.mediaType.hasPrefix(type) })
        else {
            throw Problem(kind: .notAcceptable, detail: "Its forms are: \(ManifestForm.list).")
        }
        return try await answer(edition, form, request, isNegotiated: true)
    }

    private func named(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let isNewest = try CheckpointWish.isNewest(request)
        let edition = try await manifests.manifest(of: try context.jobID)
        if context.parameters.get("form") == "archive.zip" {
            let bag = try await manifests.bag(of: edition)
            return BagAnswer(bag: bag, manifests: manifests, caching: "private, no-cache").answer(request)
        }
        guard let form = context.parameters.get("form").flatMap({ ManifestForm(fileName: $0) }) else {
            throw Problem(
                kind: .notFound,
                detail: "There is no such form of a manifest. Its forms are: \(ManifestForm.list)."
            )
        }
        guard isNewest, form == .proof else {
            return try await answer(edition, form, request, isNegotiated: false)
        }
        let text = try await manifests.newestProof(of: edition)
        return FixedBytes(text: text, type: form.mediaType, name: form.fileName).answer(request)
    }

    private func answer(
        _ edition: Edition,
        _ form: ManifestForm,
        _ request: Request,
        isNegotiated: Bool
    ) async throws -> Response {
        let text = try await manifests.text(of: edition, as: form)
        return FixedBytes(text: text, type: form.mediaType, name: form.fileName, isNegotiated: isNegotiated)
            .answer(request)
    }
}

/// Which checkpoint a proof ends in: the record's own, which never changes, or the newest that witnesses have cosigned.
enum CheckpointWish {
    /// Whether `checkpoint=latest` is asked for; only a proof has it.
    static func isNewest(_ request: Request) throws -> Bool {
        var query = try RequestQuery(request, known: ["checkpoint"])
        guard let word = query.text("checkpoint") else { return false }
        if word != "latest", word != "own" {
            query.fault("checkpoint", "'\(word.prefix(40))' is neither", "own or latest")
        }
        try query.check()
        return word == "latest"
    }
}
