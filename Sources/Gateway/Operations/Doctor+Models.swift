internal import CurlClient
internal import LanguageModels

extension Doctor {
    /// The language models, each asked whether it is there; none is loaded for it.
    ///
    /// A model that is away is a warning: the heuristic advises without it, unless it is off.
    ///
    /// - Returns: a check for each model of the configuration.
    package func models() async -> [SiteCheck] {
        guard !configuration.models.endpoints.isEmpty else { return [] }
        let client = HTTPClient(.init(userAgent: "farfield"))
        var checks: [SiteCheck] = []
        for endpoint in configuration.models.endpoints {
            let name = "model \(endpoint.name)"
            do throws(ModelFailure) {
                let status = try await ModelDriver.model(endpoint, client: client).status()
                let facts = [
                    "\(endpoint.model) at \(endpoint.url)", status.version.map { "server \($0)" },
                    status.isLoaded.map { $0 ? "in memory" : "not in memory: the first answer takes longer" },
                ]
                checks.append(
                    SiteCheck(name: name, state: .passed, detail: facts.compactMap(\.self).joined(separator: ", "))
                )
            } catch {
                checks.append(
                    SiteCheck(
                        name: name,
                        state: configuration.advice.usesHeuristic ? .warning : .failed,
                        detail: "\(endpoint.model) at \(endpoint.url): \(error)",
                        cure: Self.cure(error, endpoint)
                    )
                )
            }
        }
        return checks
    }

    private static func cure(_ failure: ModelFailure, _ endpoint: ModelEndpoint) -> String {
        switch failure.kind {
        case .providerUnavailable(.modelMissing):
            endpoint.dialect == .ollama || endpoint.dialect == .ollamaV1
                ? "ollama pull \(endpoint.model), or name another model."
                : "Name a model that the server has."
        case .providerUnavailable(.rejected): "See `tokenFile` and `dialect` of this model."
        default: "Start the server, or mend `url` of this model. Until then the heuristic advises, if it is on."
        }
    }
}

extension ModelHealth {
    /// How it does, for a person.
    var text: String {
        let loaded = isLoaded.map { $0 ? "in memory" : "not in memory" }
        let words = ["\(model) is \(state.rawValue)", loaded, reason]
        return words.compactMap(\.self).joined(separator: ", ")
    }
}
