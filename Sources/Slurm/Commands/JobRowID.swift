/// The first column of squeue and sacct: `14`, `14_4`, `41_[5-9,11%2]`, `15+0`, in sacct also steps (`14_4.batch`).
struct JobRowID: Sendable, Equatable {
    /// Which part of the job a row tells of.
    enum Part: Sendable, Equatable {
        case whole
        case task(Int)
        /// The tasks of an array that have not started.
        case waitingTasks([Int])
        /// A component of a heterogeneous job.
        case component(Int)
    }

    let job: SlurmJobID
    let part: Part
    let step: String?
    /// Whether Slurm left out some of the waiting tasks (`[1,3,...]`).
    let isCutShort: Bool

    init?(_ text: some StringProtocol) {
        let afterList = text.lastIndex(of: "]") ?? text.startIndex
        let step = text[afterList...].firstIndex(of: ".").map { (text[..<$0], String(text[text.index(after: $0)...])) }
        let id = step?.0 ?? text[...]
        self.step = step?.1
        isCutShort = id.contains("...") || (id.contains("[") && !id.contains("]"))
        if let mark = id.firstIndex(of: "_"), let job = SlurmJobID(id[..<mark]) {
            let rest = id[id.index(after: mark)...]
            self.job = job
            if let index = Int(rest), index >= 0 {
                part = .task(index)
            } else if rest.first == "[", let spec = try? ArraySpec(Self.inner(rest), mostTasks: .max) {
                part = .waitingTasks(spec.indices)
            } else {
                return nil
            }
        } else if let mark = id.firstIndex(of: "+"), let job = SlurmJobID(id[..<mark]),
            let offset = Int(id[id.index(after: mark)...])
        {
            self.job = job
            part = .component(offset)
        } else if let job = SlurmJobID(id) {
            self.job = job
            part = .whole
        } else {
            return nil
        }
    }

    /// The list inside `[…]`; of a list that Slurm cut short, what is surely there.
    private static func inner(_ text: some StringProtocol) -> String {
        var list = text.dropFirst().prefix { $0 != "]" }
        if !text.contains("]"), let lastWhole = list.lastIndex(of: ",") { list = list[..<lastWhole] }
        while list.last == "." || list.last == "," { list = list.dropLast() }
        return String(list)
    }
}
