import Comparison
import Documents
import Testing

/// Every reader says no to files that are not what they seem; none of them falls over.
@Suite("Hostile result files")
struct HostileFileTests {
    private static let limits = ComparisonLimits(values: 20_000, columns: 200)

    /// Kind, name, and a file to spoil.
    private static func seeds() async throws -> [(FileKind, [UInt8])] {
        var seeds: [(FileKind, [UInt8])] = [
            (.csv, Array("id,ra,dec\n\"a \"\"b\"\"\",1.5,nan\nc,2,-3e4\n".utf8)),
            (.json, Array("[{\"ra\": 1.5, \"dec\": -2, \"v\": [1, 2]}, {\"ra\": 3, \"x\": null}]".utf8)),
            (.text, Array("one\ntwo\r\nthree".utf8)),
        ]
        for (kind, name) in [
            (FileKind.ecsv, "table.ecsv"), (.votable, "tabledata.vot"), (.votable, "binary2.vot"),
            (.fits, "table.fits"),
            (.fits, "ragged.fits"), (.fits, "images.fits"),
        ] {
            seeds.append((kind, try await AstropyFiles.bytes(name)))
        }
        return seeds
    }

    /// Bytes changed, cut, doubled or exchanged for others that often matter.
    private static func spoil(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var spoilt = bytes
        for _ in 0..<Int.random(in: 1...8, using: &generator) where !spoilt.isEmpty {
            let place = Int.random(in: 0..<spoilt.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: spoilt[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: spoilt.removeSubrange(place..<min(spoilt.count, place + 40))
            case 2: spoilt.insert(contentsOf: spoilt[place..<min(spoilt.count, place + 40)], at: place)
            case 3: spoilt = Array(spoilt[..<place])
            case 4: spoilt[place] = Array("0123456789-,\"<>&{}[]':\n*".utf8).randomElement(using: &generator) ?? 0
            default:
                // A digit becomes another one: lengths and counts lie in headers as digits.
                guard let digit = spoilt[place...].firstIndex(where: { (48...57).contains($0) }) else { continue }
                spoilt[digit] = UInt8.random(in: 48...57, using: &generator)
            }
        }
        return spoilt
    }

    @Test("Spoilt files are compared or refused with a reason", arguments: 0..<4)
    func fuzz(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for (kind, original) in try await Self.seeds() {
            var rules = FileRules()
            rules.kind = kind
            let comparer = FileComparer(rules: ComparisonRules([.init("*", rules)]), limits: Self.limits)
            for _ in 0..<25 {
                let spoilt = Self.spoil(original, &generator)
                let found = comparer.compare("file", old: original, new: spoilt)
                if found.verdict == .identical { #expect(spoilt == original) }
                #expect(found.sentence.utf8.count < 5_000)
                #expect(found.jsonValue["verdict"] != nil)
            }
        }
    }

    /// Why a file was refused; nil when it was not.
    private func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func votable(_ text: String) -> String? {
        refusal { _ = try VOTable.tables(Array(text.utf8), limits: Self.limits) }
    }

    @Test("VOTables cannot name other files or multiply")
    func entities() {
        let entity = "<!DOCTYPE v [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><VOTABLE>&x;</VOTABLE>"
        #expect(votable(entity)?.contains("document type") == true)
        let deep = String(repeating: "<VOTABLE>", count: 100) + String(repeating: "</VOTABLE>", count: 100)
        #expect(votable(deep) == "too large: it holds more than 64 levels of elements")
        let elsewhere = """
            <VOTABLE><RESOURCE><TABLE><FIELD name="a" datatype="int"/><DATA><BINARY>
            <STREAM href="file:///etc/passwd"/></BINARY></DATA></TABLE></RESOURCE></VOTABLE>
            """
        #expect(votable(elsewhere)?.contains("another file") == true)
        let huge = elsewhere.replacing(
            "<FIELD name=\"a\" datatype=\"int\"/>",
            with: String(
                repeating: "<FIELD name=\"a\" datatype=\"int\"/>",
                count: 300
            )
        )
        #expect(votable(huge) == "too large: it holds more than 200 columns")
        let empty = elsewhere.replacing("int", with: "char\" arraysize=\"0")
            .replacing("href=\"file:///etc/passwd\"/>", with: "encoding=\"base64\">AAAA</STREAM>")
        #expect(votable(empty)?.contains("rows are empty") == true)
        #expect(votable("<html/>")?.contains("no VOTABLE") == true)
    }

    private func fits(_ cards: [String]) -> String? {
        let header = (cards + ["END"]).map { $0.padding(to: 80) }.joined().padding(to: 2880)
        return refusal { _ = try FITSFile(Array(header.utf8), limits: Self.limits) }
    }

    @Test("FITS headers that promise the impossible are refused")
    func impossibleHeaders() {
        let simple = ["SIMPLE  =                    T", "BITPIX  =                   64"]
        #expect(fits(simple + ["NAXIS   =                    0"]) == nil)
        let lengths = (1...9).map { "NAXIS\($0)  =           4294967295" }
        #expect(fits(simple + ["NAXIS   =                    9"] + lengths)?.contains("impossible") == true)
        #expect(fits(simple + ["NAXIS   =                    1", "NAXIS1  =  999"])?.contains("cut short") == true)
        #expect(fits(simple + ["NAXIS   =                   -1"])?.contains("NAXIS") == true)
        #expect(fits(["SIMPLE  =  T"])?.contains("BITPIX") == true)
        let endless = Array(String(repeating: "SIMPLE  = T".padding(to: 80), count: 36).utf8)
        #expect(refusal { _ = try FITSFile(endless, limits: Self.limits) }?.contains("no END") == true)
    }

    @Test("A YAML header that multiplies is refused")
    func multiplyingHeader() {
        var lines = ["# %ECSV 1.0", "# ---", "# a: &a [x, x, x, x, x, x, x, x, x, x]"]
        for (name, before) in zip("bcdefgh", "abcdefg") {
            lines.append("# \(name): &\(name) [\(Array(repeating: "*\(before)", count: 10).joined(separator: ", "))]")
        }
        let text = lines.joined(separator: "\n") + "\na\n1\n"
        let reason = refusal { _ = try ECSV.table(Array(text.utf8), limits: Self.limits) }
        #expect(reason?.contains("more than 100000 values") == true)
    }

    @Test("More values than the limit are refused")
    func tooMany() {
        let text = "a,b\n" + String(repeating: "1,2\n", count: 10_001)
        let reason = refusal { _ = try DelimitedText.table(Array(text.utf8), limits: Self.limits) }
        #expect(reason == "too large: it holds more than 20000 values")
    }

    @Test("Thousands of different lines are counted, not aligned")
    func differentTexts() {
        let old = (0..<20_000).map { "old \($0)" }.joined(separator: "\n")
        let new = (0..<20_000).map { "new \($0)" }.joined(separator: "\n")
        let found = FileComparer().compare("a.txt", old: Array(old.utf8), new: Array(new.utf8))
        #expect(found.sentence == "20,000 lines gone, 20,000 new.")
    }
}

extension String {
    fileprivate func padding(to length: Int) -> String {
        self + String(repeating: " ", count: max(0, (length - utf8.count % length) % length))
    }
}
