import Documents
import Testing

@testable import LanguageModels

@Suite("What models answer, read off transcripts")
struct ReplyReaderTests {
    static let tricky = "Zoë: \u{2028}line\u{85} and \0 nul ☉→🔭"

    private func outcome(_ name: String) throws -> Outcome {
        let transcript = try Transcript(name)
        return Outcome([transcript.body], transcript.reader())
    }

    @Test("Text arrives as it was said, with the engine's figures", arguments: ["native-stream", "v1-stream"])
    func wholeStreams(name: String) throws {
        let outcome = try outcome(name)
        #expect(outcome.hasOneEnd)
        #expect(outcome.text == Self.tricky)
        #expect(outcome.finish?.reason == .stop)
        #expect(outcome.finish?.promptTokens == 26)
        #expect(outcome.finish?.answerTokens == 7)
        #expect(outcome.finish?.loading == (name == "native-stream" ? .milliseconds(61) : nil))
    }

    @Test("Thoughts are no text, and tool calls are whole", arguments: ["native-thinking", "v1-thinking"])
    func thinking(name: String) throws {
        let outcome = try outcome(name)
        let thoughts = outcome.events.compactMap { event in if case .thinking(let text) = event { text } else { nil } }
        #expect(thoughts.joined() == "Hm. ")
        #expect(outcome.events.contains(.toolCall(name: "beam", arguments: ["arcsec": 6])))
        #expect(outcome.finish?.reason == .toolCalls)
        #expect(outcome.text.isEmpty)
    }

    @Test(
        "Each ends as the rules say",
        arguments: [
            ("native-length", "finish.length"), ("v1-length", "finish.length"), ("native-load", "finish.load"),
            ("native-whole", "finish.stop"), ("native-whole-undone", "malformed_response.noTerminal"),
            ("native-no-end", "malformed_response.noTerminal"), ("v1-swallowed", "malformed_response.noTerminal"),
            ("v1-no-done", "malformed_response.noTerminal"), ("v1-no-finish", "malformed_response.noTerminal"),
            ("native-mid-error", "malformed_response.midStreamError"),
            ("v1-mid-error", "malformed_response.midStreamError"),
            ("v1-mid-error-vllm", "malformed_response.midStreamError"),
            ("native-bad-json", "malformed_response.notJSON"), ("v1-bad-json", "malformed_response.notJSON"),
            ("native-other-form", "malformed_response.protocolViolation"),
            ("v1-other-form", "malformed_response.protocolViolation"), ("html", "malformed_response.notJSON"),
        ]
    )
    func ends(name: String, end: String) throws {
        let outcome = try outcome(name)
        #expect(outcome.end == end)
        #expect(outcome.hasOneEnd)
    }

    @Test("The reason of an error in the stream is told")
    func reasons() throws {
        #expect(try outcome("native-mid-error").failure?.detail.contains("unexpected EOF") == true)
        #expect(try outcome("v1-mid-error").failure?.detail.contains("does not match the expected format") == true)
        #expect(try outcome("v1-mid-error-vllm").failure?.detail == "EngineCore died")
    }

    @Test(
        "Nothing depends on how the bytes were cut",
        arguments: [
            "native-short", "native-stream", "native-length", "native-thinking", "native-no-end", "native-mid-error",
            "native-bad-json",
            "v1-short", "v1-stream", "v1-thinking", "v1-swallowed", "v1-mid-error", "v1-bad-json", "v1-no-done",
        ]
    )
    func cuts(name: String) throws {
        let transcript = try Transcript(name)
        let expected = Outcome([transcript.body], transcript.reader())
        let body = transcript.body
        // Every place in a short one; in a long one enough to meet each kind of place.
        for place in stride(from: 0, through: body.count, by: body.count < 400 ? 1 : 7) {
            let pieces = [Array(body[..<place]), Array(body[place...])]
            #expect(Outcome(pieces, transcript.reader()) == expected, "cut at \(place)")
        }
        #expect(Outcome(body.map { [$0] }, transcript.reader()) == expected)
        let returned = body.flatMap { $0 == 0x0a ? [0x0d, 0x0a] : [$0] }
        #expect(Outcome([returned], transcript.reader()) == expected)
        #expect(Outcome(returned.map { [$0] }, transcript.reader()) == expected)
    }

    @Test(
        "A stream that ends early, anywhere, is never taken for a whole one",
        arguments: ["native-stream", "v1-stream"]
    )
    func earlyEnds(name: String) throws {
        let transcript = try Transcript(name)
        let body = transcript.body
        // All but the line feeds at the very end.
        let whole = body.count - (transcript.isEvents ? 2 : 1)
        for count in 0..<whole {
            let outcome = Outcome([Array(body[..<count])], transcript.reader())
            #expect(outcome.end == "malformed_response.noTerminal", "after \(count) bytes")
        }
        #expect(Outcome([Array(body[..<whole])], transcript.reader()).end == "finish.stop")
    }

    @Test("What follows the end is not read", arguments: ["native-short", "v1-short"])
    func afterTheEnd(name: String) throws {
        let transcript = try Transcript(name)
        let outcome = Outcome([transcript.body + transcript.body + Array("}{".utf8)], transcript.reader())
        #expect(outcome == Outcome([transcript.body], transcript.reader()))
    }

