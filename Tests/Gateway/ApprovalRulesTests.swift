import Documents
import Foundation
import Testing

@testable import Gateway

@Suite("The rules of approvals")
struct ApprovalRulesTests {
    private func facts(
        nodes: Int = 1,
        walltime: Int? = 3600,
        tasks: Int = 1,
        attempts: Int = 1,
        gpus: Int = 0,
        partition: String? = "normal",
        project: String? = "bio",
        site: String = "a",
        isFirst: Bool = false
    ) -> ApprovalFacts {
        ApprovalFacts(
            price: JobPrice(
                site: site,
                partition: partition,
                nodes: nodes,
                tasks: tasks,
                walltimeSeconds: walltime ?? 0,
                attempts: attempts,
                rate: .one,
                project: project,
                allocation: nil
            ),
            isBounded: walltime != nil,
            gpus: gpus,
            isFirstJob: isFirst
        )
    }

    private func rule(_ approvers: Int = 1, _ change: (inout ApprovalRule.Conditions) -> Void) -> ApprovalRule {
        var conditions = ApprovalRule.Conditions()
        change(&conditions)
        return ApprovalRule(name: "r", conditions: conditions, approvers: approvers)
    }

    private func asks(_ facts: ApprovalFacts, _ change: (inout ApprovalRule.Conditions) -> Void) -> Bool {
        ApprovalRules.verdict([rule(1, change)], facts).isAsked
    }

    @Test("ask above a threshold, never at it")
    func thresholds() {
        #expect(!asks(facts(nodes: 10)) { $0.cost = ServiceUnits("10") })
        #expect(asks(facts(nodes: 10, walltime: 3601)) { $0.cost = ServiceUnits("10") })
        #expect(!asks(facts(nodes: 8)) { $0.nodes = 8 } && asks(facts(nodes: 9)) { $0.nodes = 8 })
        #expect(!asks(facts(gpus: 4)) { $0.gpus = 4 } && asks(facts(gpus: 5)) { $0.gpus = 4 })
        #expect(!asks(facts(tasks: 10)) { $0.tasks = 10 } && asks(facts(tasks: 11)) { $0.tasks = 10 })
        #expect(
            !asks(facts()) { $0.walltimeSeconds = 3600 } && asks(facts(walltime: 3601)) { $0.walltimeSeconds = 3600 }
        )
        // Array tasks and further attempts cost, too.
        #expect(asks(facts(tasks: 5, attempts: 3)) { $0.cost = ServiceUnits("14") })
    }

    @Test("take a job without a walltime for one without bounds")
    func unbounded() {
        #expect(asks(facts(walltime: nil)) { $0.cost = ServiceUnits("100000") })
        #expect(asks(facts(walltime: nil)) { $0.walltimeSeconds = 86_400 * 30 })
    }

    @Test("know lists and first jobs")
    func lists() {
        #expect(asks(facts(partition: "gpu")) { $0.partitions = ["big", "gpu"] })
        #expect(!asks(facts(partition: nil)) { $0.partitions = ["gpu"] })
        #expect(asks(facts()) { $0.projects = ["bio"] } && !asks(facts(project: nil)) { $0.projects = ["bio"] })
        #expect(asks(facts()) { $0.sites = ["a"] } && !asks(facts()) { $0.sites = ["b"] })
        #expect(asks(facts(isFirst: true)) { $0.isFirstJob = true } && !asks(facts()) { $0.isFirstJob = true })
    }

    @Test("need every condition of one rule, and any one rule")
    func combinations() {
        let both = rule { ($0.nodes, $0.partitions) = (4, ["gpu"]) }
        #expect(!ApprovalRules.verdict([both], facts(nodes: 5)).isAsked)
        #expect(!ApprovalRules.verdict([both], facts(partition: "gpu")).isAsked)
        let verdict = ApprovalRules.verdict([both, rule(2) { $0.nodes = 4 }], facts(nodes: 5, partition: "gpu"))
        #expect(verdict.needed == 2 && verdict.reasons.count == 2)
        #expect(verdict.reasons[0] == "5 nodes are more than 4, partition is gpu (rule 'r')")
        #expect(!ApprovalRules.verdict([], facts(nodes: 1000)).isAsked)
    }

    @Test("say by how much")
    func words() {
        let verdict = ApprovalRules.verdict(
            [rule { $0.cost = ServiceUnits("100") }],
            facts(nodes: 10, walltime: 86_400)
        )
        #expect(verdict.reasons == ["cost 240 SU is more than 100 SU (rule 'r')"])
        #expect(ApprovalRules.written(93_600) == "1d2h" && ApprovalRules.written(0) == "0s")
    }

    @Test("find the middle of a history")
    func medians() {
        #expect(ApprovalHistoryStore.median([]) == nil)
        #expect(ApprovalHistoryStore.median([0.5, 0.1, 0.9]) == 0.5)
        #expect(ApprovalHistoryStore.median([1, 0, 0.5, 0.25]) == 0.375)
    }

    @Test("name the places where two manifests differ")
    func differences() {
        let found = ManifestDifference.between(
            #"{"name":"a","resources":{"nodes":1},"script":"x"}"#,
            #"{"name":"a","resources":{"nodes":4,"gpus":1},"script":"x"}"#
        )
        #expect(found.map(\.path) == ["/resources/gpus", "/resources/nodes"])
        #expect(found.map(\.after) == [1, 4] && found.map(\.before) == [nil, 1])
    }
}
