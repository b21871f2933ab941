import Documents
import Foundation
import Testing

@testable import Gateway

@Suite("The configuration of approvals and mail")
struct ApprovalConfigurationTests {
    private func read(_ text: String) throws -> GatewayConfiguration {
        try ConfigurationReader.read(try Document(yaml: text))
    }

    private func faults(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch ConfigurationError.faults(let faults) {
            return faults.map(\.path)
        } catch {
            return ["\(error)"]
        }
    }

    @Test("is read, with what is left out at its default")
    func whole() throws {
        let policy = try read(
            """
            approvals:
              rules:
                - {name: large, when: {cost: 100, nodes: 8}}
                - {name: gpu, when: {gpus: 4, partition: [gpu], walltime: 12h, firstJob: true}, approvers: 2}
              twoPersonsAbove: {cost: 1000.5}
              undecidedFor: 3d
            """
        ).approvals
        #expect(policy.rules.map(\.name) == ["large", "gpu", ApprovalPolicy.twoPersonsRule])
        #expect(policy.rules.map(\.approvers) == [1, 2, 2])
        #expect(policy.rules[0].conditions.cost == ServiceUnits("100") && policy.rules[0].conditions.nodes == 8)
        #expect(policy.rules[1].conditions.walltimeSeconds == 43_200 && policy.rules[1].conditions.isFirstJob == true)
        #expect(policy.rules[2].conditions.cost == ServiceUnits("1000.5"))
        #expect(policy.undecidedFor == .seconds(3 * 86400) && policy.validFor == .seconds(7 * 86400))
        #expect(try read("listen: 127.0.0.1:1").approvals == .none)
    }

    @Test(
        "tells what is wrong and where",
        arguments: [
            ("approvals: {rules: [{name: a, when: {}}]}", "/approvals/rules/0/when"),
            ("approvals: {rules: [{name: a, when: {cost: -1}}]}", "/approvals/rules/0/when/cost"),
            ("approvals: {rules: [{name: a, when: {nodes: 1}, approvers: 3}]}", "/approvals/rules/0/approvers"),
            ("approvals: {rules: [{when: {nodes: 1}}]}", "/approvals/rules/0/name"),
            ("approvals: {rules: [{name: a, when: {node: 1}}]}", "/approvals/rules/0/when/node"),
            ("mail: {relay: 'http://x', from: a@b}", "/mail/relay"),
            ("mail: {relay: 'smtp://x', from: nobody}", "/mail/from"),
            ("mail: {relay: 'smtp://x', from: a@b, user: u}", "/mail"),
            ("mail: {relay: 'smtp://x', from: a@b, startTLS: maybe}", "/mail/startTLS"),
            ("mail: {relay: 'smtp://x', from: a@b, admins: ['x\\ny@z']}", "/mail/admins/0"),
        ]
    )
    func wrong(text: String, path: String) {
        #expect(faults(text).contains(path), "\(faults(text))")
    }

    @Test("does not send a password in the clear to another machine")
    func password() throws {
        let file = NSTemporaryDirectory() + "mail-" + UUID().uuidString
        try "word\n".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let login = "from: a@b, user: u, passwordFile: \(file)"
        #expect(faults("mail: {relay: 'smtp://relay.example', startTLS: try, \(login)}") == ["/mail"])
        #expect(faults("mail: {relay: 'smtp://relay.example', \(login)}").isEmpty)
        #expect(faults("mail: {relay: 'smtps://relay.example', startTLS: none, \(login)}").isEmpty)
        #expect(faults("mail: {relay: 'smtp://127.0.0.1:25', startTLS: none, \(login)}").isEmpty)
    }
}
