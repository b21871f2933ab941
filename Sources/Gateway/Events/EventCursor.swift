internal import Synchronization

/// What one read of a job's events gave.
struct EventBatch: Sendable {
    let events: [JobEvent]
    let isOver: Bool
}

/// A reader who waits for wake-ups of one job.
final class Follower: Sendable {
    private let continuation: AsyncStream<Void>.Continuation
    private let hasNews = Mutex(true)

    /// A follower and its wake-ups.
    ///
    /// The follower does not hold the stream: it ends, and `onEnd` is called, when its one reader has gone.
    static func make(onEnd: @escaping @Sendable () -> Void) -> (follower: Follower, wakeUps: AsyncStream<Void>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuation.onTermination = { _ in onEnd() }
        return (Follower(continuation), stream)
    }

    private init(_ continuation: AsyncStream<Void>.Continuation) { self.continuation = continuation }

    /// Wakes it; without news only to show that the feed is alive.
    func wake(hasNews isNews: Bool) {
        if isNews { hasNews.withLock { $0 = true } }
        continuation.yield()
    }

    func finish() { continuation.finish() }

    /// Whether there is something to read, asked once for each piece of news.
    func takeNews() -> Bool {
        hasNews.withLock { hasNews in
            defer { hasNews = false }
            return hasNews
        }
    }
}

/// Reads under way that others may share: only such as began after the latest wake-up.
struct SharedReads {
    private struct Key: Hashable {
        let id: JobID
        let sequence: Int
        let generation: Int
    }

    /// Counts wake-ups.
    private(set) var generation = 0
    private var waiting: [Key: [CheckedContinuation<EventBatch, any Error>]] = [:]

    mutating func startAnew() { generation += 1 }

    /// Whether the caller is the first, and must read.
    mutating func begin(_ id: JobID, _ sequence: Int) -> Bool {
        let key = Key(id: id, sequence: sequence, generation: generation)
        if waiting[key] != nil { return false }
        waiting[key] = []
        return true
    }

    /// Waits for the read of the first.
    mutating func join(_ id: JobID, _ sequence: Int, _ continuation: CheckedContinuation<EventBatch, any Error>) {
        waiting[Key(id: id, sequence: sequence, generation: generation), default: []].append(continuation)
    }

    /// Those who waited for a read that has ended.
    mutating func end(
        _ id: JobID,
        _ sequence: Int,
        _ generation: Int
    ) -> [CheckedContinuation<EventBatch, any Error>] {
        waiting.removeValue(forKey: Key(id: id, sequence: sequence, generation: generation)) ?? []
    }
}

/// One reader's place in the events of a job.
actor EventCursor {
    private let id: JobID
    private let feed: EventFeed
    private var sequence: Int
    private var buffered: ArraySlice<JobEvent> = []
    private var follower: Follower?
    private var wakeUps: AsyncStream<Void>.Iterator?
    private var isFinished = false

    init(id: JobID, after sequence: Int, feed: EventFeed) {
        self.id = id
        self.sequence = sequence
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
            let follower = await listen()
            if follower.takeNews(), try await refill() { continue }
            if isWoken { return .some(nil) }
            guard var iterator = wakeUps else { return nil }
            let woken: Void? = await iterator.next(isolation: self)
            wakeUps = iterator
            if woken == nil { return nil }
            isWoken = true
        }
        return nil
    }

    private func listen() async -> Follower {
        if let follower { return follower }
        let (new, stream) = await feed.follow(id)
        follower = new
        wakeUps = stream.makeAsyncIterator()
        return new
    }

    /// Reads what was written since; says whether anything was, or the job had ended before.
    private func refill() async throws -> Bool {
        let batch = try await feed.batch(of: id, after: sequence)
        buffered = batch.events[...]
        if batch.isOver { isFinished = true }
        return !batch.events.isEmpty || batch.isOver
    }
}
