import Foundation

/// Where time comes from, so that tests own it.
package struct TimeSource: Sendable {
    /// The time in microseconds since 1970 UTC.
    package let now: @Sendable () -> Int64
    /// Waits for a while; throws `CancellationError` when the waiting task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void

    /// Makes a source of time from its two halves.
    package init(
        now: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's own clock.
    package static let system = TimeSource(
        now: { Int64((Date().timeIntervalSince1970 * 1_000_000).rounded(.down)) },
        sleep: { try await Task.sleep(for: $0) }
    )
}
