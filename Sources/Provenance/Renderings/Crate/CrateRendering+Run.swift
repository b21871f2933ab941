internal import Attestation
internal import Documents

extension CrateRendering {
    /// The run itself.
    var run: CrateEntity {
        let ending = manifest.ending
        var entity = CrateEntity("urn:uuid:\(manifest.id)", "CreateAction")
        entity["name"] = "Run of job \(manifest.job.name)"
        entity["description"] = outcomeText
        entity["startTime"] = ending.startedAt?.offset
        entity["endTime"] = ending.finishedAt?.offset
        entity["actionStatus"] = "http://schema.org/\(hasCompleted ? "Completed" : "Failed")ActionStatus"
        entity["error"] = hasCompleted ? nil : errorText
        entity.refer("instrument", [workflow.id])
        entity.refer("agent", [Self.id(manifest.owner)])
        entity.refer("object", inputEntities.map(\.id) + values.map(\.id))
        entity.refer("result", resultIDs)
        entity.refer("environment", environment.map(\.id))
        entity.refer("resourceUsage", usage.map(\.id))
        entity.refer("containerImage", manifest.container.map { [image($0).id] } ?? [])
        return entity
    }

    /// What the run refers to and is no file.
    var runDetails: [CrateEntity] {
        values + environment + usage + (manifest.container.map { [image($0)] } ?? []) + (hasResults ? [] : [outcome])
            + [contact]
    }

    private var hasCompleted: Bool { manifest.ending.state == .completed }
    var hasResults: Bool { !manifest.outputs.isEmpty }
    private var resultIDs: [String] { hasResults ? manifest.outputs.map(Self.id) : [outcome.id] }

    /// Stands for the result of a run that made no files.
    private var outcome: CrateEntity {
        var entity = property("#outcome", "outcome", manifest.ending.state.rawValue)
        entity.refer("exampleOfWork", [outputSlot.id])
        return entity
    }

    /// How it ended, and what nobody knows, in sentences.
    var outcomeText: String {
        var text =
            "Job \(manifest.job.id) at the site \(manifest.place.site) ended as \(manifest.ending.state.rawValue)."
        if manifest.place.isSimulated { text += " \(Place.simulationText)" }
        if let tasks = manifest.place.arrayTasks { text += " It was an array of the tasks \(tasks)." }
        if let origin = manifest.cacheOrigin {
            text += " Nothing ran for it: the result is that of job \(origin.job), computed \(origin.computedAt.utc),"
            text += " record \(origin.record)."
        }
        if let approval = manifest.approval {
            let why = approval.reason.map { ": \($0)" } ?? ""
            text += " Approved by \(approval.by), \(approval.at.utc)\(why)."
        }
        if !manifest.isPublished, let account = manifest.internalDetails.account { text += " Allocation: \(account)." }
        let unknown = manifest.unknownFacts
        return text + (unknown.isEmpty ? "" : " Not known: \(unknown.joined(separator: ", ")).")
    }

    private var errorText: String {
        let ending = manifest.ending
        let how = ending.signal.map { "ended by signal \($0)" } ?? ending.exitCode.map { "exit code \($0)" }
        return [ending.state.rawValue, how, ending.reason].compactMap { $0 }.joined(separator: ": ")
    }

    /// Values of parameters.
    private var values: [CrateEntity] {
        manifest.program.parameters.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { name, value in
            var entity = property("#value-" + URIText.segment(name), name, value)
            entity.refer("exampleOfWork", [Self.slotID(parameter: name)])
            return entity
        }
    }

    /// What Slurm told the job, and the variables the user declared.
    private var environment: [CrateEntity] {
        let place = manifest.place
        let known =
            place.isSimulated
            ? []
            : [
                ("SLURM_JOB_ID", place.slurmJobID), ("SLURM_CLUSTER_NAME", place.cluster),
                ("SLURM_JOB_PARTITION", place.partition),
            ]
        let scheduler = known.compactMap { name, value in
            value.map { property("#environment-" + name, name, $0) }
        }
        let declared = manifest.program.environment.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return scheduler + declared.map { property("#environment-" + URIText.segment($0.key), $0.key, $0.value) }
            + manifest.program.modules.enumerated().map { property("#module-\($0.offset + 1)", "module", $0.element) }
    }

    /// Hardware and accounting.
    private var usage: [CrateEntity] {
        let hardware = manifest.hardware
        let facts: [(name: String, value: String?, unit: String?)] = [
            ("nodes", hardware.nodes.map { "\($0)" }, nil),
            ("cpuModel", hardware.cpuModel, nil),
            ("cpuCount", hardware.cpuCount.map { "\($0)" }, nil),
            ("gpuModel", hardware.gpuModel, nil),
            ("gpuCount", hardware.gpuCount.map { "\($0)" }, nil),
            ("gpuDriver", hardware.gpuDriver, nil),
            ("memory", hardware.memoryBytes.map { "\($0)" }, "https://qudt.org/vocab/unit/BYTE"),
            ("elapsed", manifest.ending.elapsedSeconds.map { "\($0)" }, "https://qudt.org/vocab/unit/SEC"),
        ]
        let known = facts.compactMap { fact in fact.value.map { usage(fact.name, $0, unit: fact.unit) } }
        let accounting = manifest.ending.accounting.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return known + accounting.map { usage("accounting-" + $0.key, $0.value, unit: nil) }
    }

    private func usage(_ name: String, _ value: String, unit: String?) -> CrateEntity {
        var entity = property("#usage-" + URIText.segment(name), name, value)
        entity["propertyID"] = addresses.terms + URIText.segment(name)
        entity["unitCode"] = unit
        return entity
    }

    private func property(_ id: String, _ name: String, _ value: String) -> CrateEntity {
        var entity = CrateEntity(id, "PropertyValue")
        entity["name"] = name
        entity["value"] = value
        return entity
    }
}
