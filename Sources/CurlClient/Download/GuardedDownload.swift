/// A download from a URL that somebody else wrote: a policy says where it may lead, how much it may be, how long it may
/// take.
///
/// The address of each connection is asked for, so no name, redirect or resolver leads elsewhere. Redirects are followed
/// here and not by libcurl, so each is checked. Bytes are given as the server sends them, never decoded.
package struct GuardedDownload: Sendable {
    /// What is allowed.
    package struct Policy: Sendable {
        /// Whether an address may be connected to, and whether TLS is spoken there.
        package var permits: @Sendable (_ address: NetworkAddress, _ isSecure: Bool) -> Bool
        /// Whether `http` URLs are taken at all; a redirect from `https` to `http` never is.
        package var allowsPlainHTTP: Bool
        /// The longest file, in bytes.
        package var maximumByteCount: Int
        /// The most redirects.
        package var maximumRedirects: Int
        /// For everything, redirects and the consumer's own time included.
        package var totalTime: Duration
        /// Slower servers are left; also one that is silent for that long.
        package var leastSpeed: HTTPRequest.TimeLimits.LeastSpeed

        /// A policy.
        package init(
            permits: @escaping @Sendable (_ address: NetworkAddress, _ isSecure: Bool) -> Bool,
            allowsPlainHTTP: Bool,
            maximumByteCount: Int,
            maximumRedirects: Int = 5,
            totalTime: Duration,
            leastSpeed: HTTPRequest.TimeLimits.LeastSpeed
        ) {
            self.permits = permits
            self.allowsPlainHTTP = allowsPlainHTTP
            self.maximumByteCount = maximumByteCount
            self.maximumRedirects = maximumRedirects
            self.totalTime = totalTime
            self.leastSpeed = leastSpeed
        }
    }

    private let client: HTTPClient
    private let policy: Policy

    /// Downloads under a policy.
    ///
    /// - Parameters:
    ///   - client: what sends.
    ///   - policy: what is allowed.
    package init(_ client: HTTPClient, policy: Policy) {
        self.client = client
        self.policy = policy
    }

    /// Gets a file.
    ///
    /// - Parameters:
    ///   - url: where it is said to be.
    ///   - headers: such as `Authorization`; sent to the URL's own server only, never to where it redirects.
    ///   - position: what an earlier, broken download left; nil for the beginning.
    ///   - begin: told before any byte what comes and from which byte on: what is there beyond that byte must go. It is
    ///     zero if the file has changed, or the server cannot go on in the middle.
    ///   - consume: takes the bytes, piece after piece; a slow one slows the server down.
    /// - Returns: what was got.
    /// - Throws: `GuardedDownloadError`.
    package func callAsFunction(
        _ url: String,
        headers: HTTPHeaders = [:],
        from position: Position? = nil,
        begin: @Sendable (DownloadedFile) async throws -> Void,
        consume: @Sendable ([UInt8]) async throws -> Void
    ) async throws(GuardedDownloadError) -> DownloadedFile {
        guard let address = WebAddress(url) else { throw .notAURL }
        try check(address)
        var step = Step(address: address, headers: headers, position: position, deadline: .now + policy.totalTime)
        while true {
            let response = try await ask(step)
            if let location = Self.redirect(response.head) {
                try follow(location, &step)
                continue
            }
            guard let file = try DownloadedFile(response.head, for: step.position, from: step.address) else {
                // Parts of two files are never put together.
                step.position = nil
                continue
            }
            guard (file.byteCount ?? 0) <= policy.maximumByteCount else {
                throw .tooLarge(limit: policy.maximumByteCount)
            }
            return try await take(response.body, of: file, step, begin, consume)
        }
    }
}

// MARK: - Steps

extension GuardedDownload {
    /// Where a download stands between two requests.
    private struct Step {
        var address: WebAddress
        var headers: HTTPHeaders
        var position: Position?
        var redirects = 0
        let deadline: ContinuousClock.Instant
    }

