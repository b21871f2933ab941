import Documents
import Testing

@Suite("Documents")
struct DocumentTests {
    @Test("resolve plain words by YAML 1.2, so that a time is not a number and yes is not true")
    func resolvesByTheCoreSchema() throws {
        let document = try Document(yaml: "a: 01:30:00\nb: yes\nc: 1.10\nd: true\ne: 0x1F\nf: ~\ng: '12'\nh: -7")
        #expect(document.value["a"] == "01:30:00")
        #expect(document.value["b"] == "yes")
        #expect(document.value["c"] == .number("1.10"))
        #expect(document.value["d"] == true)
        #expect(document.value["e"] == "0x1F")
        #expect(document.value["f"] == .null)
        #expect(document.value["g"] == "12")
        #expect(document.value["h"] == -7)
    }

    @Test("know the line of every part")
    func knowLines() throws {
        let document = try Document(yaml: "a: 1\nb:\n  - x\n  - y/z: 3\n")
        #expect(document.lines["/a"] == 1)
        #expect(document.lines["/b/1/y~1z"] == 4)
    }

    @Test(
        "refuse what is not one document, with the line",
        arguments: ["a: [1", "a: 1\n---\nb: 2", "", "a: 1\na: 2", "- *none"]
    )
    func refuseBadYAML(text: String) {
        #expect(throws: DocumentError.self) { try Document(yaml: text) }
    }

    /// Texts that cost much more to read than to send.
    private static let bombs: [(String, String)] = [
        ("JSON arrays", String(repeating: "[", count: 100_000)),
        ("JSON objects", String(repeating: "{\"a\":", count: 100_000)),
        ("closed JSON arrays", String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)),
        ("JSON of many values", "[" + String(repeating: "1,", count: 1_000_000) + "1]"),
    ]
    private static let wordBombs: [(String, String)] = [
        ("YAML flow", String(repeating: "[", count: 100_000)),
        ("YAML maps", String(repeating: "{a: ", count: 100_000)),
        ("YAML blocks", (0..<3000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
        ("YAML lists", String(repeating: "- ", count: 100_000)),
        ("YAML of many values", "[" + String(repeating: "1,", count: 500_000) + "1]"),
        ("YAML keys", (0..<150_000).map { "k\($0): 1\n" }.joined()),
    ]

    @Test("too deep or too long are refused, not read", arguments: bombs)
    func refusesJSON(name: String, text: String) {
        #expect(throws: DocumentError.self) { try Document(json: text.utf8) }
    }

    @Test("too deep or too long in YAML are refused, not read", arguments: wordBombs)
    func refusesYAML(name: String, text: String) { #expect(throws: DocumentError.self) { try Document(yaml: text) } }

    @Test("read a long word without going back and forth in it")
    func longWords() throws {
        let digits = String(repeating: "1", count: 1_000_000)
        for word in [digits + "x", digits, digits + ".", digits + "e", "\"\(digits)\""] {
            #expect(try Document(yaml: "a: " + word).value["a"] != nil)
        }
    }

    @Test("numbers beyond all bounds are no whole numbers, and no crash", arguments: ["1e999", "-1e999", "1e-999"])
    func hugeNumbers(text: String) throws {
        #expect(try Document(yaml: text).value.integerValue == nil)
        if let value = try? Document(json: text.utf8).value { #expect(value.integerValue ?? 0 == 0) }
    }

    @Test("refuse aliases that multiply")
    func refuseAliasBombs() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1..<9 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ","))]\n"
        }
        #expect(throws: DocumentError.tooManyValues(limit: 100_000)) { try Document(yaml: text) }
    }

    @Test(
        "refuse JSON that is too deep or broken",
        arguments: [("{", 1), ("[", 5000), ("{\"a\":}", 1), ("nul", 1)]
    )
    func refuseBadJSON(text: String, times: Int) {
        #expect(throws: DocumentError.self) { try Document(json: String(repeating: text, count: times).utf8) }
    }

    @Test("write JSON that reads back the same")
    func writeWhatTheyRead() throws {
        let value: JSONValue = ["b": [1, "two", nil, true], "a": ["x": .number("1.5")], "é": "\u{2028}\"\\"]
        #expect(try JSONValue(json: value.jsonBytes()) == value)
        #expect(value.jsonText.hasPrefix("{\"a\":"))
    }
}

@Suite("Reading fields")
struct FieldTests {
    @Test("tells every fault in one pass, each with its place and what would be right")
    func tellsEveryFault() throws {
        let document = try Document(yaml: "name: 3\nsise: 2\nflag: maybe\nlist: {}\n")
        let collector = FaultCollector(lines: document.lines)
        let object = try #require(
            Field(document.value, collector: collector).object(known: ["name", "size", "flag", "list"])
        )
        #expect(object["name"]?.string() == nil)
        #expect(object["flag"]?.boolean() == nil)
        #expect(object["list"]?.elements(limit: 3) == nil)
        #expect(object.required("size", expected: "a size")?.integer(in: 1...3) == nil)
        #expect(collector.faults.map(\.path) == ["/sise", "/name", "/flag", "/list", "/size"])
        #expect(collector.faults.map(\.line) == [2, 1, 3, 4, 1])
        #expect(collector.faults.first?.expected.contains("did you mean 'size'?") == true)
    }

    @Test(
        "keeps numbers in their range",
        arguments: [("5", 5), ("0", nil), ("11", nil), ("1.5", nil), ("'5'", nil)] as [(String, Int?)]
    )
    func keepsRanges(text: String, expected: Int?) throws {
        let collector = FaultCollector()
        let field = Field(try Document(yaml: text).value, collector: collector)
        #expect(field.integer(in: 1...10) == expected)
        #expect(collector.faults.isEmpty == (expected != nil))
    }
}
