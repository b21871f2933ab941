extension ReproducibilityManifest {
    /// Names of the facts a reader may expect and nobody could tell, sorted; each is the path of its field.
    ///
    /// What a job cannot have is not listed: the graphics driver of a job without graphics processors is not unknown.
    package var unknownFacts: [String] {
        var names: [String] = []
        func note(_ name: String, _ isKnown: Bool) { if !isKnown { names.append(name) } }
        note("cluster", place.cluster != nil)
        note("partition", place.partition != nil)
        note("slurmJobId", place.slurmJobID != nil)
        if !place.isSimulated { note("slurmVersion", place.slurmVersion != nil) }
        note("nodes", hardware.nodes != nil)
        note("memory", hardware.memoryBytes != nil)
        note("cpu.model", hardware.cpuModel != nil)
        note("cpu.count", hardware.cpuCount != nil)
        note("gpu.count", hardware.gpuCount != nil)
        if hardware.gpuCount != 0 {
            note("gpu.model", hardware.gpuModel != nil)
            note("gpu.driver", hardware.gpuDriver != nil)
        }
        note("exitCode", ending.exitCode != nil || ending.signal != nil)
        note("elapsed", ending.elapsedSeconds != nil)
        note("submittedAt", ending.submittedAt != nil)
        note("startedOn", ending.startedAt != nil)
        note("finishedOn", ending.finishedAt != nil)
        note("accounting", !ending.accounting.isEmpty)
        note("command", program.command != nil)
        note("script", program.script != nil)
        note("recipe", recipe != nil)
        if let container { note("container.digest", container.digest != nil) }
        for model in models {
            note("models.\(model.name).commit", model.commit != nil)
            note("models.\(model.name).digest", model.digest != nil)
        }
        for input in inputs { note("inputs.\(input.slot).digest", input.digest != nil) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
