/// What the rules look at.
package struct ApprovalFacts: Sendable, Hashable {
    /// What the job can cost at worst: site, partition, nodes, array tasks, walltime and project are of it.
    package let price: JobPrice
    /// Whether the manifest names a walltime: without one there is no worst case.
    package let isBounded: Bool
    /// Graphics processors of one array task: nodes times those on each.
    package let gpus: Int
    /// Whether none of the owner's jobs has run to a good end yet.
    package let isFirstJob: Bool

    /// Facts.
    package init(price: JobPrice, isBounded: Bool, gpus: Int, isFirstJob: Bool) {
        self.price = price
        self.isBounded = isBounded
        self.gpus = gpus
        self.isFirstJob = isFirstJob
    }
}

/// One rule: when all its conditions hold, so many people must approve.
package struct ApprovalRule: Sendable, Hashable {
    /// What must be true of a job; what is nil is not asked.
    package struct Conditions: Sendable, Hashable {
        /// It costs more than this.
        package var cost: ServiceUnits?
        /// It takes more nodes than this.
        package var nodes: Int?
        /// It takes more graphics processors than this.
        package var gpus: Int?
        /// It may run longer than this, in seconds.
        package var walltimeSeconds: Int?
        /// It has more array tasks than this.
        package var tasks: Int?
        /// Its partition is one of these.
        package var partitions: [String]?
        /// Its project is one of these.
        package var projects: [String]?
        /// Its site is one of these.
        package var sites: [String]?
        /// Whether it is the first job of its owner.
        package var isFirstJob: Bool?

        /// No conditions.
        package init() {}
    }

    /// Its name, for people.
    package let name: String
    /// What must be true.
    package let conditions: Conditions
    /// How many different people must approve, 1 or 2.
    package let approvers: Int

    /// A rule.
    package init(name: String, conditions: Conditions, approvers: Int) {
        self.name = name
        self.conditions = conditions
        self.approvers = approvers
    }
}

/// What the rules say of a job.
package struct ApprovalVerdict: Sendable, Hashable {
    /// Why somebody must decide, a sentence for each rule that holds; empty when nobody must.
    package let reasons: [String]
    /// How many different people must approve; 0 when nobody must.
    package let needed: Int

    /// Whether somebody must decide.
    package var isAsked: Bool { needed > 0 }
}

/// The rules, as pure functions.
package enum ApprovalRules {
    /// What the rules say of a job: every rule that holds asks, and the largest number of people counts.
    package static func verdict(_ rules: [ApprovalRule], _ facts: ApprovalFacts) -> ApprovalVerdict {
        let asking = rules.compactMap { rule in
            grounds(rule.conditions, facts).map { (rule, $0.joined(separator: ", ")) }
        }
        return ApprovalVerdict(
            reasons: asking.map { rule, grounds in "\(grounds) (rule '\(rule.name)')" },
            needed: asking.map(\.0.approvers).max() ?? 0
        )
    }

    /// Why the conditions hold, one text for each; nil when one does not.
    static func grounds(_ conditions: ApprovalRule.Conditions, _ facts: ApprovalFacts) -> [String]? {
        let price = facts.price
        let checks: [Check] = [
            cost(conditions.cost, facts),
            above("nodes", price.nodes, conditions.nodes),
            above("GPUs", facts.gpus, conditions.gpus),
            walltime(conditions.walltimeSeconds, facts),
            above("array tasks", price.tasks, conditions.tasks),
            member("partition", price.partition, conditions.partitions),
            member("project", price.project, conditions.projects),
            member("site", price.site, conditions.sites),
            first(conditions.isFirstJob, facts),
        ]
        guard !checks.contains(.fails) else { return nil }
        let grounds = checks.compactMap { if case .holds(let ground) = $0 { ground } else { nil } }
        return grounds.isEmpty ? nil : grounds
    }

    private enum Check: Equatable {
        case notAsked
        case fails
        case holds(String)
    }

    private static func cost(_ limit: ServiceUnits?, _ facts: ApprovalFacts) -> Check {
        guard let limit else { return .notAsked }
        guard facts.isBounded else { return .holds("the cost has no bound, since the manifest names no walltime") }
        let cost = facts.price.worstCase
        return cost > limit ? .holds("cost \(cost) is more than \(limit)") : .fails
    }

    private static func walltime(_ limit: Int?, _ facts: ApprovalFacts) -> Check {
        guard let limit else { return .notAsked }
        guard facts.isBounded else { return .holds("the manifest names no walltime") }
        let seconds = facts.price.walltimeSeconds
        return seconds > limit ? .holds("walltime \(written(seconds)) is more than \(written(limit))") : .fails
    }

    private static func above(_ what: String, _ value: Int, _ limit: Int?) -> Check {
        guard let limit else { return .notAsked }
        return value > limit ? .holds("\(value) \(what) are more than \(limit)") : .fails
    }

    private static func member(_ what: String, _ value: String?, _ list: [String]?) -> Check {
        guard let list else { return .notAsked }
        guard let value, list.contains(value) else { return .fails }
        return .holds("\(what) is \(value)")
    }

    private static func first(_ expected: Bool?, _ facts: ApprovalFacts) -> Check {
        guard let expected else { return .notAsked }
        guard expected == facts.isFirstJob else { return .fails }
        return .holds(expected ? "no job of its owner has completed yet" : "jobs of its owner have completed")
    }

    /// Such as `1d2h`, without what is zero.
    static func written(_ seconds: Int) -> String {
        let parts = [
            (seconds / 86400, "d"), (seconds % 86400 / 3600, "h"), (seconds % 3600 / 60, "m"), (seconds % 60, "s"),
        ]
        let text = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
        return text.isEmpty ? "0s" : text
    }
}
