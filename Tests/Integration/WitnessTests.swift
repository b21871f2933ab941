import Attestation
import CurlClient
import Documents
import Foundation
import Testing

/// Two real gateways: one keeps a log, the other is its witness.
@Suite("Witnesses", .timeLimit(.minutes(3)))
struct WitnessTests {
    /// A gateway whose `provenance:` can be written anew between its starts.
    private func gateway() throws -> GatewayProcess { try GatewayProcess(sites: "  []") }

    private func configure(_ gateway: GatewayProcess, _ lines: String) throws {
        let text = "listen: 127.0.0.1:\(gateway.port)\nhome: \(gateway.state)\nprovenance:\n\(lines)\nsites: []\n"
        try text.write(toFile: gateway.configurationPath, atomically: true, encoding: .utf8)
    }

    private func verifierKey(_ use: String, _ gateway: GatewayProcess) async throws -> VerifierKey {
        let keys = try await API(gateway).get("/keys.json", token: nil).json["keys"]?.arrayValue ?? []
        let key = try #require(keys.first { $0["use"]?.stringValue == use }?["verifierKey"]?.stringValue)
        return try VerifierKey(text: key)
    }

    /// A log, and a witness that knows it; the witness runs, the log does not yet.
    private func pair() async throws -> (log: GatewayProcess, witness: GatewayProcess, keys: [VerifierKey]) {
        let (log, witness) = (try gateway(), try gateway())
        try await log.start()
        let logKey = try await verifierKey("log", log)
        log.stop()
        try configure(witness, "  witnessedLogs: [\"\(logKey.text)\"]")
        try await witness.start()
        let witnessKey = try await verifierKey("witness", witness)
        try configure(log, "  witnesses: [{url: \"\(witness.url)/witness\", key: \"\(witnessKey.text)\"}]")
        return (log, witness, [logKey, witnessKey])
    }

    /// Adds two entries: a key, and the end of the one before.
    private func rotate(_ gateway: GatewayProcess) async throws {
        let answer = try await API(gateway).post("/api/v1/keys/rotate", "use: manifest")
        try #require(answer.status == 201, "\(answer.text)")
    }

    private func checkpoint(_ gateway: GatewayProcess) async throws -> SignedNote {
        try SignedNote(note: try await API(gateway).get("/log/checkpoint", token: nil).bytes)
    }

    private func isCosigned(_ gateway: GatewayProcess, _ key: VerifierKey) async throws -> Bool {
        let seen = try? await checkpoint(gateway).verified(by: [key])
        return seen?.first?.seconds != nil
    }

    @Test("cosign every newest checkpoint; one that is away holds nothing up and catches up")
    func cosign() async throws {
        let (log, witness, keys) = try await pair()
        try await log.start()
        try await eventually("the checkpoint is cosigned") { try await isCosigned(log, keys[1]) }
        witness.stop(with: SIGKILL)
        try await rotate(log)
        try await rotate(log)
        #expect(try await !isCosigned(log, keys[1]))
        try await witness.start()
        try await eventually("the witness has caught up") { try await isCosigned(log, keys[1]) }
        #expect(try await Checkpoint(text: checkpoint(log).text).size == 6)
        #expect(try await log.cli("doctor").output.contains("it has cosigned 6 entries"))
    }

    @Test("see that a log was restored from an old backup, even when its own memory was lost")
    func restored() async throws {
        let (log, witness, keys) = try await pair()
        try await log.start()
        try await eventually("the checkpoint is cosigned") { try await isCosigned(log, keys[1]) }
        let place = log.home + "/backup"
        #expect(try await log.cli("backup", place).status == 0)
        try await rotate(log)
        try await eventually("the checkpoint is cosigned") { try await isCosigned(log, keys[1]) }
        log.stop()
        #expect(try await log.cli("restore", place, "--force").status == 0)
        try FileManager.default.removeItem(atPath: log.state + "/log.checkpoint")
        try await log.start()
        try await rotate(log)
        try await eventually("the doctor tells what the witness saw") {
            let text = try await log.cli("doctor").output
            return text.contains("old backup") || text.contains("forked")
        }
        #expect(try await !isCosigned(log, keys[1]))
        withExtendedLifetime(witness) {}
    }

    @Test("answer as C2SP tlog-witness says, and never go back")
    func protocolOfWitnesses() async throws {
        let (log, witness, keys) = try await pair()
        try await log.start()
        let api = API(witness)
        func add(_ body: String) async throws -> API.Answer {
            try await api.send(
                "POST",
                "/witness/add-checkpoint",
                body: Array(body.utf8),
                headers: ["Content-Type": "text/plain"],
                token: nil
            )
        }
        try await eventually("the checkpoint is cosigned") { try await isCosigned(log, keys[1]) }
        let old = try await checkpoint(log).alone(keys[0])
        try await rotate(log)
        try await eventually("the next one, too") {
            let now = try await checkpoint(log).text
            return try await isCosigned(log, keys[1]) && now != old.text
        }
        let new = try await checkpoint(log).alone(keys[0])
        // The same checkpoint once more is cosigned anew; an older one is not.
        let again = try await add("old 4\n\n" + new.note)
        #expect(again.status == 200 && again.text.hasPrefix("— \(keys[1].name) ") && again.text.hasSuffix("\n"))
        let lines = try NoteSignature.all(lines: again.bytes)
        #expect(try new.adding(#require(lines.first)).verified(by: [keys[1]]).count == 1)
        let back = try await add("old 0\n\n" + old.note)
        #expect(back.status == 409 && back.headers["Content-Type"] == "text/x.tlog.size" && back.text == "4\n")
        #expect(try await add("nothing").status == 400)
        #expect(try await add("old 9\n\n" + new.note).status == 400)
        let signer = try #require(FileSigner(seed: [UInt8](repeating: 7, count: 32)))
        let root = try #require(TreeHash(bytes: [UInt8](repeating: 1, count: 32)))
        let stranger = try Checkpoint(origin: "elsewhere/log", size: 1, root: root)
        #expect(try await add("old 0\n\n" + stranger.signed(by: signer).note).status == 404)
        let forged = try Checkpoint(origin: keys[0].name, size: 9, root: stranger.root).signed(by: signer)
        #expect(try await add("old 4\n\n" + forged.note).status == 403)
        // The log's own key signs another history: no proof leads there.
        let path = try FileManager.default.contentsOfDirectory(atPath: log.state).first { $0.hasPrefix("log-") }
        let own = try FileSigner(path: "\(log.state)/\(try #require(path))")
        let rewritten = try Checkpoint(origin: keys[0].name, size: 9, root: stranger.root).signed(by: own)
        #expect(try await add("old 4\n\n" + rewritten.note).status == 422)
        // Whoever is nobody's witness knows no log.
        let other = try await api.send(
            "POST",
            "\(log.url)/witness/add-checkpoint",
            body: Array(("old 0\n\n" + new.note).utf8)
        )
        #expect(other.status == 404)
        witness.stop(with: SIGKILL)
        try await witness.start()
        #expect(try await add("old 0\n\n" + old.note).text == "4\n")
    }
}

extension SignedNote {
    /// The note with the log's own signature alone.
    fileprivate func alone(_ key: VerifierKey) throws -> SignedNote {
        let lines = signatures.filter { $0.keyHash == key.keyHash }.map { $0.line + "\n" }.joined()
        return try SignedNote(note: Array((text + "\n" + lines).utf8))
    }
}
