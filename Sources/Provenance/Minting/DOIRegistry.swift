internal import CurlClient
internal import Documents
internal import Foundation
internal import Gateway

/// A registry of DOIs that speaks DataCite's REST API (JSON:API, basic authentication).
struct DOIRegistry: Sendable {
    let policy: ProvenancePolicy.DOIRegistry
    let client: HTTPClient

    private static let mediaType = "application/vnd.api+json"
    private static let limits = HTTPRequest.TimeLimits(connect: .seconds(10), total: .seconds(60), stall: nil)

    /// Makes or changes a DOI, and has it found by everybody (`event: publish`).
    ///
    /// - Parameters:
    ///   - metadata: a document of ``DataCiteRendering``.
    ///   - doi: the DOI.
    ///   - isNew: whether it is to be made.
    /// - Returns: what came of it.
    /// - Throws: `CancellationError` when the gateway stops before there is an answer.
    func send(_ metadata: [UInt8], as doi: String, isNew: Bool) async throws -> RegistryAnswer {
        let address = "\(policy.endpoint)/dois" + (isNew ? "" : "/\(URIText.path(doi))")
        let account = Data("\(policy.user):\(policy.password)".utf8).base64EncodedString()
        var request = HTTPRequest(
            isNew ? "POST" : "PUT",
            address,
            headers: ["Content-Type": Self.mediaType, "Accept": Self.mediaType, "Authorization": "Basic \(account)"],
            body: try Self.body(metadata, doi),
            timeLimits: Self.limits
        )
        request.maximumBodyBytes = 1 << 20
        do {
            let response = try await client.send(request)
            return RegistryAnswer(
                status: response.status,
                body: response.body,
                retryAfter: response.headers["Retry-After"],
                isNew: isNew
            )
        } catch HTTPClientError.cancelled {
            throw CancellationError()
        } catch {
            return .away("\(error)", seconds: nil)
        }
    }

    /// The metadata as the attributes of a resource; the year is a number there.
    static func body(_ metadata: [UInt8], _ doi: String) throws -> [UInt8] {
        var attributes = try JSONValue(json: metadata).objectValue ?? [:]
        attributes["doi"] = .string(doi)
        attributes["event"] = "publish"
        if let year = attributes["publicationYear"]?.stringValue.flatMap({ Int($0) }) {
            attributes["publicationYear"] = .integer(year)
        }
        let data: JSONValue = ["type": "dois", "attributes": .object(attributes)]
        return JSONValue.object(["data": data]).jsonBytes()
    }
}
