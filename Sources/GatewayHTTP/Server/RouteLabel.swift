internal import Synchronization

/// The pattern of the route that answered, written by the router and read by the metrics.
final class RouteLabel: Sendable {
    private let pattern = Mutex("(none)")

    var text: String {
        get { pattern.withLock { $0 } }
        set { pattern.withLock { $0 = newValue } }
    }
}
