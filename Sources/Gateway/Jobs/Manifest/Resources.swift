/// What a job asks of Slurm.
package struct Resources: Sendable, Hashable {
    /// Graphics processors on each node.
    package struct GPUs: Sendable, Hashable {
        /// How many on each node, 1 to 64.
        package let count: Int
        /// The site's name for the type, such as `a100`; any type when nil.
        package let type: String?
    }

    /// Nodes, at least 1.
    package let nodes: Int
    /// Tasks (processes) in all.
    package let tasks: Int?
    /// Tasks on each node.
    package let tasksPerNode: Int?
    /// CPUs for each task.
    package let cpus: Int?
    /// Memory on each node, in MiB.
    package let memory: Int?
    /// Memory for each CPU, in MiB.
    package let memoryPerCPU: Int?
    /// Graphics processors on each node.
    package let gpus: GPUs?
    /// The longest the job may run, in seconds; the partition's default when nil.
    package let walltime: Int?
    /// Partition (queue).
    package let partition: String?
    /// Quality of service.
    package let qos: String?
    /// The Slurm account that pays.
    package let account: String?
    /// Node features asked for.
    package let constraint: String?
    /// Whether nodes are not shared.
    package let exclusive: Bool
    /// A reservation to run in.
    package let reservation: String?
}
