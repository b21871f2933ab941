import Comparison
import Testing

/// Catalogues are compared by place on the sky, never by row number.
@Suite("Comparing catalogues")
struct CatalogueTests {
    /// A made catalogue: positions in a field of one degree across RA 0°, and a score.
    private struct Row {
        var rightAscension: Double
        var declination: Double
        var score: Double
    }

    private func rows(_ count: Int, _ generator: inout SeededGenerator) -> [Row] {
        let side = Int(Double(count).squareRoot().rounded(.up))
        // A grid with noise: no two are nearer than 30 arc seconds.
        return (0..<count).map { index in
            let alpha = Double(index % side) / Double(side) - 0.5 + Double.random(in: 0...0.001, using: &generator)
            let delta = Double(index / side) / Double(side) + Double.random(in: 0...0.001, using: &generator)
            return Row(
                rightAscension: alpha < 0 ? alpha + 360 : alpha,
                declination: delta,
                score: Double.random(in: 0...1, using: &generator)
            )
        }
    }

    private func table(_ rows: [Row]) -> Table {
        Table(columns: [
            Column("ra", unit: "deg", cells: rows.map { .real($0.rightAscension) }),
            Column("dec", unit: "deg", cells: rows.map { .real($0.declination) }),
            Column("score", cells: rows.map { .real($0.score) }),
        ])
    }

    private var rules: FileRules {
        var rules = FileRules()
        rules.tolerance = Tolerance(absolute: 1e-6)
        rules.matchRadius = 1
        rules.positionTolerance = 0.1
        return rules
    }

    /// The original, and the same with noise, shuffled, 5 dropped, 1 added, 3 scores and 1 position changed.
    private func sample() -> (old: [Row], new: [Row]) {
        var generator = SeededGenerator(seed: 73)
        let old = rows(2_000, &generator)
        var new = old.map { row in
            Row(
                rightAscension: row.rightAscension + .random(in: -1e-6...1e-6, using: &generator),
                declination: row.declination + .random(in: -1e-6...1e-6, using: &generator),
                score: row.score + .random(in: -1e-7...1e-7, using: &generator)
            )
        }
        for index in 10..<13 { new[index].score += 0.1 }
        new[20].declination += 0.4 / 3600
        new.removeSubrange(30..<35)
        new.append(Row(rightAscension: 10, declination: 45, score: 0.5))
        new.shuffle(using: &generator)
        return (old, new)
    }

