internal import CurlClient

extension ModelServer {
    /// What a broken exchange means.
    ///
    /// - Parameters:
    ///   - error: how it broke.
    ///   - hasBegun: whether the head of a good answer had come.
    /// - Returns: what the caller is told.
    func failure(_ error: HTTPClientError, hasBegun: Bool) -> ModelFailure {
        let kind = Self.kind(error, hasBegun: hasBegun)
        return tidy(ModelFailure(kind, "\(error)\(advice(kind))"))
    }

    private static func kind(_ error: HTTPClientError, hasBegun: Bool) -> ModelFailure.Kind {
        switch error {
        // libcurl's word for an answer that begins with no status line.
        case .invalidRequest(let text) where text.contains("HTTP/0.9"): .malformedResponse(.protocolViolation)
        case .invalidRequest: .processingError(.invalidRequest)
        case .hostNotFound, .refused, .forbiddenAddress, .tls: .providerUnavailable(.refused)
        case .timedOut: .providerUnavailable(.timeout)
        case .tooLarge: .malformedResponse(.tooLarge)
        case .aborted: hasBegun ? .malformedResponse(.noTerminal) : .providerUnavailable(.refused)
        case .cancelled: .processingError(.cancelled)
        case .failed(code: 8, _), .failed(code: 61, _): .malformedResponse(.protocolViolation)
        case .sourceFailed, .clientClosed, .failed: .processingError(.internalFault)
        }
    }

    /// What an answer with another status than 2xx means.
    func refusal(_ head: HTTPResponseHead, _ body: [UInt8]) -> ModelFailure {
        let reason = EngineMessage.text(ofBody: body) ?? "no reason is given"
        let kind: ModelFailure.Kind =
            switch head.status {
            case 404: .providerUnavailable(.modelMissing)
            case 429: .providerUnavailable(.rateLimited)
            case 503: .providerUnavailable(.busy)
            case 400..<500: .providerUnavailable(.rejected)
            case 500...: .providerUnavailable(.serverError)
            default: .malformedResponse(.protocolViolation)
            }
        return tidy(
            ModelFailure(
                kind,
                "HTTP \(head.status), \(reason)\(advice(head.status, isSilent: body.isEmpty))",
                retryAfter: Self.pause(head)
            )
        )
    }

    /// The server has no such model.
    var missingModel: ModelFailure {
        tidy(
            ModelFailure(
                .providerUnavailable(.modelMissing),
                "the server has no model '\(endpoint.model)'\(advice(404, isSilent: false))"
            )
        )
    }

    /// A failure that names the endpoint, on one line, and without the token should the server have repeated it.
    func tidy(_ failure: ModelFailure) -> ModelFailure {
        let name = "\(endpoint.name): "
        var detail = failure.detail.hasPrefix(name) ? failure.detail : name + failure.detail
        if let token = endpoint.token, !token.isEmpty { detail = detail.replacing(token, with: "[token]") }
        return ModelFailure(
            failure.kind,
            detail.replacing(/\s+/, with: " "),
            validationErrors: failure.validationErrors,
            retryAfter: failure.retryAfter
        )
    }

    private func advice(_ kind: ModelFailure.Kind) -> String {
        switch (kind, endpoint.dialect) {
        case (.providerUnavailable(.refused), .ollama), (.providerUnavailable(.refused), .ollamaV1):
            "; start Ollama (`ollama serve`), or correct the endpoint's URL"
        case (.providerUnavailable(.refused), _): "; start the server, or correct the endpoint's URL"
        default: ""
        }
    }

    private func advice(_ status: Int, isSilent: Bool) -> String {
        switch (status, endpoint.dialect) {
        case (404, .ollama), (404, .ollamaV1): "; `ollama pull \(endpoint.model)` brings it"
        case (404, .llamaServer), (404, .vLLM): "; start the server with that model, or correct the model's name"
        case (403, .ollama) where isSilent, (403, .ollamaV1) where isSilent:
            "; Ollama refuses host names it does not know: address it as 127.0.0.1, or let it listen elsewhere (OLLAMA_HOST)"
        case (401, _), (403, _): "; check the endpoint's token"
        default: ""
        }
    }

    /// `Retry-After` in seconds (RFC 9110 §10.2.3), an hour at most; a date is not read.
    private static func pause(_ head: HTTPResponseHead) -> Duration? {
        head.headers["Retry-After"].flatMap { Int($0) }.map { .seconds(min(max($0, 0), 3600)) }
    }
}
