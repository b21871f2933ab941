internal import ServiceLifecycle
package import Storage

/// Wakes those who follow a job when something about it was written.
///
/// A wake-up is only a hint: followers read the table again, so nothing is lost when one is missed.
package actor EventFeed: Service {
    private let database: any Database
    private var followers: [JobID: [Int: AsyncStream<Void>.Continuation]] = [:]
    private var nextNumber = 0
    private let heartbeat: Duration

    /// A feed of one database.
    ///
    /// - Parameters:
    ///   - database: where the events are.
    ///   - heartbeat: how often every follower hears that the feed is alive.
    package init(database: any Database, heartbeat: Duration = .seconds(15)) {
        self.database = database
        self.heartbeat = heartbeat
    }

    /// Listens until the service group shuts down; then every stream ends.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await payload in self.database.signals(JobStore.channel) { await self.wake(payload) }
                }
                group.addTask {
                    while (try? await Task.sleep(for: self.heartbeat)) != nil { await self.wake("") }
                }
            }
        }
        for continuations in followers.values { for continuation in continuations.values { continuation.finish() } }
        followers = [:]
    }

    /// How many readers follow jobs now.
    package var followerCount: Int { followers.values.reduce(0) { $0 + $1.count } }

    private func wake(_ payload: String) {
        if let id = JobID(payload) {
            for continuation in followers[id, default: [:]].values { continuation.yield() }
        } else {
            for continuations in followers.values { for continuation in continuations.values { continuation.yield() } }
        }
    }

    /// Wake-ups of one job; the stream ends with the feed.
    func wakeUps(of id: JobID) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = nextNumber
        nextNumber += 1
        followers[id, default: [:]][number] = continuation
        // The callback is synchronous, so leaving the list needs a task of its own.
        continuation.onTermination = { _ in Task { await self.leave(id, number) } }
        return stream
    }

    private func leave(_ id: JobID, _ number: Int) {
        followers[id]?[number] = nil
        if followers[id]?.isEmpty == true { followers[id] = nil }
    }

    /// Events of a job: first those already written, then new ones, until the last; nil is a heartbeat.
    nonisolated func stream(of id: JobID, after sequence: Int) -> AsyncThrowingStream<JobEvent?, any Error> {
        let cursor = EventCursor(id: id, after: sequence, database: database, feed: self)
        return AsyncThrowingStream { try await cursor.next() }
    }
}

/// One reader's place in the events of a job.
private actor EventCursor {
    private let id: JobID
    private let database: any Database
    private let feed: EventFeed
    private var sequence: Int
    private var buffered: ArraySlice<JobEvent> = []
    private var wakeUps: AsyncStream<Void>.Iterator?
    private var isFinished = false

    init(id: JobID, after sequence: Int, database: any Database, feed: EventFeed) {
        self.id = id
        self.sequence = sequence
        self.database = database
        self.feed = feed
    }

    /// The next event, nil inside for a heartbeat, nil outside at the end.
    func next() async throws -> JobEvent?? {
        var isWoken = false
        while !isFinished {
            if let event = buffered.popFirst() {
                sequence = event.sequence
                isFinished = event.isLast
                return event
            }
            // Listen before reading, so that nothing written in between is missed.
            if wakeUps == nil { wakeUps = await feed.wakeUps(of: id).makeAsyncIterator() }
            if try await refill() { continue }
            if isWoken { return .some(nil) }
            guard var iterator = wakeUps else { return nil }
            let woken: Void? = await iterator.next(isolation: self)
            wakeUps = iterator
            if woken == nil { return nil }
            isWoken = true
        }
        return nil
    }

    /// Reads what was written since; says whether anything was, or the job had ended before.
    private func refill() async throws -> Bool {
        let (id, sequence) = (id, sequence)
        let (events, isOver) = try await database.read { connection in
            let events = try EventStore.events(of: id, after: sequence, limit: 500, on: connection)
            let isOver = try events.isEmpty && EventStore.isOver(id, on: connection)
            return (events, isOver)
        }
        buffered = events[...]
        if isOver { isFinished = true }
        return !events.isEmpty || isOver
    }
}
