import Foundation

/// A value that is only ever touched under its lock.
///
/// `NSLock` and not `Synchronization.Mutex`, because ThreadSanitizer sees this one.
///
/// `@unchecked Sendable` is safe: `state` is private and every access holds `lock`.
final class Guarded<State>: @unchecked Sendable {
    private let lock = NSLock()
    private var state: State

    init(_ state: State) {
        self.state = state
    }

    func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&state)
    }
}
