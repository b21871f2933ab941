import CurlClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPClientTests {
    let server: FaultyServer
    let client = HTTPClient(.init(userAgent: "farfield-tests/1"))

    init() throws {
        server = try FaultyServer.shared.get()
    }

    @Test func aPlainAnswerHasStatusFieldsAndBody() async throws {
        let response = try await client.send(HTTPRequest("GET", server.url + "/plain"))
        #expect(response.status == 200)
        #expect(response.text == "hello")
        #expect(response.headers["content-type"] == "text/plain")
        #expect(response.headers.fields.filter { $0.name.lowercased() == "x-twice" }.map(\.value) == ["1", "2"])
    }

    @Test func anErrorStatusIsAResponse() async throws {
        let response = try await client.send(HTTPRequest("GET", server.url + "/missing"))
        #expect(response.status == 404)
        #expect(response.text == #"{"title":"gone"}"#)
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func aBodyIsSentAsGiven(method: String) async throws {
        let body: [UInt8] = [0, 1, 2, 0xff, 0x0a]
        let request = HTTPRequest(
            method,
            server.url + "/echo",
            headers: ["Content-Type": "application/x-test", "Authorization": "Bearer abc", "X-Empty": ""],
            body: body
        )
        let response = try await client.send(request)
        #expect(response.text.hasPrefix("\(method) /echo HTTP/1.1\n"))
        #expect(response.text.contains("Content-Type: application/x-test\n"))
        #expect(response.text.contains("Authorization: Bearer abc\n"))
        #expect(response.text.contains("X-Empty:\n"))
        #expect(response.text.contains("User-Agent: farfield-tests/1\n"))
        #expect(Array(response.body.suffix(5)) == body)
    }

    @Test func anEmptyPostAndALargeOneArriveWhole() async throws {
        let empty = try await client.send(HTTPRequest("POST", server.url + "/echo", body: []))
        #expect(empty.text.contains("Content-Length: 0\n"))
        #expect(!empty.text.contains("Content-Type"))
        let large = [UInt8](repeating: 7, count: 3 << 20)
        let response = try await client.send(HTTPRequest("POST", server.url + "/echo", body: large))
        #expect(!response.text.contains("Expect:"))
        #expect(response.body.count(where: { $0 == 7 }) == large.count)
    }

    @Test func aMethodWithoutBodyIsKept() async throws {
        #expect(try await client.send(HTTPRequest("DELETE", server.url + "/echo")).text.hasPrefix("DELETE /echo"))
        let head = try await client.send(HTTPRequest("HEAD", server.url + "/huge?0"))
        #expect(head.body.isEmpty)
    }

    @Test func interimAnswersAreNotShown() async throws {
        let response = try await client.send(HTTPRequest("GET", server.url + "/interim"))
        #expect(response.status == 200)
        #expect(response.text == "final")
        #expect(response.headers["Link"] == nil)
        #expect(response.headers["X-Final"] == "yes")
    }

    @Test func redirectsAreFollowedOnlyWhenAsked() async throws {
        var request = HTTPRequest("GET", server.url + "/redirect")
        let first = try await client.send(request)
        #expect(first.status == 302)
        #expect(first.headers["Location"] == "/plain")
        request.maximumRedirects = 3
        #expect(try await client.send(request).text == "hello")
    }

    @Test func manyRequestsRunAtOnce() async throws {
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<200 {
                group.addTask { try await client.send(HTTPRequest("GET", server.url + "/plain")).text }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: "hello", count: 200))
    }

    @Test func tlsIsVerified() async throws {
        let request = HTTPRequest("GET", server.secureURL + "/plain")
        await #expect {
            try await client.send(request)
        } throws: {
            guard case HTTPClientError.tls = $0 else { return false }
            return true
        }
        let trusting = HTTPClient(
            .init(userAgent: "farfield-tests/1", trustedCertificatesPath: server.certificatePath)
        )
        #expect(try await trusting.send(request).text == "hello")
    }
}
