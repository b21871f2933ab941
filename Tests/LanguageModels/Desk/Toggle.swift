import Synchronization

/// Something a test turns on and off while others look.
final class Toggle: Sendable {
    private let state = Mutex(false)

    var isOn: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
