import Foundation
import Logging
import Storage
import Testing

/// Copies of databases in use.
@Suite struct CopyTests {
    private let logger = Logger(label: "test")

    private func withFolder<T>(_ body: (String) async throws -> T) async throws -> T {
        let folder = NSTemporaryDirectory() + "farfield-copies-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    private static func count(_ connection: any StorageConnection) throws -> Int {
        try connection.first("SELECT COUNT(*) AS number FROM things")?.integer("number") ?? -1
    }

    @Test(arguments: Engine.allCases)
    func aCopyShowsOneMomentWhileWritersGoOn(_ engine: Engine) async throws {
        try await engine.withLocation { location in
            try await withFolder { folder in
                let database = try await location.open(logger: logger)
                try await database.transaction {
                    try $0.execute("CREATE TABLE things (id TEXT PRIMARY KEY, pair TEXT)")
                }
                let path = "\(folder)/copy"
                let copy = DatabaseCopy(of: location, logger: logger)
                // Each transaction writes two rows: a copy with an odd number shows no moment that ever was.
                let counted = try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            try await database.transaction { connection in
                                for half in ["a", "b"] {
                                    try connection.execute(
                                        "INSERT INTO things VALUES ($1, $2)",
                                        [.text("\(number)\(half)"), .text(half)]
                                    )
                                }
                            }
                        }
                    }
                    let counted = try await copy.write(to: path) { try Self.count($0) }
                    try await group.waitForAll()
                    return counted
                }
                #expect(counted % 2 == 0)
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
                #expect(mode?.intValue == 0o600)
                await #expect(throws: StorageError.self) { try await copy.restore(from: path, keepingOldAs: nil) }
                await database.close()
                await #expect(throws: StorageError.self) { try await copy.restore(from: path, keepingOldAs: nil) }
                try await copy.restore(from: path, keepingOldAs: ".before-1")
                let restored = try await location.open(logger: logger)
                #expect(try await restored.read { try Self.count($0) } == counted)
                await restored.close()
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aDatabaseInUseIsNotReplaced(_ engine: Engine) async throws {
        try await engine.withLocation { location in
            let database = try await location.open(logger: logger)
            try await database.transaction { try $0.execute("CREATE TABLE things (id TEXT PRIMARY KEY)") }
            let copy = DatabaseCopy(of: location, logger: logger)
            await #expect(throws: StorageError.self) { try await copy.isEmpty() }
            await database.close()
            #expect(try await copy.isEmpty() == false)
        }
    }

    @Test func passwordsStayOutOfTheListOfProcesses() async throws {
        try await withFolder { folder in
            let copy = DatabaseCopy(
                of: try DatabaseLocation("postgresql://me:s3cret@127.0.0.1:1/x"),
                logger: logger
            )
            do {
                try await copy.write(to: "\(folder)/copy") { _ in }
                Issue.record("there is no such server")
            } catch {
                #expect(!"\(error)".contains("s3cret"))
            }
        }
    }
}
