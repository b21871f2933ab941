import CurlClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPStreamTests {
    let server: FaultyServer
    let client = HTTPClient(.init(userAgent: "farfield-tests/1"))

    init() throws {
        server = try FaultyServer.shared.get()
    }

    private func request(_ path: String) -> HTTPRequest {
        HTTPRequest("GET", server.url + path, timeLimits: .stream)
    }

    /// Asks until the server has seen the endless answer of that key cut off by its client.
    private func waitUntilBroken(_ key: String) async throws {
        let question = HTTPRequest("GET", server.url + "/counts?\(key)")
        while try await client.send(question).text != "1" { await Task.yield() }
    }

    @Test func theHeadComesBeforeAnyBody() async throws {
        let response = try await client.stream(request("/open"))
        #expect(response.head.status == 200)
    }

    @Test func everyByteArrivesInOrder() async throws {
        let count = 20_000_000
        let response = try await client.stream(request("/huge?\(count)"))
        var position = 0
        var isRight = true
        for try await chunk in response.body {
            for byte in chunk {
                isRight = isRight && byte == UInt8(position % 251)
                position += 1
            }
        }
        #expect(position == count)
        #expect(isRight)
    }

    @Test func aSlowReaderHoldsTheServerBack() async throws {
        let response = try await client.stream(request("/huge?200000000"))
        var iterator = response.body.makeAsyncIterator()
        var largest = 0
        // Each question in between gives the first transfer time to run ahead, if it could.
        for _ in 0..<20 {
            for _ in 0..<5 { _ = try await client.send(HTTPRequest("GET", server.url + "/plain")) }
            largest = max(largest, try await iterator.next()?.count ?? 0)
        }
        #expect(largest > 0)
        #expect(largest < 512 << 10)
    }

    @Test func lettingGoOfTheBodyEndsTheTransfer() async throws {
        for try await _ in try await client.stream(request("/endless?let-go")).body { break }
        try await waitUntilBroken("let-go")
    }

    @Test func cancellingTheReaderEndsTheTransfer() async throws {
        let (firstBytes, report) = AsyncStream.makeStream(of: Int.self)
        let outcome = await withTaskGroup(of: HTTPClientError?.self) { group in
            group.addTask {
                do throws(HTTPClientError) {
                    for try await chunk in try await client.stream(request("/endless?cancelled")).body {
                        report.yield(chunk.count)
                    }
                    return nil
                } catch {
                    return error
                }
            }
            for await _ in firstBytes { break }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(outcome == .cancelled)
        try await waitUntilBroken("cancelled")
    }

    @Test func cancellingWhileWaitingForTheHeadReturnsAtOnce() async throws {
        let outcome = await withTaskGroup(of: HTTPClientError?.self) { group in
            group.addTask {
                do throws(HTTPClientError) {
                    _ = try await client.stream(request("/never"))
                    return nil
                } catch {
                    return error
                }
            }
            await Task.yield()
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(outcome == .cancelled)
    }

    @Test func aBreakInTheMiddleGivesTheBytesOrTheError() async throws {
        let response = try await client.stream(request("/short"))
        var text = ""
        await #expect(throws: HTTPClientError.self) {
            for try await chunk in response.body { text += String(decoding: chunk, as: UTF8.self) }
        }
        #expect("ten bytes.".hasPrefix(text))
    }

    @Test func releasingTheClientKeepsABodyThatIsRead() async throws {
        var own: HTTPClient? = HTTPClient(.init(userAgent: "farfield-tests/1"))
        let response = try await own?.stream(request("/huge?5000000"))
        own = nil
        var count = 0
        for try await chunk in try #require(response).body { count += chunk.count }
        #expect(count == 5_000_000)
    }

    @Test func manyCancelledTransfersDoNotDisturbTheOthers() async throws {
        // A freed handle's address is used again at once; a late cancel must not hit its new owner.
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask { for try await _ in try await client.stream(request("/endless")).body { break } }
                group.addTask {
                    let response = try await client.send(HTTPRequest("GET", server.url + "/plain"))
                    #expect(response.text == "hello")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func eventsAreReadFromAStream() async throws {
        let response = try await client.stream(request("/events"))
        var reader = ServerSentEvents()
        var events: [ServerSentEvents.Event] = []
        for try await chunk in response.body { events += try reader.append(chunk) }
        #expect(events.map(\.data) == ["one", "two"])
        #expect(reader.lastEventID == "2")
    }
}
