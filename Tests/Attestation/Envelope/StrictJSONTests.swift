import Attestation
import Documents
import Testing

@Suite("JSON with one meaning")
struct StrictJSONTests {
    @Test("reads what RFC 8259 allows, numbers as written")
    func reads() throws {
        let text = #" {"a":[1,-0,1.50,2e+3,1E-2,true,false,null,"",{}],"\u00e9\ud83d\ude00\n\/":"\"\\\b\f\r\t"} "#
        let expected: JSONValue = [
            "a": [
                .number("1"), .number("-0"), .number("1.50"), .number("2e+3"), .number("1E-2"), true, false, nil, "",
                [:],
            ],
            "é😀\n/": "\"\\\u{8}\u{c}\r\t",
        ]
        #expect(try StrictJSON.value(of: text.utf8) == expected)
    }

    @Test(
        "refuses what other parsers read in different ways",
        arguments: [
            #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"é":1,"e\u0301":2}"#, #"{"x":{"a":1,"b":2,"a":3}}"#,
            #"{} {}"#, #"{}x"#, #"[1,]"#, #"{"a":1,}"#, #"[01]"#, #"[1.]"#, #"[.5]"#, #"[+1]"#, #"[1e]"#, #"[-]"#,
            #"["\ud800"]"#, #"["\udc00\ud800"]"#, #"["\ud800\u0041"]"#, #"["\u+041"]"#, #"["\x"]"#, #"["\u00"]"#,
            "[\"\u{1}\"]", "[\"\n\"]", "\u{feff}{}", "", " ", #"{"a"}"#, #"{a:1}"#, #"{"a":}"#, "[", "{", "\"", "\"\\",
            "tru", "NaN", "[1 2]", "//", "'a'", #"["\ud800\"#, #"["\ud83d\u"#,
        ]
    )
    func refuses(text: String) { #expect(throws: StrictJSONError.self) { try StrictJSON.value(of: text.utf8) } }

    @Test("says where it stopped")
    func places() throws {
        let error = try #require(throws: StrictJSONError.self) {
            try StrictJSON.value(of: #"{"a/b":[1,{"c":tru}]}"#.utf8)
        }
        #expect(error.description == "this is no value, at byte 15, in /a~1b/1/c")
    }

    @Test("refuses bytes that are no UTF-8, and texts that are too long, too deep or too many")
    func limits() {
        #expect(throws: StrictJSONError.self) { try StrictJSON.value(of: [0x22, 0xff, 0x22]) }
        #expect(throws: StrictJSONError.self) { try StrictJSON.value(of: "[1,2]".utf8, limit: 4) }
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: StrictJSONError.self) { try StrictJSON.value(of: deep.utf8) }
        let many = "[" + String(repeating: "0,", count: StrictJSON.valueLimit) + "0]"
        #expect(throws: StrictJSONError.self) { try StrictJSON.value(of: many.utf8) }
    }

    @Test("no text traps, and what is read is what Foundation reads", arguments: [1, 2, 3] as [UInt64])
    func survivesNoise(seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let examples = [
            #"{"a":[1,-2,1.5,true,false,null,"x\u00e9\ud83d\ude00",{"b":{}}],"c":"\"\\\n"}"#,
            #"[{"name":"x","digest":{"sha256":"00"}},[[[]]]]"#,
        ]
        for _ in 0..<Noise.rounds {
            let input = noise.input(like: examples.map { Array($0.utf8) })
            guard let found = try? StrictJSON.value(of: input) else { continue }
            let other = try JSONValue(json: input)
            #expect((try? CanonicalJSON.text(found)) == (try? CanonicalJSON.text(other)), "\(seed)")
        }
    }
}
