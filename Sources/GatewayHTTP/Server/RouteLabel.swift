internal import Gateway
internal import Synchronization

/// What the router knows of a request and the gate tells afterwards: the pattern of the route that answered, and how
/// the client stands with the limits.
final class RouteLabel: Sendable {
    private let pattern = Mutex("(none)")
    private let rate = Mutex<RateStanding?>(nil)

    var text: String {
        get { pattern.withLock { $0 } }
        set { pattern.withLock { $0 = newValue } }
    }

    var standing: RateStanding? {
        get { rate.withLock { $0 } }
        set { rate.withLock { $0 = newValue } }
    }
}
