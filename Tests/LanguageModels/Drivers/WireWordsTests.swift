import Documents
import Testing

@testable import LanguageModels

@Suite("What models are asked")
struct WireWordsTests {
    private let schema: JSONValue = [
        "type": "object", "required": ["reasoning", "isValid"],
        "properties": [
            "isValid": ["type": "boolean"], "estimate": ["type": "integer"],
            "reasoning": ["type": "string", "maxLength": 120],
        ],
    ]

    private func endpoint(_ dialect: ModelEndpoint.Dialect) -> ModelEndpoint {
        ModelEndpoint(name: "local", url: "http://127.0.0.1:11434", dialect: dialect, model: "mistral")
    }

    @Test("A native question names everything whose default could surprise")
    func native() {
        let request = ModelRequest(
            messages: [.init(.system, "rules"), .init(.user, "\"quoted\"\n")],
            schema: schema,
            temperature: 0.5,
            seed: 3,
            maximumTokens: 99
        )
        let body = OllamaWords.question(request, endpoint(.ollama))
        let expected: JSONValue = [
            "model": "mistral", "stream": true, "think": false, "keep_alive": 1800, "format": schema,
            "messages": [["role": "system", "content": "rules"], ["role": "user", "content": "\"quoted\"\n"]],
            "options": ["num_ctx": 4096, "num_predict": 99, "temperature": .number("0.5"), "seed": 3],
        ]
        #expect(body == expected)
    }

    @Test("Preloading asks for the same context as the questions, else the model would be loaded twice")
    func preload() {
        let body = OllamaWords.preload(endpoint(.ollama))
        let question = OllamaWords.question(ModelRequest(messages: []), endpoint(.ollama))
        #expect(body["options"]?["num_ctx"] == question["options"]?["num_ctx"])
        #expect(body["messages"] == [])
        #expect(body["keep_alive"] == question["keep_alive"])
    }

    @Test(
        "How long a model stays is told in whole seconds",
        arguments: [
            (Duration.seconds(90), 90), (.milliseconds(1), 1), (.zero, 0), (.milliseconds(-5), -1), (.seconds(-90), -1),
        ]
    )
    func keepAlive(duration: Duration, seconds: Int) {
        #expect(OllamaWords.keepAlive(duration) == .integer(seconds))
    }

    @Test(
        "On /v1 the schema stands in the envelope of the dialect",
        arguments: [
            ModelEndpoint.Dialect.ollamaV1, .llamaServer, .vLLM,
        ]
    )
    func compatible(dialect: ModelEndpoint.Dialect) {
        var request = ModelRequest(messages: [.init(.user, "x")], schema: schema)
        let body = OpenAIWords.question(request, endpoint(dialect))
        #expect(body["stream_options"] == ["include_usage": true])
        #expect(body["max_tokens"] == 256)
        #expect(body["seed"] == 1)
        #expect(body["response_format"]?["type"] == "json_schema")
        #expect(body["response_format"]?["json_schema"]?["schema"] == schema)
        #expect((body["response_format"]?["json_schema"]?["name"] != nil) == (dialect == .vLLM))
        #expect((body["reasoning_effort"] == "none") == (dialect == .ollamaV1))
        #expect((body["chat_template_kwargs"] == ["enable_thinking": false]) == (dialect == .llamaServer))
        request.isStreamed = false
        request.schema = nil
        let whole = OpenAIWords.question(request, endpoint(dialect))
        #expect(whole["stream"] == false)
        #expect(whole["stream_options"] == nil)
        #expect(whole["response_format"] == nil)
    }

    @Test("A schema's members go out in the order of `required`: reasons before the verdict")
    func order() throws {
        let text = SchemaOrder.text(of: ["format": schema, "a": ["\u{2028}\"\n", nil, true, .number("1.50")]])
        let places = try ["\"reasoning\":{", "\"isValid\":{", "\"estimate\":{"].map {
            try #require(text.firstRange(of: $0)).lowerBound
        }
        #expect(places == places.sorted())
        #expect(try JSONValue(json: text.utf8)["format"] == schema)
        #expect(try JSONValue(json: text.utf8)["a"]?.arrayValue?.first == "\u{2028}\"\n")
    }

    @Test(
        "Names are the same with and without what may be left out",
        arguments: [
            ("mistral", "mistral:latest", true), ("Mistral:7B", "mistral:7b", true),
            ("registry.ollama.ai/library/mistral", "mistral:latest", true), ("library/mistral:7b", "mistral:7b", true),
            ("host:5000/mistral", "host:5000/mistral:latest", true), ("mistral", "mistral:7b", false),
            ("mistral-nemo", "mistral", false), ("me/mistral", "mistral", false),
        ]
    )
    func names(one: String, other: String, areSame: Bool) {
        #expect((OllamaName.full(one) == OllamaName.full(other)) == areSame)
    }

    @Test(
        "A reason is found in every envelope, on one line",
        arguments: [
            (#"{"error":"plain"}"#, "plain"), (#"{"error":{"message":"openai"}}"#, "openai"),
            (#"{"error":"{\"error\":{\"message\":\"inner\"}}"}"#, "inner"), (#"{"detail":"fastapi"}"#, "fastapi"),
            (#"{"error":"{no json"}"#, "{no json"), ("just\ntext\u{1b}[31m\u{2028}red", "just text [31m red"),
        ]
    )
    func reasons(body: String, reason: String) {
        #expect(EngineMessage.text(ofBody: Array(body.utf8)) == reason)
    }

    @Test("A reason without words is none, and a long one is cut")
    func noReasons() {
        for body in ["", "{}", "[]", "null", "{\"error\":null}", " \n"] {
            #expect(EngineMessage.text(ofBody: Array(body.utf8)) == nil, "\(body)")
        }
        let nested = (0..<40).reduce("\"deep\"") { text, _ in "{\"error\":\(text)}" }
        #expect(EngineMessage.text(ofBody: Array(nested.utf8)) == nil)
        #expect(EngineMessage.text(ofBody: [UInt8](repeating: 0x61, count: 5000))?.count == EngineMessage.limit)
    }
}
