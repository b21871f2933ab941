internal import Documents
internal import LanguageModels

/// Reads `models:`.
enum ModelPolicyReader {
    private static let keys = [
        "name", "dialect", "url", "model", "tokenFile", "contextTokens", "keepAlive", "slots", "loadDeadline",
    ]
    private static let urlForm = "http:// or https://, a host and a port, such as http://127.0.0.1:11434"

    static func read(_ field: Field) -> ModelPolicy {
        let endpoints = (field.elements(limit: 20, of: "models") ?? []).compactMap(endpoint)
        for (name, same) in Dictionary(grouping: endpoints, by: \.name) where same.count > 1 {
            field.fault("the model '\(name)' stands \(same.count) times", expected: "each name once")
        }
        return ModelPolicy(endpoints: endpoints)
    }

    private static func endpoint(_ field: Field) -> ModelEndpoint? {
        guard let object = field.object(known: keys) else { return nil }
        let name = object.required("name", expected: "a name for answers and metrics")
            .flatMap(ManifestWords.identifier)
        let url = object.required("url", expected: urlForm).flatMap(url)
        let model = object.required("model", expected: "the model's name there, such as mistral:7b-instruct")
            .flatMap(model)
        let dialect = object["dialect"].map { PolicyReader.choice($0, of: ModelEndpoint.Dialect.self) } ?? .ollama
        let token = object["tokenFile"].flatMap { field in field.string().flatMap { SecretFile.read($0, field) } }
        let standard = ModelEndpoint(name: name ?? "", url: url ?? "", dialect: dialect ?? .ollama, model: model ?? "")
        var endpoint = standard
        endpoint.token = token
        endpoint.contextTokens =
            object["contextTokens"].flatMap { $0.integer(in: 512...1_000_000, unit: "tokens") }
            ?? standard.contextTokens
        endpoint.keepAlive = object["keepAlive"].flatMap(keepAlive) ?? standard.keepAlive
        endpoint.slots = object["slots"].flatMap { $0.integer(in: 1...1000, unit: "requests") } ?? standard.slots
        endpoint.loadDeadline = object["loadDeadline"].flatMap(SiteReader.duration) ?? standard.loadDeadline
        if token != nil, let url, !Self.keepsSecrets(url) {
            object["tokenFile"]?.fault("the token would travel in the clear", expected: "a url with https://")
        }
        return name == nil || url == nil || model == nil || dialect == nil ? nil : endpoint
    }

    /// Without a path, for the dialect knows it, and without a password, for that would stand in logs.
    private static func url(_ field: Field) -> String? {
        guard let text = field.string(expected: urlForm) else { return nil }
        let pattern = /(https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?)\/?/
        guard let match = text.wholeMatch(of: pattern), match.2.map({ (1...65535).contains(Int($0) ?? 0) }) ?? true
        else {
            field.fault("\(ManifestWords.quoted(text)) is no address of a model server", expected: urlForm)
            return nil
        }
        return String(match.1)
    }

    private static func keepsSecrets(_ url: String) -> Bool {
        url.hasPrefix("https://") || url.contains(/^http:\/\/(localhost|127\.[0-9.]+|\[::1\])(:|$)/)
    }

    private static func model(_ field: Field) -> String? {
        ManifestWords.matching(
            field,
            /[A-Za-z0-9][A-Za-z0-9._:\/@+-]{0,199}/,
            expected: "a model's name of letters, digits and . _ : / @ + -"
        )
    }

    /// `forever` is what the servers call a negative time.
    private static func keepAlive(_ field: Field) -> Duration? {
        field.value.stringValue == "forever" ? .seconds(-1) : SiteReader.duration(field)
    }
}

/// Reads `advice:`.
enum AdvicePolicyReader {
    static func read(_ field: Field) -> AdvicePolicy {
        var policy = AdvicePolicy.standard
        guard let object = field.object(known: ["budget", "heuristic", "rejects", "confidence", "latePatience"]) else {
            return policy
        }
        policy.budget = object["budget"].flatMap(budget) ?? policy.budget
        policy.usesHeuristic = object["heuristic"].flatMap(flag) ?? policy.usesHeuristic
        policy.rejects =
            object["rejects"].flatMap { PolicyReader.choice($0, of: AdvicePolicy.Rejection.self) } ?? policy.rejects
        policy.confidence = object["confidence"].flatMap { $0.integer(in: 0...100) } ?? policy.confidence
        policy.latePatience = object["latePatience"].flatMap(SiteReader.duration) ?? policy.latePatience
        return policy
    }

    /// Somebody waits for it.
    private static func budget(_ field: Field) -> Duration? {
        let expected = "1ms to 20s, such as 1600ms or 2s"
        guard let text = field.string(expected: expected) else { return nil }
        let seconds = text.wholeMatch(of: /([0-9]{1,2}(?:\.[0-9]{1,3})?)s/).flatMap { Double($0.1) }.map {
            Duration.milliseconds(Int(($0 * 1000).rounded()))
        }
        let milliseconds = text.wholeMatch(of: /([0-9]{1,5})ms/).flatMap { Int($0.1) }
        let duration = milliseconds.map { Duration.milliseconds($0) } ?? seconds
        guard let duration, (.milliseconds(1) ... .seconds(20)).contains(duration) else {
            field.fault("\(ManifestWords.quoted(text)) is no time somebody would wait", expected: expected)
            return nil
        }
        return duration
    }

    /// `on` and `off` are texts in YAML 1.2.
    private static func flag(_ field: Field) -> Bool? {
        switch field.value {
        case .boolean(let value): return value
        case .string("on"): return true
        case .string("off"): return false
        default:
            field.fault("this is neither on nor off", expected: "on or off")
            return nil
        }
    }
}
