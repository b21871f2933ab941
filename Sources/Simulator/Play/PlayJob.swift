internal import Documents
internal import Gateway
internal import Logging
internal import Slurm
internal import Storage
internal import TaskQueue

/// Plays a simulated job: each run does what is due, writes it down, and asks to be called again at the next moment.
///
/// Everything that happened is in the database, so that another gateway, or this one after a crash, goes on where it
/// was: files are written before the row that tells of them, and come out the same when they are written twice.
struct PlayJob: TaskHandler {
    let kind: String = PlayJob.kind
    /// A run may wait a minute for a model.
    let concurrency: Int = 8

    static let kind: String = "simulator.play"
    /// How often a job that waits for a slot looks whether one was forgotten.
    private static let slotWatch = Duration.seconds(5)

    let places: [String: SimulatorPlace]
    let database: any Database
    let queue: TaskStore
    let tasks: JobTasks
    let adviser: Adviser
    let keeper: TimeKeeper
    let logger: Logger

    /// Asks for a run.
    static func request(_ key: String, at moment: Timestamp) -> TaskRequest {
        TaskRequest(
            kind: kind,
            key: key,
            priority: 50,
            runAt: moment.microseconds,
            maximumAttempts: 1000,
            timeoutSeconds: 3600
        )
    }

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let key = task.key, let first = try await job(key), !first.isEnded else { return .done }
        guard let place = places[first.site] else {
            return .dead(reason: "there is no simulator '\(first.site)' in the configuration")
        }
        guard try await begin(first, at: place, task) else { return .again(after: Self.slotWatch) }
        while true {
            try Task.checkCancellation()
            guard let job = try await job(key), let startedAt = job.startedAt, !job.isEnded else { return .done }
            let read = PipelineParameterReader.read(job.request.parameters, gpus: job.request.gpus)
            guard let parameters = read.parameters else {
                return .dead(reason: "the simulated job \(key) cannot be read any more: \(read.faults)")
            }
            let stages = try await database.read { try SimulatorStore.stages(of: key, on: $0) }
            let elapsed = place.policy.clock.elapsed(since: startedAt, at: keeper.now())
            let act = Act(job: job, parameters: parameters, stages: stages, place: place, task: task)
            switch Scene.next(parameters.agent.pipeline, stages, elapsed: elapsed) {
            case .begin(let agent, let moment): try await begin(agent, at: moment, act)
            case .complete(let stage): try await complete(stage, act)
            case .ruin(let ruin): try await ruinJob(ruin, act)
            case .finish(let moment): try await finish(at: moment, act)
            case .wait(let moment):
                try await tell(act, upTo: elapsed)
                return .again(after: place.policy.clock.duration(moment - elapsed))
            }
        }
    }

    /// What one thing that happens has to know.
    private struct Act: Sendable {
        let job: SimulatedJob
        let parameters: PipelineParameters
        let stages: [SimulatedStage]
        let place: SimulatorPlace
        let task: LeasedTask
    }

    private func job(_ key: String) async throws -> SimulatedJob? {
        try await database.read { try SimulatorStore.find(key, on: $0) }
    }

    // MARK: - Slots

    /// Lets a waiting job begin, in its turn.
    ///
    /// - Returns: false when it has to wait.
    private func begin(_ job: SimulatedJob, at place: SimulatorPlace, _ task: LeasedTask) async throws -> Bool {
        if job.state != .pending { return true }
        let now = keeper.now()
        return try await database.transaction { connection in
            try connection.lock("simulator \(place.name)")
            let open = try SimulatorStore.open(at: place.name, on: connection)
            let ahead = open.filter { $0.state == .running || $0.id < job.id }
            guard ahead.count < place.policy.slots else { return false }
            try SimulatorStore.begin(job.key, at: now, on: connection)
            try tasks.follow(Lane(site: place.name), at: now, on: connection)
            try queue.requireLease(task, on: connection)
            return true
        }
    }

    /// Lets those who wait look at once whether a slot is theirs.
    static func wakeWaiting(
        at place: SimulatorPlace,
        _ queue: TaskStore,
        now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        let waiting = try SimulatorStore.open(at: place.name, on: connection).filter { $0.state == .pending }
        for job in waiting.prefix(place.policy.slots) {
            try queue.enqueue(request(job.key, at: now), on: connection)
        }
    }

    // MARK: - What happens

    private func begin(_ agent: PipelineAgent, at moment: Int64, _ act: Act) async throws {
        let before = PipelineWork(act.parameters, act.stages)
        let decisions = try await before.decide(agent, asking: adviser)
        // A model that was not waited for because this run ends has not failed: the next run asks it.
        try Task.checkCancellation()
        let work = before.adding(decisions, of: agent)
        let now = keeper.now()
        let stage = try await Task.blocking {
            let lasts = work.milliseconds(agent)
            return SimulatedStage(
                agent: agent,
                beginsAt: moment,
                lasts: lasts,
                decisions: decisions,
                ruin: StageRuin.of(
                    act.job,
                    act.parameters,
                    agent,
                    beginsAt: moment,
                    lasts: lasts,
                    work.calibration
                ),
                begunAt: now
            )
        }
        try await record(act) { try SimulatorStore.insert(stage, of: act.job.key, on: $0) }
    }

    private func complete(_ stage: SimulatedStage, _ act: Act) async throws {
        let (work, folder) = (PipelineWork(act.parameters, act.stages), act.place.folder)
        let output = try await Task.blocking {
            let product = StageProduct(stage.agent, work)
            for file in product.files + [StageProduct.decisions(act.stages, of: act.parameters)] {
                try folder.write(file.bytes, to: file.name, key: act.job.key)
            }
            return product.output.jsonText
        }
        let now = keeper.now()
        try await record(act) {
            try SimulatorStore.complete(stage.agent, of: act.job.key, output: output, at: now, on: $0)
        }
    }

    private func finish(at moment: Int64, _ act: Act) async throws {
        try await tell(act, upTo: moment, end: (moment, "COMPLETED"))
        try await end(act, as: .completed, exitCode: 0, ran: moment)
    }

    private func ruinJob(_ ruin: StageRuin, _ act: Act) async throws {
        try await tell(act, upTo: ruin.at, end: (ruin.at, ruin.state.rawValue))
        try await write(Story.errors(ruin), to: JobFolder.log("stderr", task: nil), act)
        try await end(act, as: ruin.state, exitCode: ruin.exitCode, ran: ruin.at)
    }

    private func end(_ act: Act, as state: SlurmState, exitCode: Int, ran: Int64) async throws {
        let now = keeper.now()
        try await record(act) { connection in
            try SimulatorStore.end(act.job.key, as: state, exitCode: exitCode, ran: ran, at: now, on: connection)
            try Self.wakeWaiting(at: act.place, queue, now: now, on: connection)
        }
        logger.info(
            "a simulated job has ended",
            metadata: ["site": "\(act.place.name)", "key": "\(act.job.key)", "state": "\(state.rawValue)"]
        )
    }

    // MARK: - Writing down

    /// Writes what happened, and lets the gateway look at once; nothing where the job has ended meanwhile.
    private func record(
        _ act: Act,
        _ body: @escaping @Sendable (any StorageConnection) throws -> Void
    ) async throws {
        let now = keeper.now()
        try await database.transaction { connection in
            guard let job = try SimulatorStore.find(act.job.key, locked: true, on: connection), !job.isEnded else {
                return
            }
            try body(connection)
            try tasks.follow(Lane(site: act.place.name), at: now, on: connection)
            try queue.requireLease(act.task, on: connection)
        }
    }

    private func tell(_ act: Act, upTo elapsed: Int64, end: (at: Int64, word: String)? = nil) async throws {
        let story = Story(job: act.job, stages: act.stages)
        try await write(story.output(upTo: elapsed, end: end), to: JobFolder.log("stdout", task: nil), act)
    }

    private func write(_ text: String, to log: JobFolder.Log, _ act: Act) async throws {
        let (folder, key) = (act.place.folder, act.job.key)
        try await Task.blocking { try folder.write(Array(text.utf8), to: log.path, key: key) }
    }
}
