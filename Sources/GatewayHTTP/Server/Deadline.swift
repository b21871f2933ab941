internal import ServiceLifecycle

/// A limit on how long an answer may take.
enum Deadline {
    /// How long a request under way may still take when the gateway is asked to stop.
    private static let farewell = Duration.seconds(5)

    /// Runs a body and gives up on it after a time.
    ///
    /// - Throws: what the body throws, or a `timeout` problem.
    static func within<Value: Sendable>(
        _ limit: Duration,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw Problem(kind: .timeout, detail: "No answer within \(limit). Try again later.")
            }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: min(farewell, limit))
                throw Problem(kind: .timeout, detail: "The gateway is stopping. Try again at once.")
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
