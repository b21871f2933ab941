import FoundationEssentials

/// Watches one job to its end and tells how it ended.
struct JobWatch: Sendable {
    let client: RESTClient
    let jobID: String
    let console: Console
    let json: Bool

    /// Shows the job's progress until its last event.
    /// - Throws: `CommandFailure` with `jobNotCompleted` or `interrupted`, `RequestFailure`.
    func run() async throws {
        let form: WatchView.Form = json ? .events : console.isTerminal ? .live : .plain
        let job: Wire.Job
        let view = WatchView(try await client.job(jobID), form: form, on: console)
        do {
            job = try await Interruption.watching { try await follow(into: view) }
        } catch is Interruption {
            try await view.close()
            console.note(
                """
                farfield: no longer watching; \(printable(jobID)) goes on.
                  watch it again: farfield job \(printable(jobID)) --watch
                  stop it:        farfield cancel \(printable(jobID))
                """
            )
            throw CommandFailure.silent(.interrupted)
        } catch {
            try await view.close()
            throw error
        }
        try await view.close()
        if !json { try tellEnd(of: job) }
        if job.state != "completed" { throw CommandFailure.silent(.jobNotCompleted) }
    }

    /// Two at once: the events, and on a terminal the clock.
    private func follow(into view: WatchView) async throws -> Wire.Job {
        try await withThrowingTaskGroup(of: Wire.Job?.self) { group in
            if view.ticks {
                group.addTask {
                    while true {
                        try await view.repaint()
                        try await Task.sleep(for: .seconds(1))
                    }
                }
            }
            group.addTask { try await followEvents(into: view) }
            defer { group.cancelAll() }
            guard let job = try await group.next() ?? nil else { throw CancellationError() }
            return job
        }
    }

    private func followEvents(into view: WatchView) async throws -> Wire.Job {
        let note: @Sendable (String) async throws -> Void = { try await view.note($0) }
        try await EventFollower(client: client, jobID: jobID).run(note: note) { items in
            let newest = view.needsJob ? try await client.job(jobID) : nil
            try await view.take(items, newest: newest)
        }
        return try await client.job(jobID)
    }

    private func tellEnd(of job: Wire.Job) throws {
        let text = JobText(job: job, now: job.finishedAt ?? job.observedAt ?? .now)
        let parts = [
            text.ending, text.runTime.map { "elapsed \($0)" }, text.arrayProgress,
            job.slurm.flatMap { slurm in slurm.jobId.map { "\(slurm.teller) \($0)" } }, job.site.map { "on \($0)" },
        ]
        let facts = parts.compactMap { $0.map(printable) }.joined(separator: ", ")
        let id = printable(job.id)
        try console.line("\(id) \(console.paint(state: job.state))" + (facts.isEmpty ? "" : "  \(facts)"))
        if job.state != "completed", let reason = job.reason { try console.line("  \(printable(reason))") }
        try console.line("  logs:    farfield logs \(id)" + (job.state == "failed" ? " --stderr" : ""))
        if job.state == "completed" { try console.line("  outputs: farfield outputs \(id)") }
    }
}
