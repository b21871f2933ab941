import Attestation
import Documents
import Foundation
import Storage
import Testing

@testable import Gateway
@testable import Provenance

@Suite("The keys of a gateway")
struct KeyLifeTests {
    private func entries(_ wing: ProvenanceWing, _ spine: Spine) async throws -> [LogEntry] {
        try await spine.database.read { connection in
            let size = try wing.manifests.log.size(on: connection)
            return try ManifestLogStore.entryBytes(origin: wing.manifests.log.origin, 0..<size, on: connection)
                .map { try LogEntry(bytes: $0) }
        }
    }

    @Test(
        "are rotated: the new one signs, the old one counts until its end, the log tells it",
        arguments: TestEngine.allCases
    )
    func rotation(engine: TestEngine) async throws {
        try await TestInstallation.with(engine) { installation in
            try await installation.opened { wing, spine in
                let now = spine.keeper.now()
                let first = try await wing.manifests.keys.signer(.manifest, at: now, in: spine.database).publicKey
                installation.clock.advance(.seconds(60))
                let wish = try request(["use": "manifest", "overlap": "2d"])
                let second = try await wing.keys.rotate(wish, by: testAdmin).publicKey
                let later = spine.keeper.now()
                let signs = try await wing.manifests.keys.signer(.manifest, at: later, in: spine.database).publicKey
                #expect(signs == second && second != first)
                let old = try #require(try await wing.manifests.keyHistory().first { $0.publicKey == first })
                #expect(old.validUntil == later + .seconds(2 * 86_400))
                #expect(old.signs(at: later) && !old.signs(at: later + .seconds(2 * 86_400)))
                let told = try await entries(wing, spine).map { ($0.event, $0.statement) }
                #expect(told.map(\.0) == [.keyAdded, .keyAdded, .keyRetired, .keyAdded])
                #expect(told.suffix(2).map(\.1) == [SHA256Digest(of: first.raw), SHA256Digest(of: second.raw)])
                for name in try installation.keyFiles("manifest") {
                    let path = "\(installation.home)/\(name)"
                    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
                    #expect(mode?.intValue == 0o600)
                }
            }
            // Another start adds nothing and goes on with the newest key.
            try await installation.opened { wing, spine in
                let count = try await entries(wing, spine).count
                #expect(count == 4)
                #expect(try installation.keyFiles("manifest").count == 2)
            }
        }
    }

    @Test("are revoked from a moment on, and another one signs at once")
    func revocation() async throws {
        try await TestInstallation.with { installation in
            try await installation.opened { wing, spine in
                let start = spine.keeper.now()
                let first = try await wing.manifests.keys.signer(.manifest, at: start, in: spine.database).publicKey
                installation.clock.advance(.seconds(3600))
                let since = (start + .seconds(600)).iso8601
                let wish = try request(["reason": "the disk was stolen", "since": .string(since)])
                let key = try await wing.keys.revoke(String(first.keyID.prefix(16)), wish, by: testAdmin)
                #expect(key.publicKey == first && key.revokedAt == start + .seconds(600))
                let now = spine.keeper.now()
                let signs = try await wing.manifests.keys.signer(.manifest, at: now, in: spine.database).publicKey
                #expect(signs != first)
                let told = try await entries(wing, spine).map(\.event)
                #expect(told == [.keyAdded, .keyAdded, .keyRetired, .keyAdded])
                // A later moment does not take the earlier one back.
                _ = try await wing.keys.revoke(first.keyID, try request(["reason": "again"]), by: testAdmin)
                let again = try #require(try await wing.manifests.keyHistory().first { $0.publicKey == first })
                #expect(again.revokedAt == start + .seconds(600) && again.reason == "the disk was stolen")
            }
        }
    }

