import Comparison
import Documents
import Testing

/// Each kind of file: the same, the same by meaning, and not the same.
@Suite("Comparing files of every kind")
struct FileKindTests {
    struct Case: CustomTestStringConvertible {
        let path: String
        let old: String
        let new: String
        let verdict: Verdict
        var rules = FileRules()
        var testDescription: String { "\(path): \(verdict.name)" }
    }

    private static func with(_ change: (inout FileRules) -> Void) -> FileRules {
        var rules = FileRules()
        change(&rules)
        return rules
    }

    private static let lenient = with { $0.tolerance = Tolerance(absolute: 0.01) }

    private static let cases = [
        Case(path: "a.csv", old: "a,b\n1,x\n", new: "a,b\n1,x\n", verdict: .identical),
        Case(path: "quotes.csv", old: "a,b\n1,x\n", new: "\"a\",\"b\"\r\n1,\"x\"\r\n", verdict: .equivalent),
        Case(path: "columns in another order.csv", old: "a,b\n1,x\n", new: "b,a\nx,1\n", verdict: .equivalent),
        Case(path: "noise.csv", old: "a\n0.5\n", new: "a\n0.501\n", verdict: .equivalent, rules: lenient),
        Case(path: "too much.csv", old: "a\n0.5\n", new: "a\n0.52\n", verdict: .different, rules: lenient),
        Case(
            path: "whole numbers are exact.csv",
            old: "a\n100\n",
            new: "a\n101\n",
            verdict: .different,
            rules:
                with { $0.tolerance = Tolerance(relative: 0.5) }
        ),
        Case(path: "names with zeros.csv", old: "a\n007\n", new: "a\n7\n", verdict: .different),
        Case(path: "a row more.csv", old: "a\n1\n", new: "a\n1\n2\n", verdict: .different),
        Case(path: "a column more.csv", old: "a\n1\n", new: "a,b\n1,2\n", verdict: .different),
        Case(
            path: "ignored column.csv",
            old: "a,t\n1,2\n",
            new: "a,t\n1,3\n",
            verdict: .equivalent,
            rules:
                with { $0.ignored = ["t"] }
        ),
        Case(
            path: "keys.csv",
            old: "id,v\na,1\nb,2\n",
            new: "id,v\nb,2\na,1\n",
            verdict: .equivalent,
            rules:
                with { $0.keyColumns = ["id"] }
        ),
        Case(path: "nan is no number.csv", old: "v\nnan\n", new: "v\nNaN\n", verdict: .different),
        Case(
            path: "nan declared equal.csv",
            old: "v\nnan\n",
            new: "v\nNaN\n",
            verdict: .equivalent,
            rules:
                with { $0.nanEqual = true }
        ),
        Case(
            path: "spaces.json",
            old: "{\"a\":1.0,\"b\":[1]}",
            new: "{ \"b\" : [1], \"a\" : 1 }",
            verdict: .equivalent
        ),
        Case(
            path: "pointer.json",
            old: "{\"r\":[{\"m\":[1.0]}]}",
            new: "{\"r\":[{\"m\":[1.1]}]}",
            verdict: .equivalent,
            rules: with { $0.pointerTolerances = ["/r/*/m/*": Tolerance(absolute: 0.2)] }
        ),
        Case(path: "value.json", old: "{\"a\":1.5}", new: "{\"a\":1.6}", verdict: .different),
        Case(
            path: "time.json",
            old: "{\"a\":1,\"t\":1}",
            new: "{\"a\":1,\"t\":2}",
            verdict: .equivalent,
            rules:
                with { $0.ignored = ["/t"] }
        ),
        Case(
            path: "large.json",
            old: "{\"id\":9007199254740993}",
            new: "{\"id\":9007199254740992}",
            verdict: .different
        ),
        Case(path: "ends.txt", old: "a\nb\n", new: "a\r\nb", verdict: .equivalent),
        Case(path: "line.txt", old: "a\nb\n", new: "a\nc\n", verdict: .different),
        Case(
            path: "ignored line.txt",
            old: "a\ntook 3 s\n",
            new: "a\ntook 4 s\n",
            verdict: .equivalent,
            rules:
                with { $0.ignored = ["took *"] }
        ),
        Case(path: "a.bin", old: "a\0b", new: "a\0c", verdict: .different),
    ]

    @Test("The verdict", arguments: cases)
    func verdict(_ example: Case) {
        let comparer = FileComparer(rules: ComparisonRules([.init("**", example.rules)]))
        let found = comparer.compare(example.path, old: Array(example.old.utf8), new: Array(example.new.utf8))
        #expect(found.verdict == example.verdict, "\(found.sentence)")
    }

    @Test("A list of findings in JSON is a catalogue")
    func findings() throws {
        let old = """
            {"run": 1, "anomalies": [{"ra": 10.0, "dec": 5.0, "severity": "high"}, {"ra": 11.0, "dec": 5.0, "severity": "low"},
              {"ra": 12.0, "dec": 5.0, "severity": "low"}]}
            """
        let new = """
            {"run": 1, "anomalies": [{"ra": 12.0, "dec": 5.0, "severity": "low"}, {"ra": 10.0, "dec": 5.0, "severity": "low"},
              {"ra": 50.0, "dec": 5.0, "severity": "low"}]}
            """
        let rules = Self.with {
            $0.rowsAt = "/anomalies"
            $0.rowNoun = "anomalies"
        }
        let found = FileComparer(rules: ComparisonRules([.init("*.json", rules)]))
            .compare("findings.json", old: Array(old.utf8), new: Array(new.utf8))
        #expect(found.verdict == .different)
        #expect(
            found.sentence == "1 values: all the same. Original 3 anomalies, new 3: 2 matched, 1 gone, 1 new, and 1 "
                + "differs in severity."
        )
    }

    @Test("A unified diff shows what changed in a text")
    func lines() {
        let found = FileComparer().compare("a.log", old: Array("a\nb\nc\n".utf8), new: Array("a\nx\nc\nd\n".utf8))
        guard case .text(let text) = found.detail else {
            Issue.record("no text")
            return
        }
        #expect(text.lines == [" a", "-b", "+x", "+d"])
        #expect(text.removed == 1)
        #expect(text.added == 2)
    }

    @Test("What is too large or not what it says is not compared, with the reason")
    func notCompared() {
        let small = FileComparer(limits: ComparisonLimits(bytes: 10))
        let large = small.compare("a.txt", old: Array(repeating: 65, count: 11), new: [66])
        #expect(large.verdict == .notCompared(reason: "too large: more than 10 bytes"))
        let broken = FileComparer().compare("a.json", old: Array("{".utf8), new: Array("{}".utf8))
        guard case .notCompared(let reason) = broken.verdict else {
            Issue.record("\(broken.verdict)")
            return
        }
        #expect(reason.hasPrefix("it is not JSON"))
        let ragged = FileComparer().compare("a.csv", old: Array("a,b\n1\n".utf8), new: Array("a,b\n1,2\n".utf8))
        #expect(
            ragged.verdict == .notCompared(reason: "it is not a table: line 2 has 1 values, the names are 2")
        )
    }

    @Test("The same result is the same JSON, whatever was read first")
    func stableJSON() {
        let compare = { FileComparer().compare("a.csv", old: Array("a,b\n1,2\n".utf8), new: Array("a,b\n1,3\n".utf8)) }
        #expect(compare().jsonValue.jsonText == compare().jsonValue.jsonText)
        #expect(
            compare().jsonValue["tables"]?.arrayValue?.first?["columns"]?.arrayValue?.first?["worst"]?["delta"] == 1
        )
    }
}
