import Attestation
import Documents
import Foundation
import Testing

@testable import Provenance

@Suite("Status statements")
struct StatusTests {
    static let current = statement(.current)
    static let retracted = statement(
        RecordStatus(
            .retracted,
            reason: .init(code: "input-withdrawn", text: "The survey withdrew \"sky.fits\" </script>"),
            decidedBy: "grace",
            decidedAt: Samples.later(7200),
            notice: "https://gw.example.org/notices/1",
            successor: Samples.container.id
        )
    )

    private static func statement(_ status: RecordStatus) -> StatusStatement {
        StatusStatement(
            baseURL: "https://gw.example.org",
            analysis: Samples.published.id,
            record: Samples.digest("statement"),
            status: status,
            asOf: Samples.later(9000),
            log: .init(origin: "gw.example.org/log", size: 307, root: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            lastEvent: 306
        )
    }

    @Test("A status is read as it was written")
    func roundTrip() throws {
        for statement in [Self.current, Self.retracted] {
            #expect(try StatusStatement(payload: statement.bytes) == statement)
        }
    }

    @Test("in-toto's schema reads a status", .enabled(if: PublicTool.python != nil))
    func schema() async throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/status.json"
        try Data(Self.retracted.bytes).write(to: URL(fileURLWithPath: path))
        let count: Int = try await PublicTool.json("check_statements.py", [path], in: scratch)
        #expect(count == 1)
    }

    @Test("A status of another kind or with other fields is refused, by its path")
    func refused() {
        let text = String(decoding: Self.retracted.bytes, as: UTF8.self)
        let changes = [
            (#""retracted""#, #""fine""#, "/predicate/status"),
            (#""size":"307""#, #""size":"0307""#, "/predicate/log/size"),
            (#""decidedBy""#, #""decidedby""#, "/predicate/decidedby"),
            ("/attestations/status/v1", "/x", "/predicateType"),
            (#""name":"manifest""#, #""name":"other""#, "/subject/0"),
        ]
        for (old, new, path) in changes {
            let fault = #expect(throws: RecordFault.self) {
                try StatusStatement(payload: Array(text.replacing(old, with: new).utf8))
            }
            #expect(fault?.path == path)
        }
    }
}
