internal import Attestation

/// One layer of two runs beside each other: what went in, what ran, or where.
package struct RunLayer: Sendable, Hashable {
    /// The layers that explain why results differ.
    package enum Kind: String, Sendable, CaseIterable {
        /// What went in, slot by slot.
        case inputs
        /// Template, image, command, parameters.
        case recipe
        /// Site, processors, drivers, versions. It never changes the verdict.
        case environment
    }

    /// Something that is not the same.
    package struct Difference: Sendable, Hashable {
        /// What, such as `input in/sky.csv` or `CPU`.
        package let what: String
        /// How it was; nil when there was none, or nobody knew.
        package let old: String?
        /// How it is; nil when there is none, or nobody knows.
        package let new: String?
    }

    /// Which layer.
    package let kind: Kind
    /// What is not the same, in a fixed order.
    package let differences: [Difference]

    /// The layers of two runs.
    package static func all(_ old: ReproducibilityManifest, _ new: ReproducibilityManifest) -> [RunLayer] {
        [
            RunLayer(kind: .inputs, differences: inputs(old, new)),
            RunLayer(kind: .recipe, differences: recipe(old, new)),
            RunLayer(kind: .environment, differences: environment(old, new)),
        ]
    }

    /// By what the bytes were; where nobody knows, by where they came from.
    private static func inputs(_ old: ReproducibilityManifest, _ new: ReproducibilityManifest) -> [Difference] {
        func facts(_ manifest: ReproducibilityManifest) -> [String: String] {
            let pairs = manifest.inputs.map { input in
                (
                    input.slot,
                    input.digest.map { "\($0.algorithm):\($0.value.hexadecimal)" } ?? manifest.address(of: input)
                )
            }
            return Dictionary(pairs) { first, _ in first }
        }
        return differences(facts(old), facts(new), prefix: "input ")
    }

    private static func recipe(_ old: ReproducibilityManifest, _ new: ReproducibilityManifest) -> [Difference] {
        func facts(_ manifest: ReproducibilityManifest) -> [String: String] {
            let program = manifest.program
            var facts = ["template": "\(program.template.name) \(program.template.digest)"]
            facts["container"] = manifest.container.map { $0.digest.map { "\($0)" } ?? manifest.shown($0).name }
            switch program.command {
            case .words(let words)?: facts["command"] = words.joined(separator: " ")
            case .line(let line)?: facts["command"] = line
            case .script(let digest)?: facts["script"] = "\(digest)"
            case nil: break
            }
            for (name, value) in program.parameters { facts["parameter \(name)"] = value }
            for (name, value) in program.environment { facts["variable \(name)"] = value }
            facts["outputs"] = program.declaredOutputs.sorted().joined(separator: ", ")
            facts["array tasks"] = manifest.place.arrayTasks
            for model in manifest.models { facts["model \(model.name)"] = model.commit ?? model.digest.map { "\($0)" } }
            return facts
        }
        return differences(facts(old), facts(new))
    }

    private static func environment(_ old: ReproducibilityManifest, _ new: ReproducibilityManifest) -> [Difference] {
        func facts(_ manifest: ReproducibilityManifest) -> [String: String] {
            let (place, hardware) = (manifest.place, manifest.hardware)
            var facts = ["site": place.site]
            facts["simulated"] = place.isSimulated ? "yes" : nil
            facts["partition"] = place.partition
            facts["Slurm"] = place.slurmVersion
            facts["CPU"] = hardware.cpuModel
            facts["CPUs"] = hardware.cpuCount.map { "\($0)" }
            facts["nodes"] = hardware.nodes.map { "\($0)" }
            facts["GPU"] = hardware.gpuModel
            facts["GPUs"] = hardware.gpuCount.map { "\($0)" }
            facts["GPU driver"] = hardware.gpuDriver
            facts["memory"] = hardware.memoryBytes.map { "\($0)" }
            facts["modules"] = manifest.program.modules.isEmpty ? nil : manifest.program.modules.joined(separator: ", ")
            facts["gateway"] = manifest.gateway.version
            return facts
        }
        return differences(facts(old), facts(new))
    }

    private static func differences(
        _ old: [String: String],
        _ new: [String: String],
        prefix: String = ""
    ) -> [Difference] {
        Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map {
            Difference(what: prefix + $0, old: old[$0], new: new[$0])
        }
    }
}
