import Attestation
import Comparison
import Documents
import Testing

@Suite("Comparing folders of results")
struct FolderComparisonTests {
    private struct Gone: Error, CustomStringConvertible { let description = "the bucket is away" }

    private func entries(_ files: [String: String]) -> [FolderEntry] {
        files.map { FolderEntry(path: $0.key, digest: SHA256Digest(of: $0.value.utf8), size: $0.value.utf8.count) }
    }

    private func compare(_ old: [String: String], _ new: [String: String], _ rules: ComparisonRules = .exact) async
        -> FolderComparison
    {
        let contents = Dictionary(
            (old.map(\.value) + new.map(\.value)).map { (SHA256Digest(of: $0.utf8), $0) }
        ) { first, _ in first }
        return await FolderComparer(rules: rules).compare(entries(old), entries(new)) { entry in
            guard let content = contents[entry.digest], content != "away" else { throw Gone() }
            return Array(content.utf8)
        }
    }

    @Test("Each file is the same, changed, renamed, gone or new")
    func classes() async {
        let found = await compare(
            ["a.txt": "a", "b.txt": "b", "c.csv": "v\n1.0\n", "d.txt": "d", "e.txt": "e"],
            ["a.txt": "a", "moved/b.txt": "b", "c.csv": "v\n1.5\n", "f.txt": "f", "e.txt": "e"]
        )
        #expect(found.same == ["a.txt", "e.txt"])
        #expect(found.changed.map(\.path) == ["c.csv"])
        #expect(found.renamed.map(\.new) == ["moved/b.txt"])
        #expect(found.removed == ["d.txt"])
        #expect(found.added == ["f.txt"])
        #expect(found.verdict == .different)
        #expect(found.sentence == "Files: 2 the same, 1 different, 1 gone, 1 new, 1 renamed.")
        #expect(found.reasons.count == 4)
        #expect(found.jsonValue["verdict"] == "different")
    }

    @Test("The whole is as good as its worst file")
    func worst() async {
        var rules = FileRules()
        rules.tolerance = Tolerance(relative: 0.01)
        let lenient = ComparisonRules([.init("*.csv", rules)])
        #expect(await compare(["a.csv": "v\n1.0\n"], ["a.csv": "v\n1.0\n"]).verdict == .identical)
        #expect(await compare(["a.csv": "v\n1.0\n"], ["a.csv": "v\n1.001\n"], lenient).verdict == .equivalent)
        let away = await compare(["a.csv": "v\n1.0\n", "b": "away"], ["a.csv": "v\n1.001\n", "b": "b"], lenient)
        guard case .notCompared = away.verdict else {
            Issue.record("\(away.verdict)")
            return
        }
        #expect(away.reasons == ["b: Not compared: its bytes could not be read: the bucket is away."])
        #expect(await compare(["a": "away", "b": "b"], ["a": "x", "b": "c"]).verdict == .different)
    }
}
