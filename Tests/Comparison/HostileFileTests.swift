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
            (.fits, "ragged.fits"), (.fits, "words.fits"), (.fits, "images.fits"),
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
            for _ in 0..<12 {
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

    /// An extension behind an empty primary unit.
    private func fits(extension cards: [String], data: Int = 2880) -> [UInt8] {
        let primary = ["SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 0", "END"]
        let headers = [primary, cards + ["END"]].map { unit in
            unit.map { $0.padding(to: 80) }.joined().padding(to: 2880)
        }
        return Array(headers.joined().utf8) + [UInt8](repeating: 0, count: data)
    }

    @Test("Tables that promise endless rows, columns or heaps are refused or empty")
    func endlessTables() throws {
        let endless = "9223372036854775807"
        let table = ["XTENSION= 'BINTABLE'", "BITPIX  = 8", "NAXIS   = 2", "GCOUNT  = 1"]
        let rows = table + ["NAXIS1  = 0", "NAXIS2  = \(endless)", "PCOUNT  = 0", "TFIELDS = 0"]
        let empty = try FITSFile(fits(extension: rows), limits: Self.limits)
        #expect(empty.units.last?.content == .table(Table(columns: [])))
        let heap =
            table + [
                "NAXIS1  = 8", "NAXIS2  = 1", "PCOUNT  = 8", "TFIELDS = 1", "TFORM1  = 'PB'", "THEAP   = \(endless)",
            ]
        #expect(refusal { _ = try FITSFile(fits(extension: heap), limits: Self.limits) }?.contains("THEAP") == true)
        let image = ["XTENSION= 'IMAGE'", "BITPIX  = 8", "NAXIS   = 1", "NAXIS1  = 0", "PCOUNT  = 9", "GCOUNT  = 1"]
        let odd = fits(extension: image)
        #expect(try DifferencePicture.fits(odd, odd, unit: 1, limits: Self.limits) == nil)
        let words = ["XTENSION= 'TABLE'", "BITPIX  = 8", "NAXIS   = 2", "PCOUNT  = 0", "GCOUNT  = 1"]
        let outside = words + ["NAXIS1  = 4", "NAXIS2  = 1", "TFIELDS = 1", "TFORM1  = 'A9'", "TBCOL1  = 2"]
        #expect(refusal { _ = try FITSFile(fits(extension: outside), limits: Self.limits) }?.contains("TBCOL1") == true)
    }

    @Test("A text that goes on over a hundred thousand cards is refused")
    func endlessText() {
        let cards = ["SIMPLE  = T", "NAME    = 'x&'"] + [String](repeating: "CONTINUE  'x&'", count: 100_000)
        #expect(fits(cards) == "too large: it holds more than 100000 header cards")
    }

    @Test("Pixels farther apart than any number still make a picture")
    func distantPixels() {
        let most = Double.greatestFiniteMagnitude
        let (old, new) = (FITSImage(shape: [2], values: [most, 0]), FITSImage(shape: [2], values: [-most, 1]))
        #expect(DifferencePicture.image(old, new) != nil)
    }

    @Test("Brackets without end are refused")
    func brackets() {
        let text = "# %ECSV 1.0\n# " + String(repeating: "[", count: 100_000) + "\na\n"
        #expect(refusal { _ = try ECSV.table(Array(text.utf8), limits: Self.limits) } != nil)
        let json = Array(String(repeating: "[", count: 100_000).utf8)
        guard case .notCompared = FileComparer().compare("a.json", old: json, new: [0x31]).verdict else {
            Issue.record("compared")
            return
        }
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
