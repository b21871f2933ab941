internal import Storage
internal import Synchronization

/// How many jobs wait to be sent, counted at most once a second.
///
/// A backlog without end would be accepted today and disappoint everybody tomorrow.
final class Backlog: Sendable {
    private static let memory = Duration.seconds(1)

    private let limit: Int
    private let counted = Mutex<(count: Int, at: ContinuousClock.Instant)?>(nil)

    init(limit: Int) { self.limit = limit }

    /// Refuses a further job when too many wait.
    ///
    /// - Throws: ``GatewayError`` of kind `tooManyJobs`, storage errors.
    func check(_ database: any Database) async throws {
        let known = counted.withLock { $0 }
        var count = known?.count ?? 0
        if known.map({ ContinuousClock.now - $0.at > Self.memory }) ?? true {
            count = try await database.read { try JobStore.waiting(on: $0) }
            counted.withLock { [count] in $0 = (count, .now) }
        }
        guard count >= limit else { return }
        throw GatewayError(
            .tooManyJobs,
            "\(count) jobs wait to be sent, which is as many as the gateway takes. Nothing was accepted; try again later."
        )
    }
}
