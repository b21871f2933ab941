import Foundation
import Testing

/// The rules of the house (docs/decisions/0002-house-rules.md), read off the tree.
@Suite("House rules")
struct HouseRulesTests {
    /// Read once for all rules.
    private static let shared = Result { try SourceTree() }
    private let tree: SourceTree

    init() throws { tree = try Self.shared.get() }

    /// Which floor each module is on; an import goes down, never up or sideways.
    private static let floors = [
        "CSSH2": 0, "CPQ": 0, "CCurl": 0, "COpenSSL": 0, "CP11Kit": 0, "Documents": 0,
        "SSHClient": 1, "CurlClient": 1, "Storage": 1, "Attestation": 1,
        "TaskQueue": 2, "Slurm": 2, "Comparison": 2, "LanguageModels": 2, "RadioSky": 2, "SkyArchives": 2,
        "Gateway": 3,
        "Simulator": 4, "Provenance": 4, "Federation": 4, "Findings": 4, "Inference": 4, "Research": 4,
        "GatewayHTTP": 5, "farfield": 6,
    ]

    @Test("Imports go down")
    func importsGoDown() throws {
        for file in tree.sources {
            let floor = try #require(Self.floors[file.module], "\(file.path): its module is on no floor")
            for line in file.lines where line.contains("import ") {
                guard let match = line.wholeMatch(of: /(?:@[a-z_]+ )?(?:package |internal |public )?import (\w+)/),
                    let other = Self.floors[String(match.1)]
                else { continue }
                #expect(other < floor, "\(file.path) imports \(match.1)")
            }
        }
    }

    @Test("Files are at most 500 lines, functions at most 60")
    func sizes() {
        for file in tree.sources + tree.tests {
            #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines")
            for function in Self.functions(file) {
                #expect(function.length <= 60, "\(file.path):\(function.line) is \(function.length) lines long")
            }
        }
    }

