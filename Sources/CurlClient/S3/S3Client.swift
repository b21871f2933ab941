package import Foundation

/// One bucket of an S3 server, over libcurl; every request is signed by `SignatureV4`.
///
/// Nothing here relies on conditional writes, on GetObjectAttributes, or on the tag in CompleteMultipartUpload's answer:
/// radosgw ignores, lacks and leaves them empty. No request is sent twice here: what is transient may be tried again.
package struct S3Client: Sendable {
    /// The bucket.
    package let bucket: S3Bucket
    /// What requests are signed with; nil for a bucket that anybody may read.
    let credentials: S3Credentials?
    private let client: HTTPClient
    private let mayConnect: (@Sendable (NetworkAddress) -> Bool)?
    private let now: @Sendable () -> Date

    /// A client of a bucket.
    ///
    /// - Parameters:
    ///   - bucket: where it is.
    ///   - credentials: nil sends no signature.
    ///   - client: what sends.
    ///   - mayConnect: asked before any connection; nil only for an endpoint that an administrator wrote down.
    ///   - now: the time, which S3 compares with its own.
    package init(
        _ bucket: S3Bucket,
        credentials: S3Credentials?,
        client: HTTPClient,
        mayConnect: (@Sendable (NetworkAddress) -> Bool)?,
        now: @escaping @Sendable () -> Date
    ) {
        self.bucket = bucket
        self.credentials = credentials
        self.client = client
        self.mayConnect = mayConnect
        self.now = now
    }

    /// A URL with which whoever has it may read or write one object for some time, without any other key.
    ///
    /// It is a secret: it goes to nobody but who is to use it, and into no log.
    /// - Parameters:
    ///   - method: `GET`, `HEAD` or `PUT`.
    ///   - key: the object.
    ///   - versionID: the version to read; nil for the latest.
    ///   - seconds: how long it holds, at most seven days.
    /// - Returns: the URL.
    /// - Throws: `S3Error.invalid` without credentials, or for a time that S3 does not allow.
    package func presignedURL(
        _ method: String,
        _ key: String,
        versionID: String? = nil,
        seconds: Int
    ) throws(S3Error) -> String {
        guard let signature else { throw .invalid("a URL cannot be signed without credentials") }
        guard (1...604_800).contains(seconds) else { throw .invalid("a signed URL holds 1 second to 7 days") }
        var subject = try subject(method, key, payload: SignatureV4.unsignedPayload)
        if let versionID { subject.query.append(("versionId", versionID)) }
        return bucket.url(subject.path, query: signature.presignedQuery(for: subject, seconds: seconds))
    }
}

// MARK: - Requests

extension S3Client {
    /// The SHA-256 of nothing.
    static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    private var signature: SignatureV4? {
        credentials.map { SignatureV4(credentials: $0, region: bucket.region, now: now()) }
    }

    func subject(
        _ method: String,
        _ key: String?,
        payload: String = emptyPayload
    ) throws(S3Error) -> SignatureV4.Subject {
        if let key, key.isEmpty || key.utf8.count > 1024 { throw .invalid("a key has 1 to 1024 bytes") }
        return .init(method: method, host: bucket.host, path: bucket.path(key), payload: payload)
    }

    private func request(_ subject: SignatureV4.Subject, body: [UInt8]?, upload: ByteSource?) -> HTTPRequest {
        let url = bucket.url(subject.path, query: SignatureV4.canonicalQuery(subject.query))
        let headers = signature?.headers(for: subject) ?? subject.headers
        var request = HTTPRequest(subject.method, url, headers: headers, body: body, upload: upload)
        // These two have no content: they end soon, or fail.
        request.timeLimits = ["HEAD", "DELETE"].contains(subject.method) ? .exchange : .stream
        request.mayConnect = mayConnect
        return request
    }

    /// Sends what is signed, and gives a successful answer whose body is still coming.
    func stream(
        _ subject: SignatureV4.Subject,
        key: String? = nil,
        body: [UInt8]? = nil,
        upload: ByteSource? = nil
    ) async throws(S3Error) -> HTTPStreamedResponse {
        let refusal: HTTPResponse
        do throws(HTTPClientError) {
            let response = try await client.stream(request(subject, body: body, upload: upload))
            guard !(200..<300).contains(response.head.status) else { return response }
            refusal = HTTPResponse(head: response.head, body: try await Self.collect(response, limit: 64 << 10))
        } catch {
            throw S3Error(error)
        }
        throw S3Error(refusal.head, body: refusal.body, key: key, bucket: bucket.name)
    }

    /// Sends what is signed, and gives the whole of a successful answer.
    func send(
        _ subject: SignatureV4.Subject,
        key: String? = nil,
        body: [UInt8]? = nil,
        upload: ByteSource? = nil
    ) async throws(S3Error) -> HTTPResponse {
        let response = try await stream(subject, key: key, body: body, upload: upload)
        do throws(HTTPClientError) {
            return HTTPResponse(head: response.head, body: try await Self.collect(response, limit: 16 << 20))
        } catch {
            throw S3Error(error)
        }
    }

    private static func collect(
        _ response: HTTPStreamedResponse,
        limit: Int
    ) async throws(HTTPClientError) -> [UInt8] {
        var body: [UInt8] = []
        for try await piece in response.body {
            guard body.count + piece.count <= limit else { throw .tooLarge(limit: limit) }
            body += piece
        }
        return body
    }

    /// What `x-amz-content-sha256` says of a source: over TLS the connection guards it; else it is read once more.
    func payload(_ source: ByteSource) async throws(S3Error) -> String {
        guard !bucket.isSecure else { return SignatureV4.unsignedPayload }
        do {
            return SHA256.hexadecimal(try await SHA256.digest(of: source))
        } catch {
            throw .sourceFailed("\(error)")
        }
    }

    /// Reads an answer in XML whose first element has a name; S3 reports some failures with status 200.
    func answer(_ response: HTTPResponse, _ name: String, key: String? = nil) throws(S3Error) -> AnswerElement {
        let element: AnswerElement
        do throws(AnswerElement.Malformed) {
            element = try AnswerElement(response.body)
        } catch {
            throw .unreadableAnswer(error.text)
        }
        if element.name == name { return element }
        guard element.name == "Error" else {
            throw .unreadableAnswer("\(element.name.prefix(40)) came in place of \(name)")
        }
        let head = HTTPResponseHead(status: 500, headers: response.headers)
        throw S3Error(head, body: response.body, key: key, bucket: bucket.name)
    }
}
