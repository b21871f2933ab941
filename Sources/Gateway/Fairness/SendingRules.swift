internal import Storage

/// How many jobs may be at a site, and of whom.
struct SendingRules: Sendable, Hashable {
    /// By which way they go.
    let lane: Lane
    /// The most jobs of the gateway that Slurm holds there; nil for no limit.
    let maximumActive: Int?
    /// The most jobs of one person that Slurm holds, at all sites; nil for no limit.
    let maximumPerPerson: Int?

    /// Why jobs wait although their site could be asked.
    enum Hindrance: Sendable, Hashable {
        /// The site has as many as it may.
        case site
        /// These people have as many as they may.
        case people([String])
    }

    /// What a job is told that waits for room at its site; the same for all and always, so it is written once.
    var siteReason: String {
        "Slurm at \(lane.site) holds as many jobs of this gateway as it may; this one is sent when others have ended."
    }

    /// What a job is told whose owner has enough of them at sites.
    static let personReason =
        "As many of your jobs are at sites as a person may have there; this one is sent when others have ended."
}

/// What is sent next to a site.
struct NextJobs: Sendable {
    /// In the order of sending; those under way first.
    var jobs: [Job]
    /// Why others wait that could be sent.
    var hindrance: SendingRules.Hindrance?
}

extension JobStore {
    /// Jobs of a site whose submission is waited for: those under way first, then by class and fair share.
    func submitting(_ rules: SendingRules, limit: Int, on connection: any StorageConnection) throws -> NextJobs {
        let underWay = try FairShareStore.underWay(lane: rules.lane, limit: limit, on: connection)
        let most = limit - underWay.count
        guard most > 0 else { return NextJobs(jobs: underWay, hindrance: nil) }
        let shares = try FairShareStore.shares(lane: rules.lane, on: connection)
        guard !shares.isEmpty else { return NextJobs(jobs: underWay, hindrance: nil) }
        let rooms = try rules.rooms(of: Set(shares.map(\.owner)), on: connection)
        let room = try rules.room(on: connection)
        let turns = FairShare.turns(
            shares,
            used: try FairShareStore.used(site: rules.lane.site, at: now, on: connection),
            rooms: rooms,
            limit: min(most, room ?? most)
        )
        var ids: [Turn: [String]] = [:]
        for (turn, same) in Dictionary(grouping: turns, by: { $0 }) {
            ids[turn] = try FairShareStore.next(turn, lane: rules.lane, limit: same.count, on: connection).reversed()
        }
        let inOrder = turns.compactMap { ids[$0]?.popLast() }
        let jobs = try FairShareStore.jobs(inOrder, on: connection)
        let waiting = shares.reduce(0) { $0 + $1.waiting }
        guard turns.count < min(most, waiting) else { return NextJobs(jobs: underWay + jobs, hindrance: nil) }
        let isFull = room.map { turns.count >= $0 } ?? false
        let full = rooms.filter { room in room.value <= turns.count { $0.owner == room.key } }.map(\.key).sorted()
        return NextJobs(jobs: underWay + jobs, hindrance: isFull ? .site : .people(full))
    }

    /// Those of some jobs that may be sent now, each noted as its owner's use.
    ///
    /// Whoever sends to the same site, or for the same people, passes here one after another, so that no limit is
    /// exceeded by two at once.
    func claim(_ jobs: [Job], _ rules: SendingRules, on connection: any StorageConnection) throws -> [Job] {
        let fresh = jobs.filter { $0.submission == .ready }
        guard !fresh.isEmpty else { return jobs }
        try rules.lock(Set(fresh.map(\.owner)), on: connection)
        var room = try rules.room(on: connection)
        var rooms = try rules.rooms(of: Set(fresh.map(\.owner)), on: connection)
        var sent: [String: Double] = [:]
        // Cancelled, or sent by somebody else meanwhile: it takes nobody's room.
        let still = Set(
            try FairShareStore.jobs(fresh.map(\.id.text), on: connection).filter { $0.submission == .ready }.map(\.id)
        )
        let allowed = jobs.filter { job in
            guard still.contains(job.id) else { return true }
            guard room.map({ $0 > 0 }) ?? true, rooms[job.owner].map({ $0 > 0 }) ?? true else { return false }
            room = room.map { $0 - 1 }
            rooms[job.owner] = rooms[job.owner].map { $0 - 1 }
            sent[job.owner, default: 0] += Double(max(1, job.arrayCount ?? 1))
            return true
        }
        try FairShareStore.note(sent, site: rules.lane.site, at: now, on: connection)
        return allowed
    }
}

extension SendingRules {
    /// How many more jobs may go to the site; nil for no limit.
    fileprivate func room(on connection: any StorageConnection) throws -> Int? {
        try maximumActive.map { max(0, $0 - (try FairShareStore.active(site: lane.site, on: connection))) }
    }

    /// How many more jobs of each person may be sent; who has no limit has no entry.
    fileprivate func rooms(of owners: Set<String>, on connection: any StorageConnection) throws -> [String: Int] {
        guard let maximumPerPerson else { return [:] }
        let exempt = try FairShareStore.exempt(on: connection)
        return try owners.subtracting(exempt).reduce(into: [:]) { rooms, owner in
            rooms[owner] = max(0, maximumPerPerson - (try FairShareStore.active(owner: owner, on: connection)))
        }
    }

    fileprivate func lock(_ owners: Set<String>, on connection: any StorageConnection) throws {
        if maximumActive != nil { try connection.lock("sending to \(lane.site)") }
        guard maximumPerPerson != nil else { return }
        for owner in owners.sorted() { try connection.lock("sending for \(owner)") }
    }
}
