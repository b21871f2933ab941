/// A limit on how long an answer may take.
enum Deadline {
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
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
