/// What a batch script writes down about the node it begins on, and the reader of it.
///
/// Lines `name=value` in a hidden file of the job's folder; of a job array the first task writes it. What a node does
/// not tell is left out. Sources: proc(5) on `/proc/cpuinfo`, os-release(5), nvidia-smi(1), scontrol(1).
package struct NodeRecord: Sendable, Hashable {
    /// Its place in the job's folder.
    package static let file = ".farfield-node"
    /// The most of it that is read, in bytes.
    package static let longest = 16_384

    /// Slurm's version, such as `slurm-wlm 22.05.8`.
    package var slurm: String?
    /// The cluster's name in Slurm.
    package var cluster: String?
    /// Kernel and its release, such as `Linux 6.1.0`.
    package var kernel: String?
    /// The machine's architecture, such as `x86_64`.
    package var architecture: String?
    /// The operating system's name for people.
    package var system: String?
    /// Model of the CPU.
    package var cpuModel: String?
    /// CPUs the job may use on this node.
    package var cpuCount: Int?
    /// Memory of the node, in KiB.
    package var memoryKibibytes: Int64?
    /// Model of each GPU the job sees.
    package var gpuModels: [String] = []
    /// Version of the GPU driver.
    package var gpuDriver: String?
    /// Environment modules that were loaded, in order.
    package var modules: [String]?

    /// A record in which nothing is known.
    package init() {}

    /// Reads what a node wrote; lines that say nothing known are passed over.
    ///
    /// - Parameter bytes: the file; it came from a node and is not to be trusted.
    package init(_ bytes: some Collection<UInt8>) {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(200) {
            guard let mark = line.firstIndex(of: "=") else { continue }
            let value = PlainText.excerpt(String(line[line.index(after: mark)...]), limit: 200)
            if !value.isEmpty { take(String(line[..<mark]), value) }
        }
    }

    private mutating func take(_ name: String, _ value: String) {
        switch name {
        case "slurm": slurm = value
        case "cluster": cluster = value
        case "kernel": kernel = value
        case "architecture": architecture = value
        case "system": system = value
        case "cpu.model": cpuModel = value
        case "cpu.count": cpuCount = Int(value).flatMap { $0 > 0 ? $0 : nil }
        case "memory": memoryKibibytes = Int64(value).flatMap { $0 > 0 ? $0 : nil }
        case "gpu.model": gpuModels.append(value)
        case "gpu.driver": gpuDriver = value
        case "modules": modules = value.split(separator: ":").map(String.init)
        default: break
        }
    }

    /// The shell lines that write it: whatever fails in them, the job goes on.
    static let lines = """
        # What this node is, for the reproducibility manifest.
        [ "${SLURM_ARRAY_TASK_ID:-0}" != "${SLURM_ARRAY_TASK_MIN:-0}" ] || (
            printf 'slurm=%s\\n' "$(scontrol --version)"
            printf 'cluster=%s\\n' "$SLURM_CLUSTER_NAME"
            printf 'kernel=%s\\n' "$(uname -sr)"
            printf 'architecture=%s\\n' "$(uname -m)"
            (. /etc/os-release && printf 'system=%s\\n' "$PRETTY_NAME")
            sed -n 's/^model name[[:space:]]*: */cpu.model=/p' /proc/cpuinfo | head -n 1
            printf 'cpu.count=%s\\n' "$(nproc)"
            sed -n 's/^MemTotal:[[:space:]]*\\([0-9]*\\) kB/memory=\\1/p' /proc/meminfo
            timeout 10 nvidia-smi --query-gpu=name --format=csv,noheader | sed 's/^/gpu.model=/'
            timeout 10 nvidia-smi --query-gpu=driver_version --format=csv,noheader | sed 's/^/gpu.driver=/;q'
            [ -z "$LOADEDMODULES" ] || printf 'modules=%s\\n' "$LOADEDMODULES"
        ) >\(file) 2>/dev/null </dev/null || :
        """
}
