/// An HTTP client on libcurl: one thread of its own, connections kept and reused, nothing blocking a caller.
///
/// Only `http` and `https`, certificates always verified, redirects followed only when a request says so.
/// Proxies come from the environment as curl documents it, never for loopback addresses.
package final class HTTPClient: Sendable {
    /// What holds for every request of a client.
    package struct Configuration: Sendable {
        /// The `User-Agent` field.
        package var userAgent: String
        /// A PEM file of certificate authorities to trust in place of the system's.
        package var trustedCertificatesPath: String?

        /// A configuration that trusts the system's certificate authorities unless told otherwise.
        package init(userAgent: String, trustedCertificatesPath: String? = nil) {
            self.userAgent = userAgent
            self.trustedCertificatesPath = trustedCertificatesPath
        }
    }

    private let loop: TransferLoop

    /// A client with its thread; both end when the client and its last body are let go.
    package init(_ configuration: Configuration) {
        loop = TransferLoop(configuration)
        loop.start()
    }

    deinit {
        loop.stop()
    }

    /// Sends a request and collects the whole response.
    ///
    /// Cancelling the task aborts the transfer and throws `cancelled`.
    /// - Parameter request: What to send; its `maximumBodyBytes` bounds what is collected.
    /// - Returns: The response, whatever its status.
    /// - Throws: `HTTPClientError` when there is no complete response.
    package func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let response = try await stream(request)
        let limit = request.maximumBodyBytes
        if request.method != "HEAD", let length = response.head.contentLength, length > limit {
            throw .tooLarge(limit: limit)
        }
        var body: [UInt8] = []
        for try await chunk in response.body {
            guard body.count + chunk.count <= limit else { throw .tooLarge(limit: limit) }
            body += chunk
        }
        return HTTPResponse(head: response.head, body: body)
    }

    /// Sends a request and hands over the body as it comes.
    ///
    /// A slow reader slows the server down: at most about 256 KiB wait unread. Letting the body go, or cancelling
    /// the task that reads, aborts the transfer.
    /// - Parameter request: What to send; give it `timeLimits: .stream` when it may last.
    /// - Returns: The head, and the body to read once.
    /// - Throws: `HTTPClientError` when no head came; later faults are thrown by the body.
    package func stream(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPStreamedResponse {
        try request.validate()
        let transfer = Transfer(request, on: loop)
        let body = HTTPBody(transfer, of: self)
        loop.post(.start(transfer))
        return HTTPStreamedResponse(head: try await head(of: transfer), body: body)
    }

    /// Waits for the head; what is sent is read until then.
    private func head(of transfer: Transfer) async throws(HTTPClientError) -> HTTPResponseHead {
        guard let source = transfer.request.upload else { return try await transfer.head() }
        let result = await withTaskGroup(of: Result<HTTPResponseHead, HTTPClientError>?.self) { group in
            group.addTask {
                await transfer.send(source)
                return nil
            }
            group.addTask {
                do throws(HTTPClientError) {
                    return .success(try await transfer.head())
                } catch {
                    return .failure(error)
                }
            }
            for await case let result? in group {
                group.cancelAll()
                return result
            }
            return .failure(.cancelled)
        }
        return try result.get()
    }
}