    @Test("of a log are not rotated; one that was revoked signs no more, and a new log has a new key")
    func logKey() async throws {
        try await TestInstallation.with { installation in
            let old = try await installation.opened { wing, spine in
                let refusal = await #expect(throws: GatewayError.self) {
                    _ = try await wing.keys.rotate(try request(["use": "log"]), by: testAdmin)
                }
                #expect(refusal?.kind == .conflict && refusal?.message.contains("provenance.origin") == true)
                let key = wing.manifests.log.key
                let wish = try request(["reason": "leaked"])
                _ = try await wing.keys.revoke(key.publicKey.keyID, wish, by: testAdmin)
                await #expect(throws: LogFault.self) { try await wing.manifests.log.fill(1, spine) }
                return key
            }
            // The same name with another key would be read as the same log.
            try await installation.opened { wing, spine in
                let fault = await #expect(throws: LogFault.self) { try await wing.manifests.log.fill(1, spine) }
                #expect(fault == .otherKey)
            }
            installation.configure { $0.provenance.origin = "gw.example.org/second" }
            try await installation.opened { wing, spine in
                #expect(wing.manifests.log.key.publicKey != old.publicKey)
                try await wing.manifests.log.fill(1, spine)
            }
        }
    }

    @Test("are for admins, and what is asked must be right")
    func refusals() async throws {
        try await TestInstallation.with { installation in
            try await installation.opened { wing, spine in
                let somebody = Gateway.Person(name: "ada", isAdmin: false)
                let id = wing.manifests.log.key.publicKey.keyID
                let cases: [(GatewayError.Kind, JSONValue, Gateway.Person)] = [
                    (.forbidden, ["use": "manifest"], somebody), (.invalidPublication, ["use": "master"], testAdmin),
                    (.invalidPublication, ["use": "manifest", "overlap": "soon"], testAdmin),
                    (.conflict, ["use": "witness"], testAdmin),
                ]
                for (kind, wish, person) in cases {
                    let error = await #expect(throws: GatewayError.self) {
                        _ = try await wing.keys.rotate(try request(wish), by: person)
                    }
                    #expect(error?.kind == kind)
                }
                let revocations: [(GatewayError.Kind, String, JSONValue)] = [
                    (.invalidPublication, id, [:]), (.notFound, "0000000000000000", ["reason": "x"]),
                    (.notFound, "", ["reason": "x"]),
                    (.invalidPublication, id, ["reason": "x", "since": "2099-01-01T00:00:00Z"]),
                    (.conflict, id, ["reason": "x", "since": "2000-01-01T00:00:00Z"]),
                ]
                for (kind, id, wish) in revocations {
                    let error = await #expect(throws: GatewayError.self) {
                        _ = try await wing.keys.revoke(id, try request(wish), by: testAdmin)
                    }
                    #expect(error?.kind == kind)
                }
            }
        }
    }

    @Test("that the operator names take over, and those of the folder end")
    func configured() async throws {
        try await TestInstallation.with { installation in
            let first = try await installation.opened { wing, spine in
                try await wing.manifests.keys.signer(.manifest, at: spine.keeper.now(), in: spine.database).publicKey
            }
            let path = installation.home + "/operator.key"
            let named = try FileSigner.create(at: path).publicKey
            installation.configure { $0.provenance.signingKey = path }
            installation.clock.advance(.seconds(60))
            try await installation.opened { wing, spine in
                let now = spine.keeper.now()
                let signs = try await wing.manifests.keys.signer(.manifest, at: now, in: spine.database).publicKey
                #expect(signs == named)
                let old = try #require(try await wing.manifests.keyHistory().first { $0.publicKey == first })
                #expect(old.validUntil == now + KeyService.overlap)
                let error = await #expect(throws: GatewayError.self) {
                    _ = try await wing.keys.rotate(try request(["use": "manifest"]), by: testAdmin)
                }
                #expect(error?.kind == .conflict)
            }
            // Without the named key the gateway needs one of its own: the old one ends, so a new one is made later.
            installation.configure { $0.provenance.signingKey = nil }
            installation.clock.advance(KeyService.overlap)
            try await installation.opened { wing, spine in
                let now = spine.keeper.now()
                let signs = try await wing.manifests.keys.signer(.manifest, at: now, in: spine.database).publicKey
                #expect(signs != named && signs != first)
            }
        }
    }
}
