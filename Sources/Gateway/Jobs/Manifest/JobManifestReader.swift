package import Documents
internal import Slurm

/// Reads a job manifest and finds every fault in one pass.
package struct JobManifestReader {
    static let keys = [
        "apiVersion", "name", "site", "project", "template", "command", "script", "environment", "resources", "modules",
        "container", "array", "dependencies", "parameters", "inputs", "outputs", "retries", "priority", "labels",
        "dryRun", "cache", "deterministic", "retention", "workFolderRetention",
    ]

    /// The manifest in a document.
    ///
    /// - Parameter document: parsed YAML or JSON.
    /// - Returns: the manifest.
    /// - Throws: ``GatewayError`` of kind `invalidManifest` with every fault found.
    package static func read(_ document: Document) throws(GatewayError) -> JobManifest {
        let collector = FaultCollector(lines: document.lines)
        let root = Field(document.value, collector: collector)
        let manifest = root.object(known: keys).flatMap { Self.manifest($0) }
        guard let manifest, collector.faults.isEmpty else {
            let count = collector.faults.count
            throw GatewayError(
                .invalidManifest,
                "The job manifest has \(count == 1 ? "one fault" : "\(count) faults"); nothing was submitted.",
                faults: collector.faults
            )
        }
        return manifest
    }

    /// Every part is read even when an earlier one is bad; the result counts only when no fault was noted.
    private static func manifest(_ object: ObjectReader) -> JobManifest? {
        version(object)
        let name = object.required("name", expected: ManifestWords.nameForm).flatMap(ManifestWords.name)
        let program = ProgramReader.read(object)
        let resources = ResourcesReader.read(object)
        let container = object["container"].flatMap(FilesReader.container)
        let array = object["array"].flatMap(ProgramReader.array)
        let manifest = JobManifest(
            name: name ?? "",
            site: object["site"].flatMap(ManifestWords.identifier),
            project: object["project"].flatMap(ManifestWords.project),
            template: object["template"].flatMap(ManifestWords.identifier),
            program: program ?? .words([]),
            environment: object["environment"].map(VariablesReader.environment) ?? [:],
            resources: resources,
            modules: object["modules"].map(VariablesReader.modules) ?? [],
            container: container,
            array: array,
            dependencies: object["dependencies"].map(PolicyReader.dependencies) ?? [],
            parameters: object["parameters"].map(VariablesReader.parameters) ?? [:],
            inputs: object["inputs"].map(InputsReader.inputs) ?? [],
            outputs: object["outputs"].map(FilesReader.outputs) ?? [],
            retries: object["retries"].map(PolicyReader.retries) ?? .none,
            priority: object["priority"].flatMap { $0.integer(in: 0...100) } ?? 50,
            labels: object["labels"].map(PolicyReader.labels) ?? [:],
            cache: object["cache"].flatMap { PolicyReader.choice($0, of: JobManifest.CacheUse.self) } ?? .on,
            isDeterministic: object["deterministic"].flatMap { $0.boolean() } ?? true,
            retention: object["retention"].flatMap(Retention.read),
            folderRetention: object["workFolderRetention"].flatMap(Retention.read),
            dryRun: object["dryRun"].flatMap { $0.boolean() } ?? false
        )
        return name == nil || program == nil ? nil : manifest
    }

    private static func version(_ object: ObjectReader) {
        guard let field = object["apiVersion"] else { return }
        let expected = "\"\(JobManifest.apiVersion)\", the only version this gateway reads"
        if let text = field.string(expected: expected), text != JobManifest.apiVersion {
            field.fault("'\(text)' is not a version this gateway knows", expected: expected)
        }
    }
}
