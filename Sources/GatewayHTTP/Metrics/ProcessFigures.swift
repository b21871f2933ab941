internal import FoundationEssentials
internal import Glibc

/// What Linux tells of this process (proc(5)).
struct ProcessFigures: Sendable {
    private(set) var residentBytes: Double?
    private(set) var processorSeconds: Double?
    private(set) var startedAt: Double?
    private(set) var openDescriptors: Double?
    private(set) var descriptorLimit: Double?

    /// The figures now; what cannot be read is missing.
    static func now() -> ProcessFigures {
        var figures = ProcessFigures(
            status: text("/proc/self/stat"),
            memory: text("/proc/self/statm"),
            system: text("/proc/stat"),
            limits: text("/proc/self/limits"),
            pageSize: Double(sysconf(Int32(_SC_PAGESIZE))),
            ticks: Double(sysconf(Int32(_SC_CLK_TCK)))
        )
        // The listing itself takes one descriptor.
        figures.openDescriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))
            .map { Double(max(0, $0.count - 1)) }
        return figures
    }

    /// Reads the texts of `/proc/self/stat`, `/proc/self/statm`, `/proc/stat` and `/proc/self/limits`.
    ///
    /// - Parameters:
    ///   - status: its fields are counted behind the program's name, which may hold anything.
    ///   - memory: in pages.
    ///   - system: its `btime` is the moment the computer started.
    ///   - limits: a table of text.
    ///   - pageSize: in bytes.
    ///   - ticks: of the clock in a second.
    init(status: String, memory: String, system: String, limits: String, pageSize: Double, ticks: Double) {
        residentBytes = Self.words(memory).dropFirst().first.flatMap { Double($0) }.map { $0 * pageSize }
        // Field 3 is the first behind the name; utime is 14, stime 15, starttime 22.
        let fields = status.lastIndex(of: ")").map { Self.words(status[status.index(after: $0)...]) } ?? []
        if fields.count > 19, let user = Double(fields[11]), let kernel = Double(fields[12]) {
            processorSeconds = (user + kernel) / ticks
        }
        let boot = system.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
        if fields.count > 19, let start = Double(fields[19]), let boot { startedAt = boot + start / ticks }
        descriptorLimit = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
            .flatMap { Self.words($0.dropFirst(14)).first.flatMap { Double($0) } }
    }

    private static func words(_ text: some StringProtocol) -> [String] {
        text.split { $0.isWhitespace }.map { String($0) }
    }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}

extension MetricsPage {
    /// Adds what Linux told of the process.
    mutating func add(_ process: ProcessFigures) {
        add("process_resident_memory_bytes", process.residentBytes)
        add("process_cpu_seconds_total", process.processorSeconds)
        add("process_open_fds", process.openDescriptors)
        add("process_max_fds", process.descriptorLimit)
        add("process_start_time_seconds", process.startedAt)
    }
}
