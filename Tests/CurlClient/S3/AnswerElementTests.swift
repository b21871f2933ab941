import Testing

@testable import CurlClient

struct AnswerElementTests {
    private func read(_ text: String) throws -> AnswerElement { try AnswerElement(Array(text.utf8)) }

    @Test func elementsTextAndEntitiesAreRead() throws {
        let answer = try read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a > b --><s:Result xmlns:s="http://x/?a>b" b='"'>
              <Key>a &amp; b&#x20AC;&#252;&lt;</Key><Empty/><Empty a="/"/><Raw><![CDATA[<&>]]></Raw>
              <Part><Size>1</Size></Part><Part><Size>2</Size></Part>
            </s:Result>
            """
        )
        #expect(answer.name == "Result")
        #expect(answer["Key"] == "a & b€ü<")
        #expect(answer["Empty"]?.isEmpty == true)
        #expect(answer["Raw"] == "<&>")
        #expect(answer.all("Part").map { $0["Size"] } == ["1", "2"])
        #expect(answer["None"] == nil)
    }

    @Test(arguments: [
        "", "x", "<a>", "<a", "</a>", "<a></b>", "<a>&lol;</a>", "<a>&amp</a>", "<a>&#xD800;</a>", "<a b=\"></a>", "<>",
        "<a><![CDATA[",
        "<!DOCTYPE a [<!ENTITY l \"ha\"><!ENTITY m \"&l;&l;\">]><a>&m;</a>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        String(repeating: "<a>", count: 100_000),
    ])
    func whatIsNoAnswerIsRefused(text: String) {
        #expect(throws: AnswerElement.Malformed.self) { try read(text) }
    }

    @Test func whatIsNotUTF8IsRefused() {
        #expect(throws: AnswerElement.Malformed.self) { try AnswerElement([0x3c, 0x61, 0x3e, 0xff]) }
    }
}
