import Attestation
import Foundation
import Storage
import Testing

@testable import Gateway
@testable import Provenance

@Suite("The log under misfortune")
struct LogMisfortuneTests {
    /// What somebody does to the database behind the gateway's back.
    enum Damage: String, CaseIterable, CustomTestStringConvertible {
        case entryAltered, entryRemoved, leafHashAltered, upperHashAltered, edgeAltered, newestRemoved

        var testDescription: String { rawValue }

        var statements: [String] {
            switch self {
            case .entryAltered: ["UPDATE log_entries SET entry = x'00' WHERE position = 300"]
            case .entryRemoved: ["DELETE FROM log_entries WHERE position = 17"]
            case .leafHashAltered:
                [
                    "UPDATE log_hashes SET hash = (SELECT hash FROM log_hashes WHERE level = 0 AND position = 4) "
                        + "WHERE level = 0 AND position = 3"
                ]
            case .upperHashAltered:
                [
                    "UPDATE log_hashes SET hash = (SELECT hash FROM log_hashes WHERE level = 0 AND position = 4) "
                        + "WHERE level = 1 AND position = 0"
                ]
            case .edgeAltered:
                ["UPDATE log_trees SET frontier = '1 ' || substr(frontier, length(frontier) - 43)"]
            case .newestRemoved:
                [
                    "DELETE FROM log_entries WHERE position >= 500",
                    "DELETE FROM log_hashes WHERE level = 0 AND position >= 500",
                ]
            }
        }
    }

    @Test("is examined at a start, and nothing is added to it until an operator acts", arguments: Damage.allCases)
    func damage(_ damage: Damage) async throws {
        try await TestInstallation.with { installation in
            try await installation.opened { wing, spine in try await wing.manifests.log.fill(600, spine) }
            try await installation.opened { wing, spine in
                try await wing.manifests.log.fill(1, spine)
                try await spine.database.transaction { connection in
                    for statement in damage.statements { try connection.execute(statement) }
                }
            }
            try await installation.opened { wing, spine in
                await #expect(throws: LogFault.self) { try await wing.manifests.log.fill(1, spine) }
                // The examination by itself tells it, too, not only the size.
                await #expect(throws: LogFault.self) {
                    try await spine.database.read { connection in
                        try wing.manifests.log.stored.examine(signed: nil, on: connection)
                    }
                }
            }
            installation.configure { $0.provenance.origin = "gw.example.org/second" }
            try await installation.opened { wing, spine in try await wing.manifests.log.fill(1, spine) }
        }
    }

    @Test("is examined from its newest entries back when it is long")
    func bounded() async throws {
        try await TestInstallation.with { installation in
            try await installation.opened { wing, spine in
                let log = wing.manifests.log
                try await log.fill(1000, spine)
                let alter = "UPDATE log_entries SET entry = x'00' WHERE position = "
                try await spine.database.transaction { try $0.execute(alter + "100") }
                try await spine.database.read {
                    try log.stored.examine(signed: log.memory.checkpoint, limit: 300, on: $0)
                }
                try await spine.database.transaction { try $0.execute(alter + "900") }
                await #expect(throws: LogFault.self) {
                    try await spine.database.read {
                        try log.stored.examine(signed: log.memory.checkpoint, limit: 300, on: $0)
                    }
                }
            }
        }
    }

    @Test("restored from an old backup is not gone on with; a new one begins, and old entries keep their proofs")
    func restored() async throws {
        try await TestInstallation.with { installation in
            try await installation.opened { wing, spine in try await wing.manifests.log.fill(5, spine) }
            let database = installation.home + "/farfield.sqlite"
            let files = ["", "-wal", "-shm"].map { database + $0 }
            for file in files { try? FileManager.default.copyItem(atPath: file, toPath: file + ".old") }
            try await installation.opened { wing, spine in try await wing.manifests.log.fill(5, spine) }
            for file in files {
                try? FileManager.default.removeItem(atPath: file)
                try? FileManager.default.moveItem(atPath: file + ".old", toPath: file)
            }
            let key = try await installation.opened { wing, spine in
                await #expect(throws: LogFault.behind(stored: 7, signed: 12)) {
                    try await wing.manifests.log.fill(1, spine)
                }
                return wing.manifests.log.key
            }
            installation.configure { $0.provenance.origin = "gw.example.org/second" }
            try await installation.opened { wing, spine in
                try await wing.manifests.log.fill(3, spine)
                let proof = try await spine.database.read { try StoredLog(origin: key.name).proof(of: 4, on: $0) }
                let leaf = MerkleTree.leafHash(Array("entry 2".utf8))
                #expect(try proof?.verified(leaf: leaf, log: key).checkpoint.size == 5)
            }
        }
    }
}
