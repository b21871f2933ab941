/// What a job asks of Slurm: the `#SBATCH` lines of its batch script, each checked so that it stays on its line.
package struct ResourceDirectives: Sendable, Equatable {
    /// GPUs per node.
    package struct GPU: Sendable, Equatable {
        /// Slurm's name of the type, such as `a100`; nil for any.
        package var type: String?
        /// At least 1.
        package var count: Int

        package init(type: String? = nil, count: Int) {
            self.type = type
            self.count = count
        }
    }

    package var partition: String?
    package var account: String?
    package var qos: String?
    package var reservation: String?
    /// A feature expression, such as `intel&(ib|opa)`.
    package var constraint: String?
    package var licenses: String?
    package var nodes: Int?
    package var tasks: Int?
    package var tasksPerNode: Int?
    package var cpusPerTask: Int?
    /// In MiB, per node; not together with `memoryPerCPUMebibytes`.
    package var memoryMebibytes: Int?
    package var memoryPerCPUMebibytes: Int?
    package var gpu: GPU?
    /// Rounded up to whole minutes by Slurm.
    package var walltimeSeconds: Int?
    package var isExclusive = false
    package var array: ArraySpec?
    /// Whether Slurm may start the job again after a node failure or preemption; nil leaves it to the site.
    package var requeues: Bool?
    /// -2147483645 to 2147483645; below 0 only for the site's staff.
    package var nice: Int?
    /// A signal some seconds before the end, as `B:USR1@120`.
    package var warningSignal: String?
    /// Other jobs to wait for, as `afterok:123`.
    package var dependency: String?
    /// Not before this moment, seconds since 1970 (`--begin`, written in UTC with `TZ=UTC0` at submission).
    package var beginTime: Int?

    package init() {}

    /// The lines for these resources, in a fixed order.
    func lines() throws(SlurmError) -> [String] {
        try checkTogether()
        var lines: [String] = []
        for (flag, field, value) in names {
            guard let value else { continue }
            lines.append("\(flag)=\(try DirectiveValue.name(value, field: field))")
        }
        for (flag, field, value) in counts {
            guard let value else { continue }
            guard (1...10_000_000).contains(value) else {
                throw .invalidValue(field: field, reason: "\(value) is not between 1 and 10000000")
            }
            lines.append("\(flag)=\(value)")
        }
        return lines + (try checked())
    }

    private var names: [(flag: String, field: String, value: String?)] {
        [
            ("--partition", "partition", partition), ("--account", "account", account), ("--qos", "qos", qos),
            ("--reservation", "reservation", reservation), ("--licenses", "licenses", licenses),
        ]
    }

    private var counts: [(flag: String, field: String, value: Int?)] {
        [
            ("--nodes", "nodes", nodes), ("--ntasks", "tasks", tasks),
            ("--ntasks-per-node", "tasksPerNode", tasksPerNode), ("--cpus-per-task", "cpusPerTask", cpusPerTask),
        ]
    }

    private func checkTogether() throws(SlurmError) {
        guard memoryMebibytes == nil || memoryPerCPUMebibytes == nil else {
            throw .invalidValue(field: "memory", reason: "is given both per node and per CPU")
        }
        for (field, value) in [("memory", memoryMebibytes), ("memoryPerCPU", memoryPerCPUMebibytes)] {
            guard let value else { continue }
            guard (1...1_000_000_000).contains(value) else {
                throw .invalidValue(field: field, reason: "\(value) MiB is not between 1 and 1000000000")
            }
        }
    }

    private func checked() throws(SlurmError) -> [String] {
        var lines: [String] = []
        if let memoryMebibytes { lines.append("--mem=\(memoryMebibytes)M") }
        if let memoryPerCPUMebibytes { lines.append("--mem-per-cpu=\(memoryPerCPUMebibytes)M") }
        if let gpu { lines.append(try Self.line(gpu)) }
        if let walltimeSeconds {
            guard (1...315_360_000).contains(walltimeSeconds) else {
                throw .invalidValue(field: "walltime", reason: "\(walltimeSeconds) s is not between 1 s and 10 years")
            }
            lines.append("--time=\(SlurmTime.format(seconds: walltimeSeconds))")
        }
        if let constraint { lines.append("--constraint=\(try DirectiveValue.expression(constraint))") }
        if isExclusive { lines.append("--exclusive") }
        if let array { lines.append("--array=\(array)") }
        if let requeues { lines.append(requeues ? "--requeue" : "--no-requeue") }
        if let nice {
            guard (-2_147_483_645...2_147_483_645).contains(nice) else {
                throw .invalidValue(field: "nice", reason: "\(nice) is out of Slurm's range")
            }
            lines.append("--nice=\(nice)")
        }
        if let warningSignal { lines.append("--signal=\(try DirectiveValue.signal(warningSignal))") }
        if let dependency { lines.append("--dependency=\(try DirectiveValue.dependency(dependency))") }
        if let beginTime { lines.append("--begin=\(SlurmTime.formatMoment(beginTime))") }
        return lines
    }

    private static func line(_ gpu: GPU) throws(SlurmError) -> String {
        guard (1...1024).contains(gpu.count) else {
            throw .invalidValue(field: "gpus", reason: "\(gpu.count) is not between 1 and 1024")
        }
        guard let type = gpu.type else { return "--gres=gpu:\(gpu.count)" }
        return "--gres=gpu:\(try DirectiveValue.name(type, field: "gpuType", allowed: "._-")):\(gpu.count)"
    }
}
