/// Why there is no usable answer of a model.
package struct ModelFailure: Error, Sendable, Hashable {
    /// The three kinds, each with what exactly it was.
    package enum Kind: Sendable, Hashable {
        /// The server cannot be asked now.
        case providerUnavailable(Unavailable)
        /// It answered, and the answer cannot be used.
        case malformedResponse(Malformed)
        /// We failed ourselves: a schema that may not be sent, a request that is not valid, a cancelled task.
        case processingError(Processing)
    }

    /// Why a server cannot be asked.
    package enum Unavailable: String, Sendable, CaseIterable {
        /// No model is configured.
        case notConfigured
        /// No connection, or it broke before the first byte.
        case refused
        /// It took too long.
        case timeout
        /// 503: its queue is full, or it loads.
        case busy
        /// 429.
        case rateLimited
        /// Another 5xx.
        case serverError
        /// 404: the server has no such model.
        case modelMissing
        /// Another 4xx: it does not take our request.
        case rejected
        /// The breaker is open: nobody asks for a while.
        case breakerOpen
        /// More wait for its slots than may.
        case overloaded
    }

    /// What is wrong with an answer.
    package enum Malformed: String, Sendable, CaseIterable {
        /// The stream ended, or the answer came, without its end being said.
        case noTerminal
        /// An error came in the middle of the stream.
        case midStreamError
        /// It is no JSON, or more than one document.
        case notJSON
        /// It does not fit the schema.
        case schema
        /// It was cut by the most tokens.
        case truncated
        /// A tool's arguments are no JSON.
        case toolArguments
        /// A line, or the whole, is longer than we take.
        case tooLarge
        /// The body is not what the protocol says.
        case protocolViolation
    }

    /// How we failed ourselves.
    package enum Processing: String, Sendable, CaseIterable {
        /// The schema has what an engine would ignore or choke on.
        case schemaRefused
        /// The request cannot be sent.
        case invalidRequest
        /// The caller went away.
        case cancelled
        /// Anything else.
        case internalFault
    }

    /// Which kind.
    package let kind: Kind
    /// What happened, for a person; never a secret, at most a line.
    package let detail: String
    /// What does not fit a schema, each `POINTER: what is wrong` (RFC 6901).
    package var validationErrors: [String] = []
    /// How long the server asks to be left alone.
    package var retryAfter: Duration?

    /// A failure.
    package init(_ kind: Kind, _ detail: String, validationErrors: [String] = [], retryAfter: Duration? = nil) {
        self.kind = kind
        self.detail = detail
        self.validationErrors = validationErrors
        self.retryAfter = retryAfter
    }

    /// The kind in the words of metrics and records, such as `provider_unavailable.refused`.
    package var code: String {
        switch kind {
        case .providerUnavailable(let why): "provider_unavailable.\(why.rawValue)"
        case .malformedResponse(let why): "malformed_response.\(why.rawValue)"
        case .processingError(let why): "processing_error.\(why.rawValue)"
        }
    }
}

extension ModelFailure: CustomStringConvertible {
    package var description: String { "\(code): \(detail)" }
}