    @Test("Random bytes end in one failure, and never in an answer", arguments: 0..<40 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SplitMix(state: seed)
        for format in [LineSplitter() as any ReplyFraming, EventSplitter(), WholeBody()] {
            let bytes = (0..<400).map { _ in
                // Half of them mean something to JSON or to an event stream.
                random.next() % 2 == 0
                    ? UInt8(truncatingIfNeeded: random.next()) : Self.words.randomElement(using: &random) ?? 0
            }
            for reply in [OllamaReply() as any ReplyFormat, OpenAIReply(), OpenAIReply(isWhole: true)] {
                let outcome = Outcome([bytes], ReplyReader(format, reply))
                #expect(outcome.failure != nil && outcome.hasOneEnd)
                #expect(Outcome(bytes.map { [$0] }, ReplyReader(format, reply)) == outcome)
            }
        }
    }

    private static let words = Array("{}[]\":,\n\r \\data:done1truenull".utf8)

    @Test(
        "Damaged transcripts end once, and the same however they are cut",
        arguments: ["native-stream", "v1-stream", "v1-thinking"]
    )
    func damage(name: String) throws {
        let transcript = try Transcript(name)
        var random = SplitMix(state: 7)
        for _ in 0..<60 {
            var body = transcript.body
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                body[Int.random(in: body.indices, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            let outcome = Outcome([body], transcript.reader())
            #expect(outcome.hasOneEnd)
            let place = Int.random(in: body.indices, using: &random)
            #expect(Outcome([Array(body[..<place]), Array(body[place...])], transcript.reader()) == outcome)
        }
    }

    @Test("A line or a body that is too long is refused, after what stood before it")
    func tooLong() {
        let good = Array(#"{"message":{"content":"a"}}"#.utf8) + [0x0a]
        let long = good + [UInt8](repeating: 0x20, count: 100)
        for pieces in [[long], long.map { [$0] }, [long + [0x0a]]] {
            let outcome = Outcome(pieces, ReplyReader(LineSplitter(limit: 99), OllamaReply()))
            #expect(outcome.end == "malformed_response.tooLarge")
            #expect(outcome.text == "a")
        }
        let lines = Outcome(
            [[UInt8]](repeating: good, count: 5),
            ReplyReader(LineSplitter(), OllamaReply(), limit: 120)
        )
        #expect(lines.end == "malformed_response.tooLarge")
        #expect(lines.text == "aaaa")
        let event = Array("data: ".utf8) + [UInt8](repeating: 0x20, count: 200)
        #expect(
            Outcome([event], ReplyReader(EventSplitter(limit: 99), OpenAIReply())).end == "malformed_response.tooLarge"
        )
        #expect(Outcome([event], ReplyReader(WholeBody(limit: 99), OllamaReply())).end == "malformed_response.tooLarge")
    }

    @Test(
        "Wrong tool calls are told apart from cut ones",
        arguments: [
            (
                #"{"index":0,"function":{"name":"f","arguments":"{\"a\":"}}"#, "tool_calls",
                "malformed_response.toolArguments"
            ),
            (#"{"index":0,"function":{"name":"f","arguments":"{\"a\":"}}"#, "length", "malformed_response.truncated"),
            (#"{"index":0,"function":{"name":"f","arguments":"[1]"}}"#, "stop", "malformed_response.toolArguments"),
            (#"{"index":0,"function":{"arguments":"{}"}}"#, "stop", "malformed_response.protocolViolation"),
            (#"{"function":{"name":"f"}}"#, "stop", "finish.tool_calls"),
        ]
    )
    func toolCalls(call: String, reason: String, end: String) {
        let chunk = #"data: {"choices":[{"delta":{"tool_calls":[\#(call)]},"finish_reason":"\#(reason)"}]}"#
        let body = Array("\(chunk)\n\ndata: [DONE]\n\n".utf8)
        #expect(Outcome([body], ReplyReader(EventSplitter(), OpenAIReply())).end == end)
    }

    @Test(
        "Natively, arguments are an object",
        arguments: [
            (#"{"function":{"name":"f","arguments":"{}"}}"#, "malformed_response.toolArguments"),
            (#"{"function":{"arguments":{}}}"#, "malformed_response.protocolViolation"),
            (#"{"function":{"name":"f"}}"#, "finish.tool_calls"),
        ]
    )
    func nativeToolCalls(call: String, end: String) {
        let line = Array(#"{"message":{"tool_calls":[\#(call)]},"done":true}"#.utf8)
        #expect(Outcome([line], ReplyReader(LineSplitter(), OllamaReply())).end == end)
    }

    @Test("Two calls under one index are two calls")
    func sameIndex() {
        let calls = ["f", "g"].map { #"{"index":0,"function":{"name":"\#($0)","arguments":"{\"a\":1}"}}"# }
        let chunks = calls.map { #"data: {"choices":[{"delta":{"tool_calls":[\#($0)]}}]}"# }
        let end = #"data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#
        let body = Array((chunks + [end, "data: [DONE]"]).map { $0 + "\n\n" }.joined().utf8)
        let outcome = Outcome([body], ReplyReader(EventSplitter(), OpenAIReply()))
        #expect(
            outcome.events.dropLast() == [
                .toolCall(name: "f", arguments: ["a": 1]), .toolCall(name: "g", arguments: ["a": 1]),
            ]
        )
    }

    @Test("An engine that gave up has not answered", arguments: ["abort", "error", "content_filter"])
    func givenUp(reason: String) {
        let body = Array(#"{"choices":[{"message":{"content":"x"},"finish_reason":"\#(reason)"}]}"#.utf8)
        let outcome = Outcome([body], ReplyReader(WholeBody(), OpenAIReply(isWhole: true)))
        #expect(outcome.end == "malformed_response.midStreamError")
    }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014): repeatable.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