    private func check(_ address: WebAddress) throws(GuardedDownloadError) {
        guard address.isSecure || (address.scheme == "http" && policy.allowsPlainHTTP) else {
            throw .schemeNotAllowed(address.scheme)
        }
        guard !address.host.isEmpty else { throw .notAURL }
        guard !address.hasUser else { throw .passwordInURL }
    }

    private func ask(_ step: Step) async throws(GuardedDownloadError) -> HTTPStreamedResponse {
        var request = HTTPRequest("GET", step.address.text, headers: step.headers)
        request.headers["Accept-Encoding"] = "identity"
        if let position = step.position {
            request.headers["Range"] = "bytes=\(position.byteCount)-"
            request.headers["If-Range"] = position.etag
        }
        let left = step.deadline - .now
        guard left > .zero else { throw .outOfTime(policy.totalTime) }
        request.timeLimits = .init(connect: .seconds(10), total: left, stall: nil, leastSpeed: policy.leastSpeed)
        let (permits, isSecure) = (policy.permits, step.address.isSecure)
        request.mayConnect = { permits($0, isSecure) }
        do throws(HTTPClientError) {
            return try await client.stream(request)
        } catch {
            throw explain(error, step)
        }
    }

    private static func redirect(_ head: HTTPResponseHead) -> String? {
        [301, 302, 303, 307, 308].contains(head.status) ? head.headers["Location"] : nil
    }

    private func follow(_ location: String, _ step: inout Step) throws(GuardedDownloadError) {
        step.redirects += 1
        guard step.redirects <= policy.maximumRedirects else { throw .tooManyRedirects(policy.maximumRedirects) }
        guard let next = WebAddress(location, relativeTo: step.address) else { throw .notAURL }
        guard next.scheme != "http" || !step.address.isSecure else { throw .insecureRedirect }
        try check(next)
        // Once elsewhere, they stay behind: who redirects back chose the URL.
        if !next.hasOrigin(of: step.address) { step.headers = [:] }
        step.address = next
    }

    private func take(
        _ body: HTTPBody,
        of file: DownloadedFile,
        _ step: Step,
        _ begin: @Sendable (DownloadedFile) async throws -> Void,
        _ consume: @Sendable ([UInt8]) async throws -> Void
    ) async throws(GuardedDownloadError) -> DownloadedFile {
        var count = file.offset
        do {
            try await begin(file)
            if !file.isComplete {
                for try await piece in body {
                    count += piece.count
                    guard count <= policy.maximumByteCount else {
                        throw GuardedDownloadError.tooLarge(limit: policy.maximumByteCount)
                    }
                    try await consume(piece)
                }
            }
        } catch let error as GuardedDownloadError {
            throw error
        } catch let error as HTTPClientError {
            throw explain(error, step)
        } catch {
            throw .notTaken("\(error)")
        }
        guard file.byteCount == nil || file.byteCount == count else { throw .cut("\(count) bytes came") }
        var file = file
        file.byteCount = count
        return file
    }

    private func explain(_ error: HTTPClientError, _ step: Step) -> GuardedDownloadError {
        switch error {
        // Not the address: what a name inside means is nobody's business outside.
        case .forbiddenAddress: .forbiddenAddress(step.address.host)
        // libcurl has one code for both; these are its words for CURLOPT_LOW_SPEED_LIMIT.
        case .timedOut(let text) where text.contains("too slow"): .tooSlow(policy.leastSpeed)
        // libcurl reads the clock once a turn, and may be a little ahead.
        case .timedOut where step.deadline <= .now + .seconds(1): .outOfTime(policy.totalTime)
        case .aborted(let text): .cut(text)
        case .tooLarge(let limit): .tooLarge(limit: limit)
        case .cancelled: .cancelled
        default: .noAnswer(error)
        }
    }
}
