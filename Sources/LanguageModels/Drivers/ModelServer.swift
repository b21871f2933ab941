internal import CurlClient
internal import Documents

/// The one place where a model's server is spoken to: each exchange is bounded, and each fault becomes a ``ModelFailure``.
struct ModelServer: Sendable {
    let endpoint: ModelEndpoint
    let client: HTTPClient

    /// The most bytes of an error's body that are read.
    private static let refusalLimit = 64 << 10
    /// The most bytes of a list of models.
    private static let documentLimit = 4 << 20

    /// A question with a JSON body.
    ///
    /// - Parameters:
    ///   - path: below the endpoint's URL.
    ///   - body: what is asked.
    ///   - accept: the media type of the answer.
    ///   - deadline: from the first step to the last byte.
    /// - Returns: what to send.
    func post(_ path: String, _ body: JSONValue, accept: String, deadline: Duration) -> HTTPRequest {
        var request = request("POST", path, connect: connectLimit, total: deadline)
        request.headers["Content-Type"] = "application/json"
        request.headers["Accept"] = accept
        request.body = Array(SchemaOrder.text(of: body).utf8)
        return request
    }

    /// Asks, and hands over a good answer's body as it comes.
    ///
    /// - Throws: ``ModelFailure`` for anything but a 2xx status.
    func open(_ request: HTTPRequest) async throws(ModelFailure) -> HTTPStreamedResponse {
        let response: HTTPStreamedResponse
        do throws(HTTPClientError) {
            response = try await client.stream(request)
        } catch {
            throw failure(error, hasBegun: false)
        }
        guard !(200..<300).contains(response.head.status) else { return response }
        throw refusal(response.head, await Self.beginning(of: response.body))
    }

    /// Reads a short document: within a second, and never waiting long for a connection.
    ///
    /// Results and not errors, since several are asked for at once.
    func document<Value: Decodable & Sendable>(_ type: Value.Type, at path: String) async -> Result<Value, ModelFailure>
    {
        let request = request("GET", path, connect: .milliseconds(250), total: .seconds(1))
        do throws(ModelFailure) {
            return .success(try WireJSON.read(type, try await whole(request, limit: Self.documentLimit)))
        } catch {
            return .failure(tidy(error))
        }
    }

    /// Asks, and collects the body of a good answer.
    func whole(_ request: HTTPRequest, limit: Int = LineSplitter.usualLimit) async throws(ModelFailure) -> [UInt8] {
        let body = try await open(request).body
        var bytes: [UInt8] = []
        do throws(HTTPClientError) {
            for try await chunk in body {
                bytes += chunk
                guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
            }
        } catch {
            throw failure(error, hasBegun: true)
        }
        return bytes
    }

    /// Loopback answers at once or never.
    private var connectLimit: Duration { LoopbackURL.matches(endpoint.url) ? .seconds(1) : .seconds(2) }

    private func request(_ method: String, _ path: String, connect: Duration, total: Duration) -> HTTPRequest {
        let base = endpoint.url.last == "/" ? String(endpoint.url.dropLast()) : endpoint.url
        let limits = HTTPRequest.TimeLimits(connect: min(connect, total), total: total, stall: nil)
        var request = HTTPRequest(method, base + path, timeLimits: limits)
        request.headers["Authorization"] = endpoint.token.map { "Bearer \($0)" }
        return request
    }

    /// As much as comes: a broken error is an error all the same.
    private static func beginning(of body: HTTPBody) async -> [UInt8] {
        var bytes: [UInt8] = []
        var iterator = body.makeAsyncIterator()
        while bytes.count < refusalLimit, let chunk = try? await iterator.next(isolation: nil) { bytes += chunk }
        return Array(bytes.prefix(refusalLimit))
    }
}
