import Comparison
import Documents
import Testing

@Suite("Rules of comparison")
struct ComparisonRulesTests {
    private func read(_ yaml: String) throws -> (rules: ComparisonRules?, faults: [Fault]) {
        let document = try Document(yaml: yaml)
        let collector = FaultCollector(lines: document.lines)
        let rules = ComparisonRules(Field(document.value, collector: collector))
        return (rules, collector.faults)
    }

    private let text = """
        - match: "results/**/*.csv"
          tolerance: {absolute: 1e-6, relative: 0.001}
          columns: {score: {absolute: 0.01}}
          matchRadius: 2
          positionTolerance: 0.1
          positions: [alpha, delta]
          keys: [id]
          ignore: [created]
          nanEqual: true
          thresholds: {score: 0.9}
        - match: application/json
          pointers: {/summary/mean: {relative: 0.01}}
          rowsAt: /anomalies
          rowNoun: anomalies
        """

    @Test("are read from a document, and written as one that reads the same")
    func roundTrip() throws {
        let (rules, faults) = try read(text)
        #expect(faults.isEmpty)
        let found = try #require(rules)
        let again = try read(found.jsonValue.jsonText)
        #expect(again.faults.isEmpty)
        #expect(again.rules == found)
    }

    @Test("hold for the first pattern that fits, otherwise exactly")
    func firstFits() throws {
        let rules = try #require(try read(text).rules)
        #expect(rules.rules(for: "results/a/b/c.csv").tolerance == Tolerance(absolute: 1e-6, relative: 0.001))
        #expect(rules.rules(for: "results/c.csv").matchRadius == 2)
        for other in ["logs/c.csv", "results/c.csv.gz", "xresults/c.csv", "results/.csv/x"] {
            #expect(rules.rules(for: other) == FileRules(), "\(other)")
        }
        #expect(rules.rules(for: "x", mediaType: "application/json").rowNoun == "anomalies")
    }

    @Test(
        "tell a fault at its place",
        arguments: [
            ("- {tolerance: {absolute: 1}}", "/0/match"),
            ("- {match: a, tolerance: {absolute: -1}}", "/0/tolerance/absolute"),
            ("- {match: a, toleranze: 1}", "/0/toleranze"), ("- {match: a, positions: [ra]}", "/0/positions"),
            ("- {match: a, kind: excel}", "/0/kind"), ("- {match: a, matchRadius: nan}", "/0/matchRadius"),
        ]
    )
    func faults(_ yaml: String, _ path: String) throws { #expect(try read(yaml).faults.map(\.path) == [path]) }
}