    @Test("A shuffled catalogue with few changes tells exactly these")
    func factsSample() throws {
        let (old, new) = sample()
        let found = try TableComparer(rules: rules).compare(table(old), table(new))
        #expect(found.matched == 1_995)
        #expect(found.removed == 5)
        #expect(found.added == 1)
        #expect(found.changed == 3)
        #expect(found.moved == 1)
        #expect(found.same == 1_991)
        #expect(found.ambiguous == 0)
        #expect(!found.isEquivalent)
        #expect(
            found.sentence
                == "Original 2,000 rows, new 1,996: 1,995 matched, 5 gone, 1 new, 1 moved, and 3 differ in score."
        )
        let score = try #require(found.columns.first { $0.name == "score" })
        #expect(score.differing == 3)
        #expect(abs((score.worst?.delta ?? 0) - 0.1) < 1e-6)
        #expect(abs((found.separations?.maximum ?? 0) - 0.4) < 0.02)
        #expect(found.rows.count == 10)
        #expect(Set(found.rows.filter { $0.change == .removed }.compactMap(\.oldRow)) == [31, 32, 33, 34, 35])
    }

    @Test("Noise within the tolerances is equivalent, whatever the order")
    func noise() throws {
        let (old, _) = sample()
        var generator = SeededGenerator(seed: 5)
        var new = old.map { row in
            Row(
                rightAscension: row.rightAscension + .random(in: -1e-6...1e-6, using: &generator),
                declination: row.declination,
                score: row.score
            )
        }
        new.shuffle(using: &generator)
        let found = try TableComparer(rules: rules).compare(table(old), table(new))
        #expect(found.isEquivalent)
        #expect(found.matched == 2_000)
    }

    @Test("Without declared tolerances the least shift counts")
    func exact() throws {
        let old = table([Row(rightAscension: 10, declination: 0, score: 1)])
        let new = table([Row(rightAscension: 10.000_000_1, declination: 0, score: 1)])
        let found = try TableComparer(rules: FileRules()).compare(old, new)
        #expect(found.moved == 1)
        #expect(!found.isEquivalent)
        #expect(try TableComparer(rules: FileRules()).compare(old, old).isEquivalent)
    }

    @Test("Neighbours are found across 0° and at the poles")
    func seams() throws {
        let old = table([
            Row(rightAscension: 359.999_99, declination: 10, score: 1),
            Row(rightAscension: 10, declination: 89.999_9, score: 2),
            Row(rightAscension: 0, declination: -90, score: 3),
        ])
        let new = table([
            Row(rightAscension: 123, declination: -90, score: 3),
            // 0.36 arc seconds from the pole, on its other side: 0.72 apart.
            Row(rightAscension: 190, declination: 89.999_9, score: 2),
            Row(rightAscension: 0.000_01, declination: 10, score: 1),
        ])
        var rules = rules
        rules.positionTolerance = 1
        let found = try TableComparer(rules: rules).compare(old, new)
        #expect(found.same == 3)
        #expect(abs((found.separations?.maximum ?? 0) - 0.72) < 0.001)
    }

    @Test("Two candidates within the radius are told, not forced")
    func ambiguous() throws {
        let arcSecond = 1.0 / 3600
        let old = table([Row(rightAscension: 10, declination: 0, score: 1)])
        let new = table([
            Row(rightAscension: 10, declination: 0.3 * arcSecond, score: 1),
            Row(rightAscension: 10, declination: -0.4 * arcSecond, score: 1),
        ])
        let found = try TableComparer(rules: rules).compare(old, new)
        #expect(found.matched == 0)
        #expect(found.ambiguous == 3)
        #expect(!found.isEquivalent)
    }

    @Test("Beside neighbours that stayed, a row that went is gone and one that moved has moved")
    func crowdedNeighbours() throws {
        let arcSecond = 1.0 / 3600
        func row(_ offset: Double, _ score: Double) -> Row {
            Row(rightAscension: 10, declination: offset * arcSecond, score: score)
        }
        let old = table([row(0, 1), row(0.6, 2), row(-0.6, 3), row(100, 4), row(100.5, 5)])
        let new = table([row(0.601, 2), row(-0.6, 3), row(100, 4), row(100.8, 5)])
        let found = try TableComparer(rules: rules).compare(old, new)
        #expect(found.ambiguous == 0)
        #expect(found.removed == 1)
        #expect(found.moved == 1)
        #expect(found.same == 3)
    }

    @Test("Double stars that did not change are the same, however near")
    func doubleStars() throws {
        let stars = [
            Row(rightAscension: 10, declination: 0, score: 1), Row(rightAscension: 10.000_1, declination: 0, score: 2),
            Row(rightAscension: 10.000_1, declination: 0, score: 3),
        ]
        let found = try TableComparer(rules: rules).compare(table(stars), table(stars.reversed()))
        #expect(found.same == 3)
        #expect(found.isEquivalent)
    }

    @Test("Rows that cross a threshold are told one by one")
    func crossings() throws {
        var rules = rules
        rules.tolerance = Tolerance(absolute: 0.1)
        rules.thresholds = ["score": 0.9]
        let old = table([
            Row(rightAscension: 1, declination: 0, score: 0.899), Row(rightAscension: 2, declination: 0, score: 0.5),
        ])
        let new = table([
            Row(rightAscension: 1, declination: 0, score: 0.901), Row(rightAscension: 2, declination: 0, score: 0.51),
        ])
        let found = try TableComparer(rules: rules).compare(old, new)
        #expect(found.isEquivalent)
        #expect(found.crossingCount == 1)
        #expect(found.crossings.first?.oldRow == 1)
    }

    @Test("Positions in other units are the same places")
    func units() throws {
        let old = Table(columns: [
            Column("RA", unit: "deg", cells: [.real(10.5)]), Column("DEC", unit: "deg", cells: [.real(-3)]),
            Column("flux", unit: "Jy", cells: [.real(0.003)]),
        ])
        let new = Table(columns: [
            Column("RA", unit: "rad", cells: [.real(10.5 * .pi / 180)]),
            Column("DEC", unit: "arcmin", cells: [.real(-180)]), Column("flux", unit: "mJy", cells: [.real(3)]),
        ])
        var rules = FileRules()
        rules.positionTolerance = 1e-6
        let found = try TableComparer(rules: rules).compare(old, new)
        #expect(found.matched == 1)
        #expect(found.isEquivalent)
    }

    @Test("Thousands in a crowded field find themselves")
    func many() throws {
        var generator = SeededGenerator(seed: 9)
        let old = (0..<20_000).map { _ in
            Row(
                rightAscension: .random(in: 100...101, using: &generator),
                declination: .random(in: 60...61, using: &generator),
                score: 1
            )
        }
        let found = try TableComparer(rules: rules).compare(table(old), table(old.shuffled(using: &generator)))
        #expect(found.isEquivalent)
    }

    @Test("A crowd at one place is refused, not looked at pair by pair")
    func crowd() {
        let old = (0..<3_000).map { Row(rightAscension: 1, declination: 1, score: Double($0)) }
        let new = (0..<3_000).map { Row(rightAscension: 1, declination: 1, score: Double($0) + 0.5) }
        #expect(throws: ReadingError.tooLarge(what: "pairs of near rows", limit: 100_000)) {
            try TableComparer(rules: rules, limits: ComparisonLimits(pairs: 100_000)).compare(table(old), table(new))
        }
    }
}
