internal import Attestation
internal import Documents
internal import Slurm

/// Makes the batch script of a manifest for a site.
enum ScriptRenderer {
    /// The script, which depends on the manifest, the template and the site's defaults alone.
    ///
    /// - Throws: ``GatewayError`` of kind `invalidManifest` that names the part Slurm would not take.
    static func render(
        _ manifest: JobManifest,
        template: BatchTemplate,
        site: SiteConfiguration
    ) throws(GatewayError) -> String {
        do throws(SlurmError) {
            return try template.render(try request(manifest, site))
        } catch {
            throw GatewayError(.invalidManifest, "The batch script cannot be made.", faults: [fault(error)])
        }
    }

    private static func request(
        _ manifest: JobManifest,
        _ site: SiteConfiguration
    ) throws(SlurmError) -> BatchScriptRequest {
        var request = BatchScriptRequest(command: command(manifest.program))
        request.title = manifest.name
        request.directives = try directives(manifest, site)
        request.modules = manifest.modules
        request.environment = variables(manifest.environment)
        request.parameters = variables(manifest.parameters)
        request.container = manifest.container.map { container in
            .init(image: container.image, binds: container.binds.map(bind), sha256: container.digest?.hexadecimal)
        }
        return request
    }

    private static func bind(_ text: String) -> BatchScriptRequest.Bind {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        return .init(source: parts.first ?? "", destination: parts.last ?? "")
    }

    private static func variables(_ values: [String: String]) -> [BatchScriptRequest.Variable] {
        values.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }
    }

    private static func command(_ program: JobManifest.Program) -> BatchScriptRequest.Command {
        switch program {
        case .words(let words): .words(words)
        case .line(let line): .line(line)
        case .script(let text): .script(fileName: JobFolder.userScript, hasInterpreter: text.hasPrefix("#!"))
        }
    }

    private static func directives(
        _ manifest: JobManifest,
        _ site: SiteConfiguration
    ) throws(SlurmError) -> ResourceDirectives {
        let resources = manifest.resources
        var directives = ResourceDirectives()
        directives.partition = resources.partition ?? site.partition
        directives.account = resources.account ?? site.account
        directives.qos = resources.qos ?? site.qos
        directives.reservation = resources.reservation
        directives.constraint = resources.constraint
        directives.nodes = resources.nodes
        directives.tasks = resources.tasks
        directives.tasksPerNode = resources.tasksPerNode
        directives.cpusPerTask = resources.cpus
        directives.memoryMebibytes = resources.memory
        directives.memoryPerCPUMebibytes = resources.memoryPerCPU
        directives.gpu = resources.gpus.map { .init(type: $0.type, count: $0.count) }
        directives.walltimeSeconds = resources.walltime
        directives.isExclusive = resources.exclusive
        directives.array = try manifest.array.map { array throws(SlurmError) in
            try ArraySpec(array.limit.map { "\(array.tasks)%\($0)" } ?? array.tasks)
        }
        return directives
    }

    /// Where in the manifest a value stands that Slurm's language does not take.
    private static func fault(_ error: SlurmError) -> Fault {
        switch error {
        case .invalidValue(let field, let reason):
            Fault(
                path: "/" + field.replacing(".", with: "/"),
                message: reason,
                expected: "a value the batch script can carry"
            )
        case .invalidTemplate(let name, let reason):
            Fault(
                path: "/template",
                message: "the template '\(name)' is broken: \(reason)",
                expected: "a working template"
            )
        case .unreadableAnswer:
            Fault(path: "", message: "\(error)", expected: "")
        }
    }
}
