import Attestation
import Documents
import Foundation
import TestSupport
import Testing

/// Certifying while gateways are killed, and after an old backup was brought back.
@Suite("Certifying under misfortune", .serialized, .timeLimit(.minutes(5)))
struct CertifyingTests {
    private static let manifest = "name: ends\ncommand: 'true'\nresources: {memory: 20M, walltime: 2m}"

    /// A site that nobody answers for: its jobs end when they are cancelled, and need no Slurm.
    private static func silentSite() throws -> String { TestCluster.site(port: try FreePort.find()) }

    private func ended(_ api: API) async throws -> String {
        let id = try await api.submit(Self.manifest)
        _ = try await api.post("/api/v1/jobs/\(id)/cancel", "")
        return id
    }

    /// Jobs that end, one after the other until told to stop; what a killed gateway did not answer is asked again.
    private func endMany(_ gateways: [GatewayProcess], until stop: Latch) async throws -> [String] {
        var ids: [String] = []
        while await !stop.isSet {
            let number = ids.count
            let key = UUID().uuidString
            try await eventually("a job is accepted and cancelled") {
                let api = API(gateways[number % gateways.count])
                let answer = try? await api.post("/api/v1/jobs", Self.manifest, headers: ["Idempotency-Key": key])
                guard answer?.status == 202, let id = answer?.json["id"]?.stringValue else { return false }
                // A gateway that was killed before its answer may have cancelled it: 409 then.
                let done = try? await api.post("/api/v1/jobs/\(id)/cancel", "").status
                guard let done, done < 300 || done == 409 else { return false }
                ids.append(id)
                return true
            }
        }
        return ids
    }

    /// One manifest for each job, and a log that goes on from every checkpoint that was ever seen.
    private func expectWhole(_ ids: [String], _ gateway: GatewayProcess, _ poller: CheckpointPoller) async throws {
        let api = API(gateway)
        #expect(Set(ids).count == ids.count && ids.count > 10)
        var statements: Set<String> = []
        for id in ids { statements.insert(try await api.statement(of: id).digest) }
        #expect(statements.count == ids.count)
        let keys = gateway.home + "/keys.json"
        try await api.get("/keys.json", token: nil).text.write(toFile: keys, atomically: true, encoding: .utf8)
        let files = await poller.files
        let verified = try await gateway.cli(
            ["log", "verify", "--keys", keys] + files.suffix(100).flatMap { ["--checkpoint", $0] }
        )
        #expect(verified.status == 0, "\(verified.output.suffix(3000)) \(verified.errors.suffix(3000))")
        // Two keys, and an entry for each job: nothing is there twice.
        let size = try await api.get("/log/checkpoint", token: nil).text.split(separator: "\n")[1]
        #expect(Int(size) == ids.count + 2)
        await poller.forget()
    }

    private func killing(_ gateways: [GatewayProcess], times: Int) async throws {
        for round in 0..<times {
            let gateway = gateways[round % gateways.count]
            let before = try await API(gateway).get("/log/checkpoint", token: nil).text
            // Killed in the middle of it: once something was added.
            try await eventually("the log has grown") {
                try await API(gateway).get("/log/checkpoint", token: nil).text != before
            }
            gateway.stop(with: SIGKILL)
            try await gateway.start()
        }
    }

    @Test("on SQLite, killed again and again: one manifest for each job, nothing forgotten")
    func killedAlone() async throws {
        let gateway = try await GatewayProcess(sites: Self.silentSite()).start()
        let poller = CheckpointPoller()
        var ids: [String] = []
        try await poller.poll([gateway]) {
            let stop = Latch()
            async let ending = endMany([gateway], until: stop)
            try await killing([gateway], times: 4)
            await stop.set()
            ids = try await ending
        }
        try await expectWhole(ids, gateway, poller)
    }

    @Test("two gateways on one PostgreSQL, each killed: one log, one manifest for each job")
    func killedTogether() async throws {
        try await SharedInstallation.with { installation in
            let general = "provenance: {url: \"https://gw.example.org\"}"
            let site = try Self.silentSite()
            let gateways = try (0..<2).map { _ in try installation.gateway(sites: site, general: general) }
            for gateway in gateways { try await gateway.start() }
            let poller = CheckpointPoller()
            var ids: [String] = []
            try await poller.poll(gateways) {
                let stop = Latch()
                async let ending = endMany(gateways, until: stop)
                try await killing(gateways, times: 4)
                await stop.set()
                ids = try await ending
            }
            try await expectWhole(ids, gateways[0], poller)
        }
    }

    @Test("after an old backup was brought back: nothing is added, jobs run, and a new log is the way out")
    func oldBackup() async throws {
        let gateway = try await GatewayProcess(sites: Self.silentSite()).start()
        let api = API(gateway)
        let first = try await ended(api)
        let proof = "/api/v1/jobs/\(first)/reproducibility-manifest/manifest.tlog-proof"
        _ = try await api.envelope(of: first)
        let kept = try await api.get(proof).bytes
        let place = gateway.home + "/backup"
        #expect(try await gateway.cli("backup", place).status == 0)
        _ = try await api.envelope(of: try await ended(api))
        try await expectNewest(proof, kept, api)
        gateway.stop()
        #expect(try await gateway.cli("restore", place, "--force").status == 0)
        try await gateway.start()
        #expect(gateway.log.contains("nothing is certified"))
        let second = try await ended(api)
        #expect(try await api.wait(second)["state"] == "cancelled")
        let doctor = try await gateway.cli("doctor")
        #expect(doctor.status == 1 && doctor.output.contains("provenance.origin"), "\(doctor.output)")
        #expect(try await api.get("/api/v1/jobs/\(second)/reproducibility-manifest").status == 409)
        #expect(try await api.post("/api/v1/keys/rotate", "use: manifest").status == 409)
        gateway.stop()
        let text = try String(contentsOfFile: gateway.configurationPath, encoding: .utf8)
        try (text + "\nprovenance: {origin: gw.example.org/second}\n")
            .write(toFile: gateway.configurationPath, atomically: true, encoding: .utf8)
        try await gateway.start()
        let statement = try await api.statement(of: second)
        #expect(!statement.digest.isEmpty)
        #expect(try await api.get("/log/checkpoint", token: nil).text.hasPrefix("gw.example.org/second\n"))
        #expect(try await api.get(proof).bytes == kept)
        #expect(try await !gateway.cli("doctor").output.contains("nothing is certified"))
    }
}

extension CertifyingTests {
    /// The proof in the newest checkpoint shows the same entry in a larger tree.
    private func expectNewest(_ path: String, _ kept: [UInt8], _ api: API) async throws {
        let keys = try await api.get("/keys.json", token: nil).json["keys"]?.arrayValue ?? []
        let text = try #require(keys.first { $0["use"] == "log" }?["verifierKey"]?.stringValue)
        let (own, key) = (try LogProof(file: kept), try VerifierKey(text: text))
        let newest = try LogProof(file: try await api.get(path + "?checkpoint=latest").bytes)
        let leaf = MerkleTree.leafHash(try #require(newest.extra))
        #expect(newest.extra == own.extra && newest.index == own.index)
        #expect(try own.verified(leaf: leaf, log: key).checkpoint.size == own.index + 1)
        #expect(try newest.verified(leaf: leaf, log: key).checkpoint.size == own.index + 2)
        #expect(try await api.get(path + "?checkpoint=own").bytes == kept)
        #expect(try await api.get(path + "?checkpoint=none").status == 400)
    }
}

/// Something that happens once.
private actor Latch {
    private(set) var isSet = false

    func set() { isSet = true }
}
