internal import Documents

/// Reads what is asked of Slurm.
enum ResourcesReader {
    private static let keys = [
        "nodes", "tasks", "tasksPerNode", "cpus", "memory", "memoryPerCPU", "gpus", "walltime", "partition", "qos",
        "account", "constraint", "exclusive", "reservation",
    ]

    static func read(_ manifest: ObjectReader) -> Resources {
        guard let object = manifest["resources"]?.object(known: keys) else { return .default }
        let nodes = object["nodes"].flatMap { $0.integer(in: 1...100_000, unit: "nodes") } ?? 1
        let resources = Resources(
            nodes: nodes,
            tasks: object["tasks"].flatMap { $0.integer(in: 1...10_000_000, unit: "tasks") },
            tasksPerNode: object["tasksPerNode"].flatMap { $0.integer(in: 1...4096, unit: "tasks on each node") },
            cpus: object["cpus"].flatMap { $0.integer(in: 1...4096, unit: "CPUs for each task") },
            memory: object["memory"].flatMap(memory),
            memoryPerCPU: object["memoryPerCPU"].flatMap(memory),
            gpus: object["gpus"].flatMap(gpus),
            walltime: object["walltime"].flatMap(walltime),
            partition: object["partition"].flatMap(ManifestWords.slurmName),
            qos: object["qos"].flatMap(ManifestWords.slurmName),
            account: object["account"].flatMap(ManifestWords.slurmName),
            constraint: object["constraint"].flatMap(constraint),
            exclusive: object["exclusive"].flatMap { $0.boolean() } ?? false,
            reservation: object["reservation"].flatMap(ManifestWords.slurmName)
        )
        checkTogether(resources, object)
        return resources
    }

    /// Sizes that are possible one by one and impossible together.
    private static func checkTogether(_ resources: Resources, _ object: ObjectReader) {
        if let tasks = resources.tasks, tasks < resources.nodes {
            object["tasks"]?.fault(
                "\(tasks) tasks cannot fill \(resources.nodes) nodes",
                expected: "at least one task for each node"
            )
        }
        if let tasks = resources.tasks, let perNode = resources.tasksPerNode, tasks > perNode * resources.nodes {
            object["tasks"]?.fault(
                "\(tasks) tasks do not fit \(resources.nodes) nodes with \(perNode) on each",
                expected: "at most \(perNode * resources.nodes) tasks"
            )
        }
        if resources.memory != nil, resources.memoryPerCPU != nil {
            object["memoryPerCPU"]?.fault(
                "memory is asked for each node and for each CPU",
                expected: "one of 'memory' and 'memoryPerCPU'"
            )
        }
    }

    private static func walltime(_ field: Field) -> Int? {
        guard case .string(let text) = field.value else {
            field.fault("\(field.value.jsonText) has no unit", expected: Quantity.walltimeForms)
            return nil
        }
        guard let seconds = Quantity.seconds(text) else {
            field.fault("\(ManifestWords.quoted(text)) is not a walltime", expected: Quantity.walltimeForms)
            return nil
        }
        guard (1...366 * 86400).contains(seconds) else {
            field.fault("\(ManifestWords.quoted(text)) is out of range", expected: "from 1 second to 366 days")
            return nil
        }
        return seconds
    }

    private static func memory(_ field: Field) -> Int? {
        guard case .string(let text) = field.value else {
            field.fault("\(field.value.jsonText) has no unit", expected: Quantity.memoryForms)
            return nil
        }
        guard let mebibytes = Quantity.mebibytes(text) else {
            field.fault("\(ManifestWords.quoted(text)) is not an amount of memory", expected: Quantity.memoryForms)
            return nil
        }
        guard (1...1_073_741_824).contains(mebibytes) else {
            field.fault("\(ManifestWords.quoted(text)) is out of range", expected: "from 1M to 1024T")
            return nil
        }
        return mebibytes
    }

    private static func gpus(_ field: Field) -> Resources.GPUs? {
        if case .number = field.value {
            return field.integer(in: 1...64, unit: "GPUs on each node").map { .init(count: $0, type: nil) }
        }
        guard let object = field.object(known: ["count", "type"]) else { return nil }
        let type = object["type"].flatMap {
            ManifestWords.matching($0, /[A-Za-z0-9._-]{1,64}/, expected: "a GPU type such as a100")
        }
        return object.required("count", expected: "GPUs on each node, 1 to 64")
            .flatMap { $0.integer(in: 1...64, unit: "GPUs on each node") }.map { .init(count: $0, type: type) }
    }

    /// Node features joined as sbatch(1) `--constraint` allows.
    private static func constraint(_ field: Field) -> String? {
        ManifestWords.matching(
            field,
            /[A-Za-z0-9_.&|*()\[\],:-]{1,256}/,
            expected: "features of nodes such as icx or skx&bigmem (sbatch --constraint)"
        )
    }
}

extension Resources {
    /// One node and nothing else said.
    static let `default` = Resources(
        nodes: 1,
        tasks: nil,
        tasksPerNode: nil,
        cpus: nil,
        memory: nil,
        memoryPerCPU: nil,
        gpus: nil,
        walltime: nil,
        partition: nil,
        qos: nil,
        account: nil,
        constraint: nil,
        exclusive: false,
        reservation: nil
    )
}
