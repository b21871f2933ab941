import Foundation
import TestSupport
import Testing

/// Files written by astropy, once for all tests.
enum AstropyFiles {
    private static let written = Task {
        let folder = FileManager.default.temporaryDirectory.appending(path: "farfield-astropy-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let python = try #require(
            ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"],
            "FARFIELD_TEST_PYTHON is not set: run ./scripts/test, which installs astropy for the tests"
        )
        let script = try #require(
            Bundle.module.url(forResource: "write_files", withExtension: "py", subdirectory: "Fixtures")
        )
        let child = try ChildProcess(python, [script.path, folder.path])
        #expect(await child.ended() == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let files = try names.map { ($0, [UInt8](try Data(contentsOf: folder.appending(path: $0)))) }
        try FileManager.default.removeItem(at: folder)
        return Dictionary(uniqueKeysWithValues: files)
    }

    /// The bytes of a file.
    static func bytes(_ name: String) async throws -> [UInt8] { try #require(try await written.value[name]) }
}
