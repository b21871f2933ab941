import CurlClient
import Documents
import LanguageModels
import Testing

/// What happens to connections: none is left behind, and none is mistaken for a whole answer.
@Suite("Connections to model servers", .timeLimit(.minutes(1)))
struct DriverConnectionTests {
    private static let drivers = [("native-short", ModelEndpoint.Dialect.ollama), ("v1-short", .ollamaV1)]

    private let request = ModelRequest(messages: [.init(.user, "hello")], deadline: .seconds(20))

    @Test(
        "A connection that breaks at any byte is a refusal before the answer, and no end after it",
        arguments: drivers,
        ["reset", "end"]
    )
    func breaks(answer: (name: String, dialect: ModelEndpoint.Dialect), way: String) async throws {
        let server = try TranscriptServer()
        var client: HTTPClient? = HTTPClient(.init(userAgent: "farfield-tests/1"))
        var count = 0
        var ends: [String] = []
        // Once the transcript is over, breaking changes nothing.
        repeat {
            let endpoint = server.endpoint("\(way)/\(count)/\(answer.name)", answer.dialect)
            let model = ModelDriver.model(endpoint, client: try #require(client))
            let outcome = await Outcome(of: model, request)
            #expect(outcome.hasOneEnd, "\(count) bytes")
            ends.append(outcome.end)
            count += 1
        } while count < 900 && !ends.suffix(40).allSatisfy { $0 == "finish.stop" }
        #expect(try server.openDescriptors <= 8)
        client = nil
        while try server.openDescriptors > 0 { await Task.yield() }
        let refused = ends.prefix { $0 == "provider_unavailable.refused" }
        let halves = ends.dropFirst(refused.count).prefix { $0 == "malformed_response.noTerminal" }
        // The head, and all of the answer but what comes after its last word.
        #expect(refused.count > 50)
        #expect(halves.count > 120)
        // A reset may still overtake an answer that is whole but unread.
        let rest = ends.dropFirst(refused.count + halves.count)
        #expect(rest.allSatisfy { ["finish.stop", "malformed_response.noTerminal"].contains($0) })
        #expect(rest.count < 80)
    }

    @Test("No fault leaves a connection behind", arguments: drivers)
    func leaks(name: String, dialect: ModelEndpoint.Dialect) async throws {
        let server = try TranscriptServer()
        var client: HTTPClient? = HTTPClient(.init(userAgent: "farfield-tests/1"))
        var request = request
        request.deadline = .milliseconds(200)
        let kind = name.prefix { $0 != "-" }
        let faults = [
            "deaf", "mute/\(name)", "drip/late/\(name)", "play/\(kind)-mid-error", "play/\(kind)-bad-json",
            "play/\(kind)-404", "play/\(kind)-503", "play/html", "play/redirect",
        ]
        for words in faults + faults {
            let model = ModelDriver.model(server.endpoint(words, dialect), client: try #require(client))
            #expect(await Outcome(of: model, request).failure != nil, "\(words)")
            _ = try? await model.status()
        }
        #expect(try server.openDescriptors <= 8)
        client = nil
        while try server.openDescriptors > 0 { await Task.yield() }
    }

    /// Asks until the server has seen that many of its drips of that key broken off by their client.
    private func waitUntilBroken(_ key: String, on server: TranscriptServer, _ client: HTTPClient) async throws {
        let question = HTTPRequest("GET", "http://127.0.0.1:\(server.port)/broken/\(key)")
        while try await client.send(question).text != "1" { await Task.yield() }
    }

    @Test("Letting the stream go closes the connection", arguments: drivers)
    func lettingGo(name: String, dialect: ModelEndpoint.Dialect) async throws {
        let server = try TranscriptServer.shared.get()
        let client = HTTPClient(.init(userAgent: "farfield-tests/1"))
        let model = ModelDriver.model(server.endpoint("drip/left-\(name)/\(name)", dialect), client: client)
        for try await _ in model.generate(request) { break }
        try await waitUntilBroken("left-\(name)", on: server, client)
    }

    @Test("Cancelling the task that reads closes the connection", arguments: drivers)
    func cancelling(name: String, dialect: ModelEndpoint.Dialect) async throws {
        let server = try TranscriptServer.shared.get()
        let client = HTTPClient(.init(userAgent: "farfield-tests/1"))
        let model = ModelDriver.model(server.endpoint("drip/cancelled-\(name)/\(name)", dialect), client: client)
        let (firstEvents, report) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup { group in
            group.addTask {
                // A stream whose reader is cancelled ends, or says so: the reader knows of its own cancellation.
                do {
                    for try await _ in model.generate(request) { report.yield() }
                } catch {
                    #expect((error as? ModelFailure)?.code == "processing_error.cancelled")
                }
            }
            for await _ in firstEvents { break }
            group.cancelAll()
        }
        try await waitUntilBroken("cancelled-\(name)", on: server, client)
    }

    @Test("Nothing is asked before somebody reads, and many generations share few connections")
    func reuse() async throws {
        let server = try TranscriptServer()
        let client = HTTPClient(.init(userAgent: "farfield-tests/1"))
        let model = ModelDriver.model(server.endpoint("play/native-stream", .ollama), client: client)
        _ = model.generate(request)
        #expect(try server.openDescriptors == 0)
        for _ in 0..<50 { #expect(await Outcome(of: model, request).end == "finish.stop") }
        #expect(try server.openDescriptors <= 2)
    }
}
