import FoundationEssentials

/// Shows the progress of a watched job in one of three forms.
actor WatchView {
    /// How to show it.
    enum Form {
        /// One line, rewritten in place.
        case live
        /// One line for each change.
        case plain
        /// The events as they come, one JSON document a line.
        case events
    }

    private let console: Console
    private let form: Form
    private var job: Wire.Job
    private var lastLine = ""
    private var isLineOpen = false
    private var transfer: Wire.Transfer?

    init(_ job: Wire.Job, form: Form, on console: Console) {
        self.job = job
        self.form = form
        self.console = console
    }

    /// Whether time passing changes what is shown.
    nonisolated var ticks: Bool { form == .live }
    /// Whether the events suffice, without the job's own document.
    nonisolated var needsJob: Bool { form != .events }

    /// Shows new events; `newest` is the job after them, when it was asked for.
    func take(_ items: [EventFollower.Item], newest: Wire.Job?) throws {
        if let newest { job = newest }
        if let last = items.last(where: { $0.event.type == "job.transfer" }) { transfer = last.event.data }
        if job.state != "staging" { transfer = nil }
        switch form {
        case .live: try repaint()
        case .plain:
            for item in items.dropLast() { try show(item.event, facts: [item.event.reason].compactMap(\.self)) }
            // Only the newest event tells of the same moment as the job's document.
            guard let last = items.last?.event else { return }
            let isCurrent = last.state == job.state
            try show(last, facts: isCurrent ? JobText(job: job, now: .now).change : [last.reason].compactMap(\.self))
        case .events: for item in items { try console.line(Self.singleLine(item.text)) }
        }
    }

    /// Writes the line anew, with the time that has passed.
    func repaint() throws {
        guard form == .live else { return }
        let facts = [transfer.flatMap(TransferBar.text)].compactMap(\.self) + JobText(job: job, now: .now).progress
        let text = facts.joined(separator: "  ")
        try console.replaceLine("\(printable(job.id))  \(console.paint(state: job.state))  \(text)")
        isLineOpen = true
    }

    /// Tells something beside the progress.
    func note(_ text: String) throws {
        try close()
        console.note(text)
    }

    /// Leaves the cursor at the start of an empty line.
    func close() throws {
        guard isLineOpen else { return }
        isLineOpen = false
        try console.replaceLine("")
    }

    private func show(_ event: Wire.Event, facts: [String]) throws {
        let what =
            switch event.type {
            case "job.cancelRequested": "cancel requested"
            case "job.attempt": "new attempt"
            case "job.transfer": event.data.flatMap(TransferBar.text) ?? "transfer"
            default: event.state ?? event.type
            }
        let line = printable(([what] + facts).joined(separator: "  "))
        guard line != lastLine else { return }
        lastLine = line
        try console.line((event.at.map { Moment.text($0) + "  " } ?? "") + line)
    }

    /// A line feed inside an event's data separates JSON tokens and may as well be a space.
    private static func singleLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
