import CurlClient
import Documents
import LanguageModels
import Testing

/// The fault matrix, both drivers, over real sockets.
@Suite("Model servers that fail", .timeLimit(.minutes(1)))
struct DriverFaultTests {
    private let server: TranscriptServer
    private let client = HTTPClient(.init(userAgent: "farfield-tests/1"))

    init() throws { server = try TranscriptServer.shared.get() }

    private func outcome(
        _ words: String,
        _ dialect: ModelEndpoint.Dialect,
        _ change: (inout ModelRequest) -> Void = { _ in }
    ) async -> Outcome {
        await outcome(of: server.endpoint(words, dialect), change)
    }

    private func outcome(
        of endpoint: ModelEndpoint,
        _ change: (inout ModelRequest) -> Void = { _ in }
    ) async -> Outcome {
        var request = ModelRequest(messages: [.init(.user, "hello")], deadline: .seconds(20))
        change(&request)
        return await Outcome(of: ModelDriver.model(endpoint, client: client), request)
    }

    @Test(
        "Answers come whole, however they travel",
        arguments: ["play", "bytes", "crlf", "close"],
        [("native-stream", ModelEndpoint.Dialect.ollama), ("v1-stream", .ollamaV1)]
    )
    func ways(way: String, answer: (name: String, dialect: ModelEndpoint.Dialect)) async throws {
        let outcome = await outcome("\(way)/\(answer.name)", answer.dialect)
        #expect(outcome.failure == nil)
        #expect(outcome.hasOneEnd)
        #expect(outcome.text == "Zoë: \u{2028}line\u{85} and \0 nul ☉→🔭")
        #expect(outcome.finish?.answerTokens == 7)
    }

    @Test("Each fault has its kind", arguments: Self.table)
    func faults(fault: Fault) async {
        let outcome = await outcome(fault.words, fault.dialect)
        #expect(outcome.end == fault.end)
        #expect(outcome.hasOneEnd)
        #expect(outcome.failure?.detail.contains(fault.says) == true, "\(outcome.failure?.detail ?? "no failure")")
    }

    /// What the server does, and what must come of it.
    struct Fault: CustomTestStringConvertible {
        let words: String
        let dialect: ModelEndpoint.Dialect
        let end: String
        /// What the person is told, among other things.
        let says: String

        init(_ words: String, _ dialect: ModelEndpoint.Dialect, _ end: String, says: String = "local: ") {
            self.words = words
            self.dialect = dialect
            self.end = end
            self.says = says
        }

        var testDescription: String { "\(words) as \(dialect.rawValue)" }
    }

    private static let table = refusals + brokenStreams

    private static let refusals = [
        Fault("play/native-404", .ollama, "provider_unavailable.modelMissing", says: "`ollama pull mistral`"),
        Fault("play/v1-404", .ollamaV1, "provider_unavailable.modelMissing", says: "`ollama pull mistral`"),
        Fault("play/v1-404", .vLLM, "provider_unavailable.modelMissing", says: "start the server with that model"),
        Fault("play/native-503", .ollama, "provider_unavailable.busy", says: "server busy"),
        Fault("play/v1-503", .llamaServer, "provider_unavailable.busy", says: "Loading model"),
        Fault("play/native-500", .ollama, "provider_unavailable.serverError", says: "exit status 2"),
        Fault("play/v1-500", .llamaServer, "provider_unavailable.serverError", says: "parse error"),
        Fault("play/html-502", .ollama, "provider_unavailable.serverError", says: "HTTP 502"),
        Fault("play/native-429", .ollama, "provider_unavailable.rateLimited", says: "too many requests"),
        Fault("play/v1-429", .vLLM, "provider_unavailable.rateLimited", says: "Rate limit reached"),
        Fault("play/native-400", .ollama, "provider_unavailable.rejected", says: "HTTP 400, failed to parse grammar"),
        Fault("play/v1-400", .llamaServer, "provider_unavailable.rejected", says: "available context size"),
        Fault("play/native-403", .ollama, "provider_unavailable.rejected", says: "address it as 127.0.0.1"),
        Fault("play/redirect", .ollama, "malformed_response.protocolViolation", says: "HTTP 302"),
        Fault("play/redirect", .vLLM, "malformed_response.protocolViolation", says: "HTTP 302"),
    ]

    private static let brokenStreams = [
        Fault("play/native-mid-error", .ollama, "malformed_response.midStreamError", says: "unexpected EOF"),
        Fault("play/v1-mid-error", .llamaServer, "malformed_response.midStreamError", says: "expected format"),
        Fault("play/v1-mid-error-vllm", .vLLM, "malformed_response.midStreamError", says: "EngineCore died"),
        Fault("play/native-no-end", .ollama, "malformed_response.noTerminal"),
        Fault("close/native-no-end", .ollama, "malformed_response.noTerminal"),
        Fault("play/v1-swallowed", .ollamaV1, "malformed_response.noTerminal"),
        Fault("play/v1-no-done", .vLLM, "malformed_response.noTerminal"),
        Fault("play/v1-no-finish", .vLLM, "malformed_response.noTerminal"),
        Fault("play/native-whole-undone", .ollama, "malformed_response.noTerminal"),
        Fault("play/v1-whole-undone", .ollamaV1, "malformed_response.noTerminal"),
        Fault("play/native-bad-json", .ollama, "malformed_response.notJSON"),
        Fault("play/v1-bad-json", .llamaServer, "malformed_response.notJSON"),
        Fault("play/native-other-form", .ollama, "malformed_response.protocolViolation", says: "/message/content"),
        Fault("play/v1-other-form", .vLLM, "malformed_response.protocolViolation", says: "/choices"),
        Fault("play/html", .ollama, "malformed_response.notJSON"),
        Fault("play/html", .vLLM, "malformed_response.noTerminal"),
        Fault("flood/native-short", .ollama, "malformed_response.tooLarge"),
        Fault("flood/v1-short", .ollamaV1, "malformed_response.tooLarge"),
    ]

