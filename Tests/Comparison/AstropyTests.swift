import Comparison
import Testing

/// What astropy wrote is read with the same values.
@Suite("Files written by astropy")
struct AstropyTests {
    private let limits = ComparisonLimits()

    private func number(_ table: Table, _ name: String, _ row: Int) -> Double? { table[name]?.cells[row].number }

    private func table(_ name: String) async throws -> Table {
        let bytes = try await AstropyFiles.bytes(name)
        if name.hasSuffix(".ecsv") { return try ECSV.table(bytes, limits: limits) }
        if name.hasSuffix(".csv") { return try DelimitedText.table(bytes, limits: limits) }
        if name.hasSuffix(".vot") { return try #require(try VOTable.tables(bytes, limits: limits).first) }
        guard case .table(let table) = try FITSFile(bytes, limits: limits).units[1].content else {
            throw ReadingError.malformed(kind: "FITS", message: "no table")
        }
        return table
    }

    @Test(
        "A table has the same values in every format",
        arguments: [
            "table.csv", "table.ecsv", "comma.ecsv", "tabledata.vot", "binary.vot", "binary2.vot", "table.fits",
        ]
    )
    func values(_ name: String) async throws {
        let table = try await table(name)
        #expect(table.rowCount == 50)
        for row in 0..<50 {
            #expect(table["source_id"]?.cells[row] == .integer(1 << 62 + Int64(row)))
            #expect(abs((number(table, "dec", row) ?? 0) - (-45 + Double(row) * 0.5)) < 1e-12)
            #expect(number(table, "flux", row) == Double(row) * 0.25)
            #expect(number(table, "small", row) == Double(row))
            let text = row.isMultiple(of: 7) && name != "table.fits" ? "star \(row) é\"," : "star \(row)"
            #expect(table["name"]?.cells[row] == .text(text))
            if row.isMultiple(of: 5) {
                let isNaN = table["score"]?.cells[row].isNaN ?? false
                #expect(isNaN || table["score"]?.cells[row] == .missing)
            } else {
                #expect(number(table, "score", row) == Double(row) / 7)
            }
            if name != "table.csv" {
                #expect(table["vector"]?.cells[row] == .list([Double(row), Double(row) * 2, Double(row) * 3]))
                #expect(table["flux"]?.unit == "mJy")
            }
        }
        if name.hasSuffix(".vot") || name.hasSuffix(".ecsv") {
            #expect(table["ra"]?.descriptor == "pos.eq.ra;meta.main")
        }
        let truth = [table["flag"]?.cells[0], table["flag"]?.cells[1]].map { $0?.description.lowercased() }
        #expect(truth == (name.hasSuffix(".vot") ? ["1", "0"] : ["true", "false"]))
    }

    @Test("The same table in two formats of VOTable is equivalent")
    func equivalentFormats() async throws {
        let (old, new) = (try await AstropyFiles.bytes("tabledata.vot"), try await AstropyFiles.bytes("binary2.vot"))
        let found = FileComparer().compare("table.vot", old: old, new: new)
        #expect(found.verdict == .equivalent, "\(found.sentence)")
    }

    @Test("Arrays of changing length and numbers without sign")
    func ragged() async throws {
        let table = try await table("ragged.fits")
        #expect(table["ragged"]?.cells[4] == .list([0, 1, 2, 3]))
        #expect(table["ragged"]?.cells[1] == .list([0]))
        #expect(table["counts"]?.cells.compactMap(\.number) == [0, 1, 2_147_483_648, 4_294_967_295, 7])
    }

    @Test("Tables of text in FITS")
    func words() async throws {
        let table = try await table("words.fits")
        #expect(table["name"]?.cells == [.text("one"), .text("two")])
        #expect(table["number"]?.cells == [.integer(1), .integer(-2)])
        #expect(table["value"]?.cells == [.real(0.1), .real(-2.5e-7)])
        #expect(table["value"]?.unit == "Jy")
    }

    @Test("Images of every type have the same pixels")
    func images() async throws {
        let file = try FITSFile(try await AstropyFiles.bytes("images.fits"), limits: limits)
        #expect(
            file.units.map(\.name) == [
                "", "UINT8", "INT32", "INT64", "FLOAT32", "FLOAT64", "UINT16", "SCALED", "BLANK",
            ]
        )
        for unit in file.units[0...7] {
            guard case .image(let image) = unit.content else {
                Issue.record("no image in \(unit.name)")
                continue
            }
            #expect(image.shape == [6, 4])
            let factor = unit.name == "SCALED" ? 0.5 : 1
            #expect(image.values == (0..<24).map { Double($0) * factor }, "\(unit.name)")
        }
        guard case .image(let blank) = file.units[8].content else { return }
        #expect(blank.values[1].isNaN)
        let cards = file.units[0].header.cards
        #expect(cards.first { $0.keyword == "LONG" }?.value == "it's " + String(repeating: "x", count: 120))
        #expect(cards.first { $0.keyword == "HIERARCH ESO DET CHIP" }?.number == 3)
        #expect(cards.first { $0.keyword == "EXPTIME" }?.number == 0.0015)
    }

    @Test("One changed pixel is told with its place; a new DATE is not")
    func changedPixel() async throws {
        let (old, new) = (try await AstropyFiles.bytes("images.fits"), try await AstropyFiles.bytes("changed.fits"))
        var rules = FileRules()
        rules.nanEqual = true
        let exact = FileComparer(rules: ComparisonRules([.init("*.fits", rules)]))
            .compare("images.fits", old: old, new: new)
        #expect(exact.verdict == .different)
        #expect(exact.sentence == "Unit 5 (FLOAT64): 1 of 24 pixels differ, 0 within tolerance, at most by 0.25.")
        guard case .fits(let found) = exact.detail else { return }
        // Python counts rows and columns from 0, FITS columns and rows from 1.
        #expect(found.units[5].image?.pixels.map(\.place) == [[4, 3]])
        #expect(found.units[5].image?.rootMeanSquare == (0.0625 / 24).squareRoot())
        rules.tolerance = Tolerance(absolute: 0.3)
        let lenient = FileComparer(rules: ComparisonRules([.init("*.fits", rules)]))
            .compare("images.fits", old: old, new: new)
        #expect(lenient.verdict == .equivalent)
    }
}
