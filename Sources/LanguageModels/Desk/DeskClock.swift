/// The time a desk lives by.
package protocol DeskClock: Sendable {
    /// Time since an origin of the clock's own; it never goes back.
    var now: Duration { get }

    /// Waits until a time; returns at once where it has passed.
    ///
    /// - Parameter time: a time since the clock's origin.
    /// - Throws: `CancellationError` promptly when the task is cancelled.
    func sleep(until time: Duration) async throws
}

/// The clock of the machine, which stands still for nobody.
package struct MachineClock: DeskClock {
    private let origin = ContinuousClock.now

    /// The clock, its origin now.
    package init() {}

    package var now: Duration { origin.duration(to: .now) }

    package func sleep(until time: Duration) async throws {
        try await ContinuousClock().sleep(until: origin.advanced(by: time))
    }
}

extension DeskClock {
    /// Does something for at most so long; what is not done by then is cancelled, and waited for.
    ///
    /// - Returns: nil when the time was over first, or the task is cancelled.
    func within<Value: Sendable>(
        _ patience: Duration,
        _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let end = now + patience
        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                try? await self.sleep(until: end)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
