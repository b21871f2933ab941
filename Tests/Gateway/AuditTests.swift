import Documents
import Foundation
import Logging
import Storage
import Testing

@testable import Gateway

@Suite("The audit trail")
struct AuditTests {
    private static let alice = Person(
        name: "alice",
        role: .researcher,
        origin: Origin(method: .token, credential: "tok_1", address: "192.0.2.7", request: "req_1")
    )

    private static func fill(_ database: any Database, count: Int) async throws {
        for number in 1...count {
            let job = AuditEntry.Object("job", "job_\(number)")
            let entry = AuditEntry(number.isMultiple(of: 2) ? "job.submitted" : "token.revoked", job, by: alice)
            let now = Timestamp(seconds: 1_800_000_000 + Int64(number))
            try await database.transaction { _ = try AuditStore.append(entry, at: now, on: $0) }
        }
    }

    /// Does to the database what somebody with its password can do: the rules against it are taken away first.
    private static func tamper(_ database: any Database, _ statement: String) async throws {
        try await database.transaction { connection in
            switch connection.dialect {
            case .sqlite:
                try connection.execute("DROP TRIGGER audit_no_update")
                try connection.execute("DROP TRIGGER audit_no_delete")
            case .postgreSQL: try connection.execute("DROP TRIGGER audit_append_only ON audit")
            }
            try connection.execute(statement)
        }
    }

    @Test(
        "is whole after fifty writers at once, and each line says who, from where and when",
        arguments: Engine.allCases
    )
    func concurrent(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { try await Self.fill(database, count: 4) } }
                try await group.waitForAll()
            }
            let service = AuditService(database: database)
            let chain = try await service.verify()
            #expect(chain.faults.isEmpty)
            #expect(chain.head.sequence == 200)
            #expect(try await service.head() == chain.head)
            let newest = try #require(try await service.find(AuditQuery(limit: 1)).lines.first)
            #expect(newest.value["person"] == "alice" && newest.value["address"] == "192.0.2.7")
            #expect(newest.value["credential"] == "tok_1" && newest.value["method"] == "token")
            #expect(newest.value["at"] == "2027-01-15T08:00:04.000Z")
        }
    }

    @Test("cannot be changed by a statement", arguments: Engine.allCases)
    func appendOnly(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            try await Self.fill(database, count: 2)
            for statement in ["UPDATE audit SET person = 'bob'", "DELETE FROM audit WHERE sequence = 2"] {
                await #expect(throws: StorageError.self) {
                    try await database.transaction { try $0.execute(statement) }
                }
            }
            #expect(try await AuditService(database: database).verify().faults.isEmpty)
        }
    }

    @Test(
        "shows what somebody did to the database",
        arguments: [
            "DELETE FROM audit WHERE sequence = 3",
            "UPDATE audit SET line = replace(line, 'alice', 'bobby') WHERE sequence = 3",
            "UPDATE audit SET person = 'bobby' WHERE sequence = 3",
            "UPDATE audit SET written_at = written_at + 1000000 WHERE sequence = 3",
            "UPDATE audit SET digest = 'sha256:00' WHERE sequence = 3",
            "UPDATE audit SET sequence = 9 WHERE sequence = 3",
        ],
        Engine.allCases
    )
    func tampering(statement: String, engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            try await Self.fill(database, count: 5)
            try await Self.tamper(database, statement)
            let faults = try await AuditService(database: database).verify().faults
            let numbers = Set(faults.map(\.sequence))
            #expect(numbers.contains(3) || numbers.contains(4), "\(faults)")
        }
    }

    @Test("shows that its end was cut off to whoever remembers it", arguments: Engine.allCases)
    func cutOff(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            try await Self.fill(database, count: 5)
            let service = AuditService(database: database)
            let head = try await service.head()
            let home = NSTemporaryDirectory() + "farfield-audit-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: home) }
            try (head.text + "\n").write(toFile: home + "/audit.head", atomically: true, encoding: .utf8)
            #expect(try await database.read { try AuditMemory.objection(home: home, on: $0) } == nil)
            try await Self.tamper(database, "DELETE FROM audit WHERE sequence > 3")
            #expect(try await service.verify().faults.isEmpty)
            #expect(try await service.verify(expecting: [head]).faults.map(\.sequence) == [5])
            let objection = try await database.read { try AuditMemory.objection(home: home, on: $0) }
            #expect(objection?.contains("ends at line 3") == true)
            // Lines put in their place do not help.
            try await Self.fill(database, count: 2)
            #expect(try await service.verify(expecting: [head]).faults.map(\.sequence) == [5])
            #expect(try await database.read { try AuditMemory.objection(home: home, on: $0) } != nil)
        }
    }

    @Test("is found by person, action, thing and time, page by page", arguments: Engine.allCases)
    func search(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            try await Self.fill(database, count: 9)
            let service = AuditService(database: database)
            func numbers(_ query: AuditQuery) async throws -> [Int64] {
                try await service.find(query).lines.map(\.sequence)
            }
            #expect(try await numbers(AuditQuery(action: "job.submitted")) == [8, 6, 4, 2])
            #expect(try await numbers(AuditQuery(action: "token.", limit: 2)) == [9, 7])
            #expect(try await service.find(AuditQuery(action: "token.", limit: 2)).next == 7)
            #expect(try await numbers(AuditQuery(action: "token.", before: 7)) == [5, 3, 1])
            #expect(try await numbers(AuditQuery(objectKind: "job", objectID: "job_4")) == [4])
            #expect(try await numbers(AuditQuery(person: "bob")).isEmpty)
            let (since, until) = (Timestamp(seconds: 1_800_000_003), Timestamp(seconds: 1_800_000_005))
            #expect(try await numbers(AuditQuery(since: since, until: until)) == [4, 3])
        }
    }
}
