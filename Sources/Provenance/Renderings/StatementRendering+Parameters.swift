internal import Attestation
internal import Documents

extension StatementRendering {
    /// What the user chose; the names are a closed list (``RecordReader/externalNames``).
    var externalParameters: JSONValue {
        let program = manifest.program
        var members: [String: JSONValue] = [
            "template": .string(addresses.template(program.template)),
            "parameters": .object(program.parameters.mapValues { .string($0) }),
            "inputs": .object(
                Dictionary(manifest.inputs.map { ($0.slot, .string(manifest.address(of: $0))) }) { first, _ in first }
            ),
            "environment": .object(program.environment.mapValues { .string($0) }),
            "modules": .array(program.modules.map { .string($0) }),
            "outputs": .array(program.declaredOutputs.map { .string($0) }),
        ]
        members["command"] = program.command.map(Self.command)
        members["arrayTasks"] = manifest.place.arrayTasks.map { .string($0) }
        members["container"] = manifest.container.map { .string(manifest.shown($0).name) }
        members["replayOf"] = manifest.replayOf.map { .string($0.description) }
        return .object(members)
    }

    private static func command(_ command: Command) -> JSONValue {
        switch command {
        case .words(let words): ["words": .array(words.map { .string($0) })]
        case .line(let line): ["line": .string(line)]
        case .script(let digest): ["script": .string(digest.description)]
        }
    }

    /// What gateway and site set, and how it ended.
    var internalParameters: JSONValue {
        var facts = Facts()
        facts["site"] = manifest.place.site
        facts["cluster"] = manifest.place.cluster
        facts["scheduler"] = manifest.place.isSimulated ? "farfield-simulator" : "slurm"
        if manifest.place.isSimulated { facts.members["simulated"] = true }
        facts["slurmJobId"] = manifest.place.slurmJobID
        facts["partition"] = manifest.place.partition
        facts["nodes"] = manifest.hardware.nodes.map { "\($0)" }
        facts["memory"] = manifest.hardware.memoryBytes.map { "\($0)" }
        facts.members["job"] = ["id": .string(manifest.job.id), "name": .string(manifest.job.name)]
        facts.members["cpu"] =
            Facts(["model": manifest.hardware.cpuModel, "count": text(manifest.hardware.cpuCount)])
            .value
        facts.members["gpu"] =
            Facts([
                "model": manifest.hardware.gpuModel, "count": text(manifest.hardware.gpuCount),
                "driver": manifest.hardware.gpuDriver,
            ]).value
        addEnding(to: &facts)
        addPeople(to: &facts)
        addOrigin(to: &facts)
        facts.members["unknown"] = .array(manifest.unknownFacts.map { .string($0) })
        return .object(facts.members)
    }

    private func addEnding(to facts: inout Facts) {
        let ending = manifest.ending
        facts["state"] = ending.state.rawValue
        facts["exitCode"] = text(ending.exitCode)
        facts["signal"] = text(ending.signal)
        facts["reason"] = ending.reason
        facts["elapsed"] = ending.elapsedSeconds.map { "\($0)" }
        facts["submittedAt"] = ending.submittedAt?.utc
        facts["retainUntil"] = ending.retainUntil?.utc
        if !ending.accounting.isEmpty {
            facts.members["accounting"] = .object(ending.accounting.mapValues { .string($0) })
        }
    }

    private func addPeople(to facts: inout Facts) {
        facts.members["owner"] =
            Facts([
                "name": manifest.owner.name, "fullName": manifest.owner.fullName,
                "orcid": manifest.owner.orcid.map { "https://orcid.org/\($0)" },
            ]).value
        if let approval = manifest.approval {
            facts.members["approval"] =
                Facts(["by": approval.by, "at": approval.at.utc, "reason": approval.reason]).value
        }
        guard !manifest.isPublished else { return }
        facts["account"] = manifest.internalDetails.account
        facts["nodeList"] = manifest.internalDetails.nodeList
        facts["workFolder"] = manifest.internalDetails.workFolder
    }

    private func addOrigin(to facts: inout Facts) {
        facts["recipe"] = manifest.recipe?.description
        guard let origin = manifest.cacheOrigin else { return }
        facts["cachedFrom"] = origin.record.description
        facts["cachedFromJob"] = origin.job
        facts["computedAt"] = origin.computedAt.utc
    }

    private func text(_ number: Int?) -> String? { number.map { "\($0)" } }
}

/// Members of an object, of which only known ones are written.
struct Facts {
    var members: [String: JSONValue] = [:]

    init(_ texts: [String: String?] = [:]) { for (name, text) in texts { self[name] = text } }

    subscript(_ name: String) -> String? {
        get { members[name]?.stringValue }
        set { members[name] = newValue.map { .string($0) } }
    }

    /// Nil when nothing is known.
    var value: JSONValue? { members.isEmpty ? nil : .object(members) }
}
