import Synchronization

/// A clock on which every sleep is over at once, and counted.
final class ImpatientClock: Clock {
    private let total = Mutex(Duration.zero)

    var slept: Duration { total.withLock { $0 } }

    var now: Instant { Instant(offset: slept) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        total.withLock { $0 = max($0, deadline.offset) }
    }

    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }
}
