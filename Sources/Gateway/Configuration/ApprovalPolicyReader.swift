internal import Documents

/// Reads `approvals:`.
enum ApprovalPolicyReader {
    private static let conditions = [
        "cost", "nodes", "gpus", "walltime", "tasks", "partition", "project", "site", "firstJob",
    ]

    static func read(_ field: Field) -> ApprovalPolicy {
        var policy = ApprovalPolicy.none
        let keys = ["rules", "twoPersonsAbove", "undecidedFor", "validFor", "contact"]
        guard let object = field.object(known: keys) else { return policy }
        policy.rules = (object["rules"]?.elements(limit: 100, of: "rules") ?? []).compactMap(rule)
        for (name, same) in Dictionary(grouping: policy.rules, by: \.name) where same.count > 1 {
            object["rules"]?.fault("the rule '\(name)' stands \(same.count) times", expected: "each name once")
        }
        if let field = object["twoPersonsAbove"] {
            policy.rules.append(
                ApprovalRule(name: ApprovalPolicy.twoPersonsRule, conditions: conditions(field), approvers: 2)
            )
        }
        policy.undecidedFor = object["undecidedFor"].flatMap(SiteReader.duration) ?? policy.undecidedFor
        policy.validFor = object["validFor"].flatMap(SiteReader.duration) ?? policy.validFor
        policy.contact = object["contact"].flatMap(ManifestWords.name)
        return policy
    }

    private static func rule(_ field: Field) -> ApprovalRule? {
        guard let object = field.object(known: ["name", "when", "approvers"]) else { return nil }
        let name = object.required("name", expected: "a word that held jobs show").flatMap(ManifestWords.identifier)
        let when = object.required("when", expected: "what must be true, such as {cost: 100}").map(conditions)
        let approvers = object["approvers"].flatMap { $0.integer(in: 1...2, unit: "people") } ?? 1
        if name == ApprovalPolicy.twoPersonsRule {
            object.fault("this name is taken", expected: "another name")
        }
        guard let name, let when else { return nil }
        return ApprovalRule(name: name, conditions: when, approvers: approvers)
    }

    private static func conditions(_ field: Field) -> ApprovalRule.Conditions {
        var result = ApprovalRule.Conditions()
        guard let object = field.object(known: conditions) else { return result }
        func count(_ key: String) -> Int? { object[key].flatMap { $0.integer(in: 0...10_000_000) } }
        result.cost = object["cost"].flatMap(ApprovalBody.cost)
        (result.nodes, result.gpus, result.tasks) = (count("nodes"), count("gpus"), count("tasks"))
        result.walltimeSeconds = object["walltime"].flatMap(walltime)
        result.partitions = object["partition"].map(words)
        result.projects = object["project"].map(words)
        result.sites = object["site"].map(words)
        result.isFirstJob = object["firstJob"].flatMap { $0.boolean() }
        if conditions.allSatisfy({ object[$0] == nil }) {
            field.fault("no condition is named", expected: "at least one of " + conditions.joined(separator: ", "))
        }
        return result
    }

    private static func walltime(_ field: Field) -> Int? {
        guard let text = field.string(expected: Quantity.walltimeForms) else { return nil }
        if let seconds = Quantity.seconds(text) { return seconds }
        field.fault("\(ManifestWords.quoted(text)) is no walltime", expected: Quantity.walltimeForms)
        return nil
    }

    private static func words(_ field: Field) -> [String] {
        (field.elements(limit: 1000, of: "names") ?? []).compactMap(ManifestWords.slurmName)
    }
}
