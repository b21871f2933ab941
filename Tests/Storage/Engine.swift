import Foundation
import Logging
import Storage
import Testing

/// The engines every test of this target runs on.
enum Engine: String, CaseIterable, CustomTestStringConvertible {
    case sqlite
    case postgreSQL

    var testDescription: String { rawValue }

    /// Where scratch databases are made; a missing server is a failure, never a silent skip.
    private func origin() throws -> DatabaseLocation {
        switch self {
        case .sqlite:
            return .sqlite(path: FileManager.default.temporaryDirectory.appendingPathComponent("origin").path)
        case .postgreSQL:
            let uri = try #require(
                ProcessInfo.processInfo.environment["FARFIELD_TEST_POSTGRES"],
                "FARFIELD_TEST_POSTGRES is not set: run ./scripts/test, which starts a PostgreSQL for the tests"
            )
            return try DatabaseLocation(uri)
        }
    }

    /// Gives `body` the place of an empty database and removes it afterwards.
    func withLocation<T>(_ body: (DatabaseLocation) async throws -> T) async throws -> T {
        let name = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let scratch = try await ScratchDatabase.create(beside: try origin(), name: name)
        do {
            let value = try await body(scratch.location)
            try await scratch.remove()
            return value
        } catch {
            try? await scratch.remove()
            throw error
        }
    }

    /// Gives `body` an empty, open database.
    func withDatabase<T>(_ body: (any Database) async throws -> T) async throws -> T {
        try await withLocation { location in
            let database = try await location.open(logger: Logger(label: "test"))
            do {
                let value = try await body(database)
                await database.close()
                return value
            } catch {
                await database.close()
                throw error
            }
        }
    }
}