    /// Functions by their indentation: from `func` to the brace that closes at the same depth.
    private static func functions(_ file: SourceTree.File) -> [(line: Int, length: Int)] {
        var found: [(line: Int, length: Int)] = []
        for (index, line) in file.lines.enumerated() where line.contains("func ") || line.contains("init") {
            let indent = line.prefix { $0 == " " }
            guard line.dropFirst(indent.count).contains(/^(?:[@a-z(_)]+ )*(?:func |init[?(<])/) else { continue }
            // A requirement of a protocol has no brace before the next empty line.
            guard
                let opening = file.lines[index...].firstIndex(where: {
                    $0.hasSuffix("{") || $0.hasSuffix("}") || $0.isEmpty
                }),
                file.lines[opening].hasSuffix("{")
            else { continue }
            let end = file.lines[opening...].firstIndex { $0 == indent + "}" }
            if let end { found.append((index + 1, end - index + 1)) }
        }
        return found
    }

    @Test("Pointers and unchecked sendability stay on floors 0 and 1")
    func unsafety() {
        let allowed: Set<String> = ["SSHClient", "CurlClient", "Storage", "Attestation"]
        var counts: [String: Int] = [:]
        for file in tree.sources {
            for line in file.code
            where (line.text.contains("unsafe") || line.text.contains("@unchecked"))
                && line.text.contains(/\bunsafe\b|@unchecked Sendable|nonisolated\(unsafe\)/)
            {
                counts[file.module, default: 0] += 1
                #expect(allowed.contains(file.module), "\(file.path):\(line.number) \(line.text)")
            }
        }
        print(
            "unsafe, by module: \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
        )
    }

    /// Files that may start a task of their own, and why.
    private static let looseTasks = [
        "Sources/Gateway/Events/EventFeed.swift": "a stream's end is told by a synchronous callback",
        "Sources/SSHClient": "a channel must be closed though its caller was cancelled",
        "Sources/farfield": "the command's own signals and prompts",
        "Sources/TaskQueue": "runs outlive the claim that started them",
        "Sources/Storage": "a stream's end is told by a synchronous callback",
        "Sources/CurlClient": "a stream's end is told by a synchronous callback",
    ]

    @Test("Nothing runs loose, nothing is printed but by the command")
    func looseEnds() {
        for file in tree.sources {
            for line in file.code {
                if line.text.contains("Task"), line.text.contains(/\bTask(\.detached)? ?\{/) {
                    #expect(Self.looseTasks.keys.contains { file.path.hasPrefix($0) }, "\(file.path):\(line.number)")
                }
                if file.module != "farfield", line.text.contains("print(") {
                    #expect(!line.text.contains(/\bprint\(/), "\(file.path):\(line.number)")
                }
                if line.text.contains("!") || line.text.contains("fatalError(") {
                    let isBad = line.text.contains(/\btry!|\bas!|fatalError\(/)
                    #expect(!isBad, "\(file.path):\(line.number) \(line.text)")
                }
            }
        }
    }

    private static let words = ["SELECT", "INSERT", "DELETE", "CREATE", "UPDATE"]

    @Test("SQL stands in its subject's …Store.swift")
    func sql() {
        let statement =
            /\b(SELECT .*|INSERT INTO .*|DELETE FROM .*|CREATE (TABLE|INDEX|UNIQUE) .*|UPDATE [a-z_]+ SET.*)/
        for file in tree.sources where !["Storage", "TaskQueue", "Documents"].contains(file.module) {
            guard !file.name.contains("Store") else { continue }
            for line in file.code where Self.words.contains(where: line.text.contains) {
                #expect(!line.text.contains(statement), "\(file.path):\(line.number) \(line.text)")
            }
        }
    }

    @Test("Names say what things are")
    func names() {
        for file in tree.sources {
            #expect(!file.name.contains(/Utils?|Helpers?|Manager|Common|Misc/), "\(file.path)")
            for line in file.code {
                guard let match = line.text.firstMatch(of: /\b(?:class|struct|enum|actor|protocol) (\w+)/) else {
                    continue
                }
                #expect(!match.1.contains(/(Utils?|Helpers?|Manager|Common)$/), "\(file.path):\(line.number)")
                #expect(String(match.1) != file.module, "\(file.path): \(match.1) is its own module")
            }
            for line in file.lines where line.contains("TODO") || line.contains("FIXME") {
                #expect(!line.contains(/TODO(?! #[0-9])|FIXME/), "\(file.path): \(line)")
            }
        }
    }

    @Test("Every folder of Sources is on the map in README.md")
    func map() throws {
        let map = try SourceTree.text("README.md")
        for module in Set(tree.sources.map(\.module)) { #expect(map.contains(module), "\(module)") }
    }

    @Test("The job's states are the same in code, diagram and API document")
    func states() throws {
        let code = try SourceTree.text("Sources/Gateway/Jobs/JobState.swift")
        var edges: Set<String> = []
        for match in code.matches(of: /case \.(\w+): \[([^\]]*)\]/) {
            for target in match.2.matches(of: /\.(\w+)/) { edges.insert("\(match.1) --> \(target.1)") }
        }
        #expect(edges.count > 15)
        let diagram = try SourceTree.text("docs/state-machine.md")
        let drawn = Set(diagram.matches(of: /(\w+) --> (\w+)/).map { "\($0.1) --> \($0.2)" })
        #expect(edges == drawn)
        let states = Set(code.matches(of: /(?m)^    case (\w+)$/).map { String($0.1) })
        let document = try SourceTree.text("Sources/GatewayHTTP/OpenAPI/openapi.json")
        for state in states { #expect(document.contains("\"\(state)\"")) }
        #expect(
            try SourceTree.text("Sources/Gateway/Jobs/JobSchemaStore.swift").contains(
                "CHECK (state IN (\\(list(JobState.allCases))))"
            )
        )
    }

    @Test("The change log has a place for what is not yet released")
    func changeLog() throws {
        #expect(try SourceTree.text("CHANGELOG.md").contains("## [Unreleased]"))
    }
}
