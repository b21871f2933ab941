import Attestation
import Documents
import Testing

@Suite("Canonical JSON (RFC 8785)")
struct CanonicalJSONTests {
    @Test("the sample of RFC 8785 §3.2.2")
    func sample() throws {
        let value = try JSONValue(
            json: #"""
                {"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}
                """#.utf8
        )
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try CanonicalJSON.text(value) == expected)
    }

    @Test("keys are sorted by UTF-16 units, not by UTF-8 bytes (RFC 8785 §3.2.3)")
    func order() throws {
        let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"]
        let value = JSONValue.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, .null) }))
        let found = try CanonicalJSON.text(value)
        let order = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"]
        #expect(found == "{" + order.map { "\"\($0)\":null" }.joined(separator: ",") + "}")
    }

    @Test(
        "numbers as ECMAScript prints them (RFC 8785, appendix B)",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func numbers(_ bits: UInt64, _ expected: String) throws {
        #expect(try CanonicalJSON.text(.number("\(Double(bitPattern: bits))")) == expected)
    }

    @Test(
        "the pairs of the scheme's own test data",
        arguments: [
            Pair(
                "arrays",
                #"[ 56, { "d": true, "10": null, "1": [ ] } ]"#,
                #"[56,{"1":[],"10":null,"d":true}]"#
            ),
            Pair(
                "french",
                #"{"peach":"order","p\u00e9ch\u00e9":"is wrong","p\u00eache":"but MUST","sin":   "ignore locale"}"#,
                "{\"peach\":\"order\",\"p\u{e9}ch\u{e9}\":\"is wrong\",\"p\u{ea}che\":\"but MUST\",\"sin\":\"ignore locale\"}"
            ),
            Pair(
                "structures",
                #"{"1": {"f": {"f": "hi","F": 5} ,"\n": 56.0},"10": { },"": "empty","a": { },"111": [ { } ],"A": { }}"#,
                #"{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}"#
            ),
            Pair(
                "unicode",
                #"{ "Unnormalized Unicode":"\u1e0d\u0307" }"#,
                "{\"Unnormalized Unicode\":\"\u{1e0d}\u{307}\"}"
            ),
            Pair(
                "values",
                #"""
                {"numbers": [1E30, 4.50, 333333333.33333329, 2e-3, 0.000000000000000000000000001],
                 "escaping": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}
                """#,
                #"{"escaping":"€$\u000f\nA'B\"\\\\\"/","literals":[null,true,false],"#
                    + #""numbers":[1e+30,4.5,333333333.3333333,0.002,1e-27]}"#
            ),
            Pair(
                "weird",
                #"""
                {"\u20ac": "Euro", "1": "One", "\u0080": "Control\u007f", "\ud83d\ude02": "Smiley",
                 "\u00f6": "O", "\ufb33": "Dalet", "</script>": "Browser Challenge"}
                """#,
                "{\"1\":\"One\",\"</script>\":\"Browser Challenge\",\"\u{80}\":\"Control\u{7f}\",\"\u{f6}\":\"O\","
                    + "\"€\":\"Euro\",\"\u{1f602}\":\"Smiley\",\"\u{fb33}\":\"Dalet\"}"
            ),
        ]
    )
    func pairs(_ pair: Pair) throws {
        let found = try CanonicalJSON.text(StrictJSON.value(of: pair.input.utf8))
        #expect(found.utf8.elementsEqual(pair.output.utf8))
        #expect(try CanonicalJSON.text(JSONValue(json: pair.input.utf8)).utf8.elementsEqual(pair.output.utf8))
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let (testDescription, input, output): (String, String, String)

        init(_ name: String, _ input: String, _ output: String) {
            (testDescription, self.input, self.output) = (name, input, output)
        }
    }

    @Test("what is no number is refused")
    func refusals() {
        #expect(throws: CanonicalJSON.NotANumber.self) { try CanonicalJSON.text([.number("1e999")]) }
    }
}
