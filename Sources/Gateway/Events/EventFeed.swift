internal import ServiceLifecycle
package import Storage

/// Wakes those who follow a job when something about it was written.
///
/// A wake-up is only a hint: followers read the table again, so nothing is lost when one is missed.
package actor EventFeed: Service {
    private let database: any Database
    private var followers: [JobID: [Int: Follower]] = [:]
    private var reads = SharedReads()
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
                    while (try? await Task.sleep(for: self.heartbeat)) != nil { await self.beat() }
                }
            }
        }
        for follower in followers.values.flatMap(\.values) { follower.finish() }
        followers = [:]
    }

    /// How many readers follow jobs now.
    package var followerCount: Int { followers.values.reduce(0) { $0 + $1.count } }

    private func wake(_ payload: String) {
        // Reads that began before now may not show what was written.
        reads.startAnew()
        if let id = JobID(payload) {
            for follower in followers[id, default: [:]].values { follower.wake(hasNews: true) }
        } else {
            for follower in followers.values.flatMap(\.values) { follower.wake(hasNews: true) }
        }
    }

    /// Lets every follower know that the feed is alive; nobody reads for it.
    private func beat() {
        for follower in followers.values.flatMap(\.values) { follower.wake(hasNews: false) }
    }

    /// Events after a sequence number, and whether the job had ended before them.
    ///
    /// Followers of one job that are woken together share one read.
    func batch(of id: JobID, after sequence: Int) async throws -> EventBatch {
        while !reads.begin(id, sequence) {
            do {
                return try await withCheckedThrowingContinuation { reads.join(id, sequence, $0) }
            } catch is CancellationError where !Task.isCancelled {
                // The one who read for all has gone away.
            }
        }
        let generation = reads.generation
        let result: Result<EventBatch, any Error>
        do {
            result = .success(
                try await database.read { connection in
                    let events = try EventStore.events(of: id, after: sequence, limit: 500, on: connection)
                    return EventBatch(
                        events: events,
                        isOver: try events.isEmpty && EventStore.isOver(id, on: connection)
                    )
                }
            )
        } catch {
            result = .failure(error)
        }
        for waiting in reads.end(id, sequence, generation) { waiting.resume(with: result) }
        return try result.get()
    }

    /// Wake-ups of one job; the stream ends with the feed.
    func follow(_ id: JobID) -> (follower: Follower, wakeUps: AsyncStream<Void>) {
        let number = nextNumber
        nextNumber += 1
        // The callback is synchronous, so leaving the list needs a task of its own.
        let pair = Follower.make { Task { await self.leave(id, number) } }
        followers[id, default: [:]][number] = pair.follower
        return pair
    }

    private func leave(_ id: JobID, _ number: Int) {
        followers[id]?[number] = nil
        if followers[id]?.isEmpty == true { followers[id] = nil }
    }

    /// Events of a job: first those already written, then new ones, until the last; nil is a heartbeat.
    nonisolated func stream(of id: JobID, after sequence: Int) -> AsyncThrowingStream<JobEvent?, any Error> {
        let cursor = EventCursor(id: id, after: sequence, feed: self)
        return AsyncThrowingStream { try await cursor.next() }
    }
}
