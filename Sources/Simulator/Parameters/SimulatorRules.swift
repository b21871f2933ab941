internal import Documents
internal import Gateway

/// What a simulated site can never do: hard rules on a manifest, whatever any model says.
enum SimulatorRules {
    /// Everything that is wrong with a manifest.
    static func faults(in manifest: JobManifest) -> [Fault] {
        guard manifest.effectiveTemplate == PipelineParameters.template else {
            return [
                Fault(
                    path: "/template",
                    message: "the simulator runs no programs: it plays jobs of one template",
                    expected: "template: \(PipelineParameters.template)"
                )
            ]
        }
        return shape(manifest) + files(manifest)
            + PipelineParameterReader.read(manifest.parameters, gpus: manifest.resources.gpus?.count ?? 1).faults
    }

    private static func shape(_ manifest: JobManifest) -> [Fault] {
        var faults: [Fault] = []
        func refuse(_ path: String, _ message: String, _ expected: String) {
            faults.append(Fault(path: path, message: message, expected: expected))
        }
        if manifest.array != nil { refuse("/array", "the simulator plays no job arrays", "one job for each dataset") }
        if manifest.container != nil { refuse("/container", "the simulator runs no containers", "no container") }
        if !manifest.modules.isEmpty { refuse("/modules", "the simulator has no modules", "no modules") }
        if manifest.resources.nodes != 1 {
            refuse("/resources/nodes", "a simulated job has one node", "1, and up to 8 GPUs on it")
        }
        if let gpus = manifest.resources.gpus, !(1...8).contains(gpus.count) {
            refuse("/resources/gpus/count", "\(gpus.count) GPUs are not simulated", "1 to 8")
        }
        return faults
    }

    /// A file of the site would be a file of the gateway's machine.
    private static func files(_ manifest: JobManifest) -> [Fault] {
        manifest.inputs.enumerated().compactMap { index, input in
            guard case .siteFile = input.source else { return nil }
            return Fault(
                path: "/inputs/\(index)/source",
                message: "the simulator has no files of its own",
                expected: "an upload, an artifact, another job's output, or an address"
            )
        }
    }
}
