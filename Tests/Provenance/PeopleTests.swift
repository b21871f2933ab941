import Testing

@testable import Provenance

@Suite("People")
struct PeopleTests {
    @Test("An ORCID iD is known by its last digit")
    func orcid() {
        for text in ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"] {
            #expect(ORCID(text)?.text == text)
            #expect(ORCID("https://orcid.org/" + text)?.text == text)
        }
        let wrong = [
            "", "0000-0002-1825-0098", "0000-0002-1694-2330", "0000000218250097", "0000-0002-1825-009",
            "０000-0002-1825-0097",
            "http://orcid.org/0000-0002-1825-0097", "0000-0002-1694-233x", "X000-0002-1825-0097",
        ]
        for text in wrong { #expect(ORCID(text) == nil, "\(text)") }
    }

    @Test("An approval is told with who, when and why")
    func approval() {
        let text = String(decoding: CrateRendering(Samples.published).bytes, as: UTF8.self)
        #expect(text.contains("Approved by grace, 2026-11-20T19:36:10.123Z: fits the allocation."))
    }
}
