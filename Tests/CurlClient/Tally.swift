import Synchronization

/// A number that many tasks add to.
final class Tally: Sendable {
    private let count = Mutex(0)

    var total: Int { count.withLock { $0 } }

    func add(_ more: Int) { count.withLock { $0 += more } }
}
