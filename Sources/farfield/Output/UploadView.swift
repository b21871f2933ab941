import FoundationEssentials

/// Shows the progress of an upload: a line rewritten in place on a terminal, troubles only elsewhere.
actor UploadView {
    private let console: Console
    private let name: String
    private let size: Int64
    private let isLive: Bool
    private let started = ContinuousClock.now
    private var shownAt: ContinuousClock.Instant?
    private var isLineOpen = false
    private var trouble: String?

    init(_ name: String, size: Int64, isQuiet: Bool, on console: Console) {
        self.name = name
        self.size = size
        self.console = console
        isLive = console.isTerminal && !isQuiet
    }

    /// Shows how far it is.
    func show(_ progress: FileUpload.Progress) throws {
        switch progress {
        case .reading(let count): try line("reading", count)
        case .sending(let count):
            trouble = nil
            try line("sending", count)
        case .waiting(let reason):
            guard reason != trouble else { return }
            trouble = reason
            try close()
            console.note("farfield: \(printable(name)): \(reason); trying again")
        }
    }

    private func line(_ what: String, _ count: Int64) throws {
        let now = ContinuousClock.now
        guard isLive, count == size || shownAt.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
        shownAt = now
        let share = size > 0 ? Double(count) / Double(size) : 1
        let filled = Int(share * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
        let rate = Int(Double(count) / max(0.001, (now - started) / .seconds(1)))
        let numbers = "\(Int(share * 100)) %  \(ByteCount.text(Int(count))) of \(ByteCount.text(Int(size)))"
        try console.replaceLine("\(printable(name))  \(what) [\(bar)] \(numbers)  \(ByteCount.text(rate))/s")
        isLineOpen = true
    }

    /// Leaves the cursor at the start of an empty line.
    func close() throws {
        guard isLineOpen else { return }
        isLineOpen = false
        try console.replaceLine("")
    }
}
