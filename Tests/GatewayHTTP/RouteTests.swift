import Documents
import Foundation
import Gateway
import HTTPTypes
import Logging
import Provenance
import Testing

@testable import GatewayHTTP

@Suite("Routes")
struct RouteTests {
    private static let metrics = GatewayMetrics.bootstrap()

    private func table() async throws -> RouteTable {
        var configuration = GatewayConfiguration.standard
        configuration.home = NSTemporaryDirectory() + "farfield-routes-" + UUID().uuidString
        let runtime = try await GatewayRuntime.open(
            configuration,
            program: "farfield",
            keeper: .system,
            logger: Logger(label: "test")
        )
        let provenance = try await ProvenanceWing.open(on: runtime.spine)
        let table = RouteTable(
            services: runtime.services,
            provenance: provenance,
            limits: .standard,
            metrics: Self.metrics
        )
        await runtime.close()
        try FileManager.default.removeItem(atPath: configuration.home)
        return table
    }

    @Test("and the OpenAPI document name the same addresses and methods, and agree on the right each needs")
    func agreeWithTheDocument() async throws {
        let document = try JSONValue(json: OpenAPIDocument.text.utf8)
        var documented: Set<String> = []
        for (path, item) in document["paths"]?.objectValue ?? [:] {
            for (method, operation) in item.objectValue ?? [:] {
                let isPublic = operation["security"]?.arrayValue?.isEmpty == true
                let right = operation["x-farfield-right"]?.stringValue ?? "nothing"
                documented.insert("\(method.uppercased()) \(path) \(right) \(isPublic ? "public" : "token")")
            }
        }
        let registered = try await table().routes.map { route in
            let path = route.pattern.replacing("/**", with: "/{path}")
            return "\(route.method.rawValue) \(path) \(route.operation.rawValue) \(route.isPublic ? "public" : "token")"
        }
        #expect(Set(registered) == documented)
        #expect(registered.count == documented.count)
    }

    @Test(
        "are found by their patterns",
        arguments: [
            ("/api/v1/jobs/{id}", "/api/v1/jobs/job_1", true), ("/api/v1/jobs/{id}", "/api/v1/jobs", false),
            ("/a/**", "/a/b/c", true), ("/a/**", "/a", false), ("/a/**", "/b/c", false),
        ]
    )
    func matching(pattern: String, path: String, expected: Bool) {
        let route = Route(.get, pattern, .readJob) { _, _ in Answers.json(.null) }
        #expect(route.matches(path) == expected)
    }
}

@Suite("Pieces of HTTP")
struct PieceTests {
    @Test(
        "Ranges are read as RFC 9110 writes them",
        arguments: [
            ("bytes=0-4", 0..<5), ("bytes=5-", 5..<10), ("bytes=-3", 7..<10), ("bytes=8-99", 8..<10),
            ("bytes=-99", 0..<10),
            ("bytes=10-", nil), ("bytes=-0", nil),
        ] as [(String, Range<Int64>?)]
    )
    func ranges(field: String, bounds: Range<Int64>?) throws {
        #expect(try #require(ByteRange(field)).bounds(size: 10) == bounds)
    }

    @Test(
        "What is no single range counts as not sent",
        arguments: ["bytes=1-0", "bytes=a-", "bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=1"]
    )
    func badRanges(field: String) {
        #expect(ByteRange(field) == nil)
    }

    @Test("File names reach the header and the address whole and harmless")
    func names() throws {
        let name = "d/a \"b\"\r\nX: é%.txt"
        let disposition = PathText.disposition(name)
        #expect(!disposition.contains("\r") && !disposition.contains("\n"))
        #expect(disposition.contains("filename*=UTF-8''a%20%22b%22%0D%0AX%3A%20%C3%A9%25.txt"))
        #expect(try PathText.rest(of: "/api/v1/jobs/x/outputs/" + PathText.encode(name), after: 5) == name)
    }

    @Test("Bad percent-encoding is refused", arguments: ["%", "%2", "%zz", "%ff"])
    func badEncoding(text: String) {
        #expect(throws: Problem.self) { try PathText.rest(of: "/" + text, after: 0) }
    }

    @Test("Every kind of gateway error has a problem with the same name")
    func kinds() {
        for kind in GatewayError.Kind.allCases { #expect(ProblemKind(kind).rawValue == kind.rawValue) }
        for kind in ProblemKind.allCases { #expect((400..<600).contains(kind.status.code)) }
    }

    @Test("Every kind of problem is in docs/errors.md with its status")
    func documentedKinds() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/errors.md"), encoding: .utf8)
        for kind in ProblemKind.allCases { #expect(text.contains("| `\(kind.rawValue)` | \(kind.status.code) |")) }
    }
}

@Suite("Metrics")
struct MetricsTests {
    @Test("are written in Prometheus' text format 0.0.4, with labels escaped")
    func text() {
        var page = MetricsPage()
        page.declare("a_total", kind: "counter", help: "One\nline.")
        page.sample("a_total", labels: [("site", "x\"y\\z\n")], value: 3)
        page.declare("a_total", kind: "counter", help: "again")
        page.sample("b", labels: [], value: 0.5)
        #expect(
            page.text
                == "# HELP a_total One\\nline.\n# TYPE a_total counter\na_total{site=\"x\\\"y\\\\z\\n\"} 3\nb 0.5\n"
        )
    }

    @Test("count durations in cumulative buckets")
    func buckets() {
        var histogram = Histogram()
        histogram.add(0.002)
        histogram.add(100)
        var page = MetricsPage()
        histogram.write("t", [], to: &page)
        #expect(page.text.contains("t_bucket{le=\"0.001\"} 0\n"))
        #expect(page.text.contains("t_bucket{le=\"0.005\"} 1\n"))
        #expect(page.text.contains("t_bucket{le=\"+Inf\"} 2\n"))
        #expect(page.text.contains("t_count 2\n"))
    }
}
