internal import Documents
internal import Storage

/// Tells how far a job's transfers are, as events: at most one in a second, fewer the longer it takes.
actor TransferMeter {
    private let world: World
    private let job: JobID
    private let begun: Timestamp
    private var arrived: [String: Int64] = [:]
    private var next: Timestamp

    init(world: World, job: JobID) {
        (self.world, self.job) = (world, job)
        begun = world.keeper.now()
        next = begun + .seconds(1)
    }

    /// Takes note of bytes of a file that are there.
    ///
    /// - Throws: ``StagingEnded`` when the job has ended meanwhile; storage errors.
    func note(_ name: String, bytes: Int64, of total: Int64?) async throws {
        arrived[name] = bytes
        let now = world.keeper.now()
        guard now >= next else { return }
        next = now + max(.seconds(1), (now - begun) / 20)
        try await tell(arrived.values.reduce(0, +), of: total, at: now)
    }

    /// Tells the end.
    func finish(total: Int64, sent: Int64) async throws {
        try await tell(sent, of: sent, at: world.keeper.now())
    }

    private func tell(_ bytes: Int64, of total: Int64?, at now: Timestamp) async throws {
        let elapsed = max(0.001, Double((now - begun).microseconds) / 1_000_000)
        let rate = Double(bytes) / elapsed
        var data: [String: JSONValue] = [
            "direction": "in", "bytes": .integer(bytes), "bytesPerSecond": .integer(Int64(rate)),
        ]
        if let total {
            data["totalBytes"] = .integer(total)
            if rate > 0 { data["remainingSeconds"] = .integer(Int64(Double(max(0, total - bytes)) / rate)) }
        }
        let fact = JobEvents.Fact(kind: .transfer, data: .object(data))
        let isOver = try await world.write { connection in
            try self.world.store.tell(fact, of: self.job, on: connection)?.state.isFinal ?? true
        }
        if isOver { throw StagingEnded() }
    }
}
