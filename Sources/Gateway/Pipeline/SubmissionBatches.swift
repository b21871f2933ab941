internal import Storage

/// Hands out what waits for a site, each job once in a run.
actor SubmissionBatches {
    /// Attempts that travel in one remote command.
    private static let most = 100
    /// A run that goes on for longer begins anew, and its task is seen to be alive.
    private static let longest = Duration.seconds(60)

    private let world: World
    private let lane: Lane
    private let trains: Int
    private let end: Timestamp
    /// Handed out, and not handed back.
    private var underWay: Set<JobID> = []
    /// Handed back, and perhaps not settled.
    private var handedBack: Set<JobID> = []
    private var isStopped = false
    /// Whether jobs may be left that could be sent now.
    private(set) var isCutShort = false

    init(world: World, lane: Lane, trains: Int) {
        (self.world, self.lane, self.trains) = (world, lane, trains)
        end = world.keeper.now() + Self.longest
    }

    /// Nothing more is handed out.
    func stop() { isStopped = true }

    /// What waits now, as far as one command would take it; nothing is handed out.
    func preview() async throws -> [Job] { try await waiting(limit: Self.most) }

    /// The next jobs, those under way first, then by priority; nil when none waits that was not handed out before.
    ///
    /// What waits is shared among those who ask, so that all have something to do.
    func next() async throws -> [Job]? {
        while !isStopped {
            if world.keeper.now() > end {
                isCutShort = true
                return nil
            }
            let limit = Self.most + underWay.count + handedBack.count
            let waiting = try await waiting(limit: limit)
            // Only from here to the return nobody comes between.
            handedBack.formIntersection(waiting.map(\.id))
            let fresh = waiting.filter { !underWay.contains($0.id) && !handedBack.contains($0.id) }
            guard !fresh.isEmpty else {
                // Somebody else was handed all of them while the database was asked, and there are more.
                if waiting.count == limit { continue }
                return nil
            }
            let share = min(Self.most, (fresh.count + trains - 1) / trains)
            let batch = Array(fresh.prefix(share))
            underWay.formUnion(batch.map(\.id))
            return batch
        }
        return nil
    }

    /// Takes note that everything that could be done for some jobs in this run was done.
    func handBack(_ batch: [Job]) {
        let ids = batch.map(\.id)
        underWay.subtract(ids)
        handedBack.formUnion(ids)
    }

    private func waiting(limit: Int) async throws -> [Job] {
        try await world.database.read { [world, lane] connection in
            try world.store.submitting(lane: lane, limit: limit, on: connection)
        }
    }
}
