import CurlClient
import Documents
import Foundation
import Testing

/// The REST API of a gateway under test.
struct API: Sendable {
    private static let plain = HTTPClient(.init(userAgent: "farfield-tests"))

    /// An answer with its body read.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]

        /// The body as JSON; null when it is none.
        var json: JSONValue { (try? JSONValue(json: bytes)) ?? .null }
        /// The body as text.
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    let url: String
    let token: String
    private let client: HTTPClient

    init(_ gateway: GatewayProcess) { self.init(gateway, token: gateway.token) }

    /// The API for somebody with a token.
    init(url: String, token: String) {
        self.url = url
        self.token = token
        client = Self.plain
    }

    /// The API as the holder of another token sees it.
    init(_ gateway: GatewayProcess, token: String) {
        url = gateway.url
        self.token = token
        client =
            gateway.authority.map { HTTPClient(.init(userAgent: "farfield-tests", trustedCertificatesPath: $0)) }
            ?? Self.plain
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send("GET", path, headers: headers)
    }

    func get(_ path: String, token: String?) async throws -> Answer { try await send("GET", path, token: token) }

    func post(
        _ path: String,
        _ body: String,
        type: String = "application/yaml",
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send("POST", path, body: Array(body.utf8), headers: headers.merging(["Content-Type": type]) { $1 })
    }

    func send(
        _ method: String,
        _ path: String,
        body: [UInt8]? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(method, path, body: body, headers: headers, token: token)
    }

    func send(
        _ method: String,
        _ path: String,
        body: [UInt8]? = nil,
        headers: [String: String] = [:],
        token: String?
    ) async throws -> Answer {
        let response = try await client.send(
            HTTPRequest(method, address(path), headers: Self.fields(headers, token), body: body)
        )
        if !path.hasPrefix("http") {
            let type = response.headers["Content-Type"]
            Contract.shared.check(method, path, status: response.status, type: type, body: response.body)
        }
        return Answer(status: response.status, headers: response.headers, bytes: response.body)
    }

    /// Opens an answer whose body comes piece by piece.
    func stream(_ path: String, headers: [String: String] = [:]) async throws -> HTTPStreamedResponse {
        try await client.stream(
            HTTPRequest("GET", address(path), headers: Self.fields(headers, token), timeLimits: .stream)
        )
    }

    private func address(_ path: String) -> String { path.hasPrefix("http") ? path : url + path }

    private static func fields(_ headers: [String: String], _ token: String?) -> HTTPHeaders {
        var fields: HTTPHeaders = [:]
        for (name, value) in headers { fields[name] = value }
        if let token { fields["Authorization"] = "Bearer \(token)" }
        return fields
    }

    /// Submits a manifest and gives the id of the job.
    func submit(_ manifest: String, headers: [String: String] = [:]) async throws -> String {
        let answer = try await post("/api/v1/jobs", manifest, headers: headers)
        try #require(answer.status == 202, "\(answer.text)")
        return try #require(answer.json["id"]?.stringValue)
    }

    /// The job as it stands.
    func job(_ id: String) async throws -> JSONValue { try await get("/api/v1/jobs/\(id)").json }

    /// Waits until a job is in one of some states.
    @discardableResult
    func wait(_ id: String, for states: Set<String> = finalStates, within limit: Duration = .seconds(90)) async throws
        -> JSONValue
    {
        var last = JSONValue.null
        do {
            try await eventually("\(id) is \(states.sorted())", within: limit) {
                last = (try? await job(id)) ?? .null
                return states.contains(last["state"]?.stringValue ?? "")
            }
        } catch {
            throw WaitFailure(description: "\(error); it is \(last.jsonText)")
        }
        return last
    }
}

/// States nothing follows.
let finalStates: Set<String> = ["completed", "failed", "cancelled", "timedOut"]

/// Something awaited did not come.
struct WaitFailure: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again until a condition of real processes holds.
func eventually(
    _ what: String,
    within limit: Duration = .seconds(30),
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(100))
    }
    throw WaitFailure(description: "after \(limit) it is still not so that \(what)")
}
