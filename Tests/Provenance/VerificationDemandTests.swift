import Attestation
import Documents
import Testing

@testable import Provenance

@Suite("Policies as people write them")
struct VerificationDemandTests {
    private static let logKey = "gw.example.org/log+629da9b4+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    private static let pem = SignedSample.key.publicKey.pem

    private static var history: String {
        """
        {"origin":"gw.example.org/log","keys":[
        {"use":"manifest","keyid":"\(SignedSample.key.publicKey.keyID)","publicKey":"\(escaped(SignedSample.key))",
        "validFrom":"2026-01-01T00:00:00.000Z","validUntil":null,"revokedAt":"2026-12-01T00:00:00.000Z"},
        {"use":"log","publicKey":"\(escaped(SignedSample.logKey))","validFrom":"2026-01-01T00:00:00.000Z"}]}
        """
    }

    private static func escaped(_ signer: FileSigner) -> String { signer.publicKey.pem.replacing("\n", with: "\\n") }

    private func read(_ yaml: String) throws -> (demands: VerificationDemands, faults: [String]) {
        let document = try Document(yaml: yaml)
        let collector = FaultCollector(lines: document.lines)
        let demands = VerificationPolicyReader.read(Field(document.value, collector: collector))
        return (demands, collector.faults.map { "\($0.path) \($0.message)" })
    }

    private func file(_ name: String) -> [UInt8]? {
        ["key.pem": Self.pem, "keys.json": Self.history, "odd": "odd"][name].map { Array($0.utf8) }
    }

    @Test("A policy file says everything a policy can")
    func whole() throws {
        let (demands, faults) = try read(
            """
            keys: [key.pem]
            keyHistories: [keys.json]
            identity: https://gw.example.org
            logKeys: ["\(Self.logKey)"]
            requireLog: true
            requireFiles: true
            status: {maximumAge: 1d, accept: [current]}
            """
        )
        #expect(faults.isEmpty)
        let policy = try demands.policy(read: file)
        // The history tells the times of the key that was named by its file.
        #expect(policy.keys.map(\.time.revokedAt?.utc) == ["2026-12-01T00:00:00Z"])
        #expect(policy.logKeys.map(\.key.text) == [Self.logKey])
        #expect(policy.requiresLog && policy.requiresFiles && policy.status?.largestAge == 86_400)
        #expect(policy.identity == .url("https://gw.example.org") && policy.acceptedStatus == [.current])
    }

    @Test("Keys are named by file or by id; a history alone gives all of its keys")
    func keys() throws {
        var demands = VerificationDemands()
        demands.identity = "any"
        demands.keyHistories = ["keys.json"]
        #expect(try demands.policy(read: file).keys.map(\.publicKey) == [SignedSample.key.publicKey])
        #expect(try demands.policy(read: file).logKeys.count == 1)
        #expect(try demands.policy(read: file).identity == .anybodyWithTheKeys)
        demands.keys = [String(SignedSample.key.publicKey.keyID.prefix(16))]
        #expect(try demands.policy(read: file).keys.count == 1)
        for (wrong, words) in [
            ("0123456789abcdef", "names no key"), ("missing.pem", "there is no file"), ("odd", "odd: "),
        ] {
            demands.keys = [wrong]
            do {
                _ = try demands.policy(read: file)
                Issue.record("\(wrong) was taken")
            } catch {
                #expect("\(error)".contains(words), "\(error)")
            }
        }
    }

    @Test("What is wrong in a policy file is told with its place")
    func faults() throws {
        #expect(try read("identity: any").faults == [" no key is named"])
        #expect(try read("keys: [k]").faults == ["/identity 'identity' is missing"])
        let many = try read("keys: [k]\nidentity: any\nrequireLogs: true\nquorum: -1\nstatus: {accept: [fine]}").faults
        #expect(
            many == [
                "/requireLogs unknown key 'requireLogs'", "/quorum -1 is out of range",
                "/status/maximumAge 'maximumAge' is missing", "/status/accept/0 'fine' is no status",
            ]
        )
        var demands = VerificationDemands()
        demands.keys = ["key.pem"]
        #expect(throws: VerificationDemandFault.self) { try demands.policy(read: file) }
        demands.identity = "any"
        demands.statusAge = "soon"
        #expect(throws: VerificationDemandFault.self) { try demands.policy(read: file) }
        demands.statusAge = nil
        demands.logKeys = ["gw+1+2"]
        #expect(throws: VerificationDemandFault.self) { try demands.policy(read: file) }
    }
}
