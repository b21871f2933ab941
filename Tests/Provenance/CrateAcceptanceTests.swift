import Foundation
import Testing

@testable import Provenance

/// Other people's tools read our crates.
@Suite("Crates before public tools", .enabled(if: PublicTool.python != nil))
struct CrateAcceptanceTests {
    private static func folders(_ samples: [Samples.Sample], in scratch: ScratchFolder) throws -> [String] {
        try samples.map { try SampleFolder($0, below: scratch.path).path }
    }

    @Test("The validator of the community accepts every crate", arguments: ["required", "recommended"])
    func valid(level: String) async throws {
        let scratch = try ScratchFolder()
        let folders = try Self.folders(Samples.all, in: scratch)
        let issues: [String: [String]] = try await PublicTool.json("check_crates.py", [level] + folders, in: scratch)
        #expect(issues.count == folders.count)
        for (folder, found) in issues {
            for issue in found {
                Issue.record("\(folder.split(separator: "/").last ?? ""): \(issue)")
            }
        }
    }
}