    @Test("Nobody listens, or the name is unknown", arguments: [ModelEndpoint.Dialect.ollama, .ollamaV1])
    func nobody(dialect: ModelEndpoint.Dialect) async {
        for url in ["http://127.0.0.1:1", "http://nowhere.invalid:11434"] {
            let endpoint = ModelEndpoint(name: "local", url: url, dialect: dialect, model: "mistral")
            let outcome = await outcome(of: endpoint)
            #expect(outcome.end == "provider_unavailable.refused", "\(url)")
            #expect(
                outcome.failure?.detail.hasSuffix("start Ollama (`ollama serve`), or correct the endpoint's URL")
                    == true
            )
            await #expect(throws: ModelFailure.self) { try await ModelDriver.model(endpoint, client: client).status() }
        }
        let odd = ModelEndpoint(name: "local", url: "ftp://127.0.0.1", dialect: dialect, model: "mistral")
        #expect(await outcome(of: odd).end == "processing_error.invalidRequest")
    }

    @Test(
        "A server that hangs, or drips, is left at the deadline",
        arguments: [
            ("deaf", ModelEndpoint.Dialect.ollama), ("mute/native-short", .ollama), ("drip/late/native-short", .ollama),
            ("deaf", .ollamaV1), ("mute/v1-short", .ollamaV1), ("drip/late/v1-short", .ollamaV1),
        ]
    )
    func deadlines(words: String, dialect: ModelEndpoint.Dialect) async {
        let outcome = await outcome(words, dialect) { $0.deadline = .milliseconds(300) }
        #expect(outcome.end == "provider_unavailable.timeout")
        #expect(outcome.hasOneEnd)
    }

    @Test(
        "The pause a server asks for is told",
        arguments: [("native-429", ModelEndpoint.Dialect.ollama), ("v1-429", .vLLM)]
    )
    func pauses(name: String, dialect: ModelEndpoint.Dialect) async {
        #expect(await outcome("play/\(name)", dialect).failure?.retryAfter == .seconds(7))
    }

    @Test("What cannot be sent is not sent", arguments: [ModelEndpoint.Dialect.ollama, .vLLM])
    func invalid(dialect: ModelEndpoint.Dialect) async {
        let changes: [(inout ModelRequest) -> Void] = [
            { $0.messages = [] }, { $0.temperature = .nan }, { $0.temperature = -1 }, { $0.maximumTokens = 0 },
            { $0.deadline = .zero },
        ]
        for change in changes {
            #expect(await outcome("deaf", dialect, change).end == "processing_error.invalidRequest")
        }
    }

    @Test("A token that the server repeats is not told")
    func tokens() async {
        var endpoint = server.endpoint("play/v1-401", .vLLM)
        endpoint.token = "secret-token"
        let outcome = await outcome(of: endpoint)
        #expect(outcome.end == "provider_unavailable.rejected")
        #expect(outcome.failure?.detail.contains("secret") == false)
        #expect(outcome.failure?.detail.contains("[token]") == true)
    }

    @Test(
        "Without streaming, the whole comes at once",
        arguments: [
            ("native-whole", ModelEndpoint.Dialect.ollama, "finish.stop"),
            ("native-whole-undone", .ollama, "malformed_response.noTerminal"),
            ("v1-whole", .ollamaV1, "finish.stop"), ("v1-whole-undone", .ollamaV1, "malformed_response.noTerminal"),
            ("html", .ollama, "malformed_response.notJSON"), ("html", .vLLM, "malformed_response.notJSON"),
        ]
    )
    func whole(name: String, dialect: ModelEndpoint.Dialect, end: String) async {
        let outcome = await outcome("play/\(name)", dialect) { $0.isStreamed = false }
        #expect(outcome.end == end)
        #expect(outcome.hasOneEnd)
        #expect(outcome.failure != nil || outcome.text == "whole")
    }

    @Test("A server that does not stream is understood all the same")
    func unaskedWhole() async {
        #expect(await outcome("play/v1-whole", .vLLM).text == "whole")
    }

    @Test("What is asked arrives as written", arguments: [("native", ModelEndpoint.Dialect.ollama), ("v1", .ollamaV1)])
    func asked(kind: String, dialect: ModelEndpoint.Dialect) async throws {
        var endpoint = server.endpoint("asked/\(kind)-key/\(kind)", dialect)
        endpoint.token = "secret-token"
        let schema: JSONValue = ["type": "object", "required": ["b", "a"], "properties": ["a": [:], "b": [:]]]
        let answer = await outcome(of: endpoint) { $0.schema = schema }
        #expect(answer.text == "é")
        let url = "http://127.0.0.1:\(server.port)/told/\(kind)-key"
        let told = try JSONValue(json: try await client.send(HTTPRequest("GET", url)).body)
        let path = kind == "native" ? "/api/chat" : "/v1/chat/completions"
        #expect(told["path"]?.stringValue?.hasSuffix(path) == true)
        #expect(told["fields"]?["authorization"] == "Bearer secret-token")
        #expect(told["fields"]?["content-type"] == "application/json")
        let body = try #require(told["body"]?.stringValue)
        #expect(body.contains(#""properties":{"b":{},"a":{}}"#))
        #expect(try JSONValue(json: body.utf8)["model"] == "mistral")
    }
}
