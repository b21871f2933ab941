import CurlClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPClientFaultTests {
    let server: FaultyServer
    let client = HTTPClient(.init(userAgent: "farfield-tests/1"))

    init() throws {
        server = try FaultyServer.shared.get()
    }

    private func failure(of request: HTTPRequest) async -> HTTPClientError? {
        do {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func nobodyListens() async {
        guard case .refused(let text) = await failure(of: HTTPRequest("GET", server.closedURL)) else {
            Issue.record("not refused")
            return
        }
        #expect(text.contains("127.0.0.1"))
    }

    @Test func theHostIsUnknown() async {
        let error = await failure(of: HTTPRequest("GET", "http://nowhere.invalid/"))
        guard case .hostNotFound = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isTransient == true)
    }

    @Test(arguments: ["ftp://127.0.0.1/x", "file:///etc/passwd", "no url", "http://127.0.0.1/a b", ""])
    func aURLThatIsNotHTTP(url: String) async {
        guard case .invalidRequest = await failure(of: HTTPRequest("GET", url)) else {
            Issue.record("\(url) was taken")
            return
        }
    }

    @Test(arguments: [
        HTTPRequest("GET\r\nX: y", "http://127.0.0.1/"),
        HTTPRequest("GET", "http://127.0.0.1/", headers: ["X-Id": "a\r\nAuthorization: b"]),
        HTTPRequest("GET", "http://127.0.0.1/", headers: ["X-Id\r\nY": "a"]),
        HTTPRequest("GET", "http://127.0.0.1/\0"),
    ])
    func whatWouldForgeARequestIsRefused(request: HTTPRequest) async {
        guard case .invalidRequest = await failure(of: request) else {
            Issue.record("was sent")
            return
        }
    }

    @Test func noAnswerInTime() async {
        var request = HTTPRequest("GET", server.url + "/never")
        request.timeLimits.total = .milliseconds(100)
        guard case .timedOut = await failure(of: request) else {
            Issue.record("no timeout")
            return
        }
    }

    @Test(arguments: ["/silent", "/never", "/open"])
    func silenceEndsAStream(path: String) async throws {
        let limits = HTTPRequest.TimeLimits(connect: .seconds(5), total: nil, stall: .milliseconds(100))
        let error = await failure(of: HTTPRequest("GET", server.url + path, timeLimits: limits))
        #expect(error == .timedOut("nothing was heard for 0.1 seconds"))
    }

    @Test(arguments: ["/reset", "/short", "/nothing"])
    func theConnectionBreaks(path: String) async {
        let error = await failure(of: HTTPRequest("GET", server.url + path))
        guard case .aborted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["/huge?1001", "/endless"])
    func theBodyIsTooLong(path: String) async {
        var request = HTTPRequest("GET", server.url + path)
        request.maximumBodyBytes = 1000
        #expect(await failure(of: request) == .tooLarge(limit: 1000))
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() async throws {
        var request = HTTPRequest("GET", server.url + "/huge?1000")
        request.maximumBodyBytes = 1000
        #expect(try await client.send(request).body.count == 1000)
    }
}
