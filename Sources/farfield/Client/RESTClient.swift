import CurlClient
import FoundationEssentials

/// Talks to the gateway's REST interface and turns what is not an answer into a `RequestFailure`.
struct RESTClient: Sendable {
    private let baseURL: String
    private let tokens: TokenSource
    private let wantsDocuments: Bool
    private let http = HTTPClient(.init(userAgent: "farfield"))

    /// The longest document that is read.
    private static let documentLimit = 64 << 20

    /// - Parameters:
    ///   - baseURL: The gateway's address, without a slash at its end.
    ///   - tokens: Where the token comes from that is sent with every request, when there is one.
    ///   - wantsDocuments: Whether a problem document goes to standard output as it is.
    init(baseURL: String, tokens: TokenSource, wantsDocuments: Bool) {
        self.baseURL = baseURL
        self.tokens = tokens
        self.wantsDocuments = wantsDocuments
    }

    /// Asks for a document.
    func get(_ target: RequestTarget, timeLimits: HTTPRequest.TimeLimits = .exchange) async throws -> Answer {
        try await exchange(request("GET", target, [:], timeLimits: timeLimits))
    }

    /// Sends a document, or nothing, and reads the answer; `headers` come beside the token.
    func post(
        _ target: RequestTarget,
        body: [UInt8] = [],
        headers: HTTPHeaders = [:],
        timeLimits: HTTPRequest.TimeLimits = .exchange
    ) async throws -> Answer {
        try await exchange(request("POST", target, headers, body: body, timeLimits: timeLimits))
    }

    /// Sends a value as JSON, and reads the answer.
    func send(_ method: String, _ target: RequestTarget, document: some Encodable) async throws -> Answer {
        let body = Array(try JSONEncoder().encode(document))
        let headers: HTTPHeaders = ["Content-Type": "application/json"]
        return Answer(body: try await send(method, target, body: body, headers: headers).body)
    }

    /// Sends a document that takes the place of another, and reads the answer; `headers` come beside the token.
    func put(_ target: RequestTarget, body: [UInt8], headers: HTTPHeaders) async throws -> Answer {
        try await exchange(request("PUT", target, headers, body: body, timeLimits: .exchange))
    }

    /// Asks for something to be gone.
    func delete(_ target: RequestTarget) async throws {
        _ = try await exchange(request("DELETE", target, [:], timeLimits: .exchange))
    }

    /// Asks for bytes that may come slowly or without end.
    ///
    /// `headers` come beside the token; statuses in `allowed` are the caller's to handle, as 2xx are.
    func stream(
        _ target: RequestTarget,
        headers: HTTPHeaders = [:],
        allowing allowed: Set<Int> = [],
        timeLimits: HTTPRequest.TimeLimits = .stream
    ) async throws -> HTTPStreamedResponse {
        let request = request("GET", target, headers, timeLimits: timeLimits)
        do {
            let response = try await authorized(request, status: \.head.status) { try await http.stream($0) }
            if (200..<300).contains(response.head.status) || allowed.contains(response.head.status) {
                return response
            }
            var body: [UInt8] = []
            for try await chunk in response.body where body.count < 1 << 20 { body += chunk }
            throw refusal(Problem(HTTPResponse(head: response.head, body: body)))
        } catch let error as HTTPClientError {
            throw failure(error)
        }
    }

    /// The failure of a transfer as this client tells it.
    func failure(_ error: HTTPClientError) -> RequestFailure {
        RequestFailure(.transport(error, url: baseURL))
    }

    /// Sends anything and gives the answer with its header fields; `headers` come beside the token.
    func send(
        _ method: String,
        _ target: RequestTarget,
        body: [UInt8]? = nil,
        headers: HTTPHeaders = [:],
        timeLimits: HTTPRequest.TimeLimits = .exchange
    ) async throws -> HTTPResponse {
        try await answered(request(method, target, headers, body: body, timeLimits: timeLimits))
    }

    private func exchange(_ request: HTTPRequest) async throws -> Answer {
        Answer(body: try await answered(request).body)
    }

    private func answered(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response: HTTPResponse
        do {
            response = try await authorized(request, status: \.status) { try await http.send($0) }
        } catch let error as HTTPClientError {
            throw failure(error)
        }
        guard (200..<300).contains(response.status) else { throw refusal(Problem(response)) }
        return response
    }

    /// Sends a request with the token of the moment, and once more when a kept login has a newer one.
    private func authorized<Response>(
        _ request: HTTPRequest,
        status: (Response) -> Int,
        send: (HTTPRequest) async throws -> Response
    ) async throws -> Response {
        guard let token = try await tokens.token() else { return try await send(request) }
        let response = try await send(request.with(token))
        guard status(response) == 401, let newer = try await tokens.replacement(for: token) else { return response }
        return try await send(request.with(newer))
    }

    private func request(
        _ method: String,
        _ target: RequestTarget,
        _ extra: HTTPHeaders,
        body: [UInt8]? = nil,
        timeLimits: HTTPRequest.TimeLimits
    ) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": "application/json, application/problem+json;q=0.9, */*;q=0.1"]
        for field in extra.fields { headers[field.name] = field.value }
        return HTTPRequest(
            method,
            baseURL + target.text,
            headers: headers,
            body: body,
            timeLimits: timeLimits,
            maximumBodyBytes: Self.documentLimit
        )
    }

    private func refusal(_ problem: Problem) -> RequestFailure {
        var failure = RequestFailure(.problem(problem))
        failure.wantsDocument = wantsDocuments
        if problem.status == 401 { failure.hint = tokens.hint }
        return failure
    }
}

extension HTTPRequest {
    /// The same with a token.
    fileprivate func with(_ token: AccessToken) -> HTTPRequest {
        var request = self
        request.headers["Authorization"] = "Bearer \(token.text)"
        return request
    }
}
