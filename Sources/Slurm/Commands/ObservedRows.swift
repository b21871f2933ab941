/// One row of squeue, asked in our own format.
package struct QueueRow: Sendable, Equatable {
    /// The columns, squeue(1) `-o`; `${us}` is the unit separator, made by the script.
    static let format = ["%i", "%T", "%r", "%j", "%P", "%a", "%q", "%N", "%V", "%S", "%e", "%M", "%Q"]
        .joined(separator: "${us}")

    let id: JobRowID
    package let state: ObservedState
    package let reason: String
    package let name: String
    package let partition: String
    package let account: String
    package let qos: String
    package let nodes: String
    /// Moments in seconds since 1970; `start` is an estimate while the job is pending.
    package let submit: Int?
    package let start: Int?
    package let end: Int?
    package let elapsedSeconds: Int?
    package let priority: Int?
    /// The row as it came, columns between `|`.
    package let raw: String

    /// Reads the columns; nil if their number or the id is not as asked.
    init?(columns: [Substring]) {
        guard columns.count == 13, let id = JobRowID(columns[0]) else { return nil }
        self.id = id
        state = ObservedState(text: String(columns[1]))
        reason = String(columns[2])
        name = String(columns[3])
        partition = String(columns[4])
        account = String(columns[5])
        qos = String(columns[6])
        nodes = String(columns[7])
        submit = SlurmTime.parseMoment(columns[8])
        start = SlurmTime.parseMoment(columns[9])
        end = SlurmTime.parseMoment(columns[10])
        elapsedSeconds = SlurmTime.parse(columns[11]).flatMap {
            if case .seconds(let value) = $0 { value } else { nil }
        }
        priority = Int(columns[12])
        raw = columns.joined(separator: "|")
    }
}

/// One row of sacct, of a job or of one of its steps, asked in our own format.
package struct AccountingRow: Sendable, Equatable {
    /// The columns, sacct(1) `-o`.
    static let format = [
        "JobID", "JobIDRaw", "JobName", "State", "ExitCode", "Reason", "Partition", "Account", "QOS", "NodeList",
        "Submit", "Eligible", "Start", "End", "ElapsedRaw", "Priority", "AllocTRES", "TRESUsageInTot", "MaxRSS",
        "TotalCPU",
    ].joined(separator: ",")

    let id: JobRowID
    package let name: String
    package let state: ObservedState
    /// nil where sacct leaves it out (a node failure's steps).
    package let exitCode: Int?
    package let signal: Int?
    package let reason: String
    package let partition: String
    package let account: String
    package let qos: String
    package let nodes: String
    package let submit: Int?
    package let eligible: Int?
    package let start: Int?
    package let end: Int?
    package let elapsedSeconds: Int?
    package let priority: Int?
    package let allocatedTRES: [String: String]
    package let usedTRES: [String: String]
    /// In bytes.
    package let largestMemory: Int?
    /// Processor time of user and system, in seconds.
    package let processorSeconds: Int?
    /// The row as it came, columns between `|`.
    package let raw: String

    /// Reads the columns; nil if their number or the id is not as asked.
    init?(columns: [Substring]) {
        guard columns.count == 20, let id = JobRowID(columns[0]) else { return nil }
        self.id = id
        name = String(columns[2])
        state = ObservedState(text: String(columns[3]))
        let codes = columns[4].split(separator: ":").map { Int($0) }
        exitCode = codes.count == 2 ? codes[0] : nil
        signal = codes.count == 2 ? codes[1] : nil
        reason = String(columns[5])
        partition = String(columns[6])
        account = String(columns[7])
        qos = String(columns[8])
        nodes = columns[9] == "None assigned" ? "" : String(columns[9])
        submit = SlurmTime.parseMoment(columns[10])
        eligible = SlurmTime.parseMoment(columns[11])
        start = SlurmTime.parseMoment(columns[12])
        end = SlurmTime.parseMoment(columns[13])
        elapsedSeconds = Int(columns[14])
        priority = Int(columns[15])
        allocatedTRES = Self.resources(columns[16])
        usedTRES = Self.resources(columns[17])
        largestMemory = Self.bytes(columns[18])
        processorSeconds = SlurmTime.parse(columns[19]).flatMap {
            if case .seconds(let value) = $0 { value } else { nil }
        }
        raw = columns.joined(separator: "|")
    }

    /// Reads `cpu=1,gres/gpu:a100=2,mem=1000M`.
    static func resources(_ text: some StringProtocol) -> [String: String] {
        var resources: [String: String] = [:]
        for item in text.split(separator: ",") {
            guard let mark = item.firstIndex(of: "=") else { continue }
            resources[String(item[..<mark])] = String(item[item.index(after: mark)...])
        }
        return resources
    }

    /// Reads `1212416` or `1184K`, `3.5M`.
    static func bytes(_ text: some StringProtocol) -> Int? {
        guard let last = text.last else { return nil }
        let units: [Character: Double] = ["K": 1024, "M": 1_048_576, "G": 1_073_741_824, "T": 1_099_511_627_776]
        let number = Double(units[last] == nil ? text[...] : text.dropLast())
        guard let number, number.isFinite, number >= 0, number < 1e15 else { return nil }
        return Int(number * (units[last] ?? 1))
    }
}
