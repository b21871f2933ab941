/// Work somebody wants done, not before a time.
package struct TaskRequest: Sendable, Hashable {
    /// Which handler does it.
    package var kind: String
    /// At most one living task of a kind bears a key; asking again moves that one.
    ///
    /// Nil: every request is a task.
    package var key: String?
    /// What the handler needs to know, as JSON text.
    package var payload: String
    /// Higher goes first among the tasks of a kind that are due.
    package var priority: Int
    /// Not before this time, in microseconds since 1970 UTC; nil is at once.
    package var runAt: Int64?
    /// How many runs may fail before the task is put aside as dead; at least 1.
    package var maximumAttempts: Int
    /// How long one run may take, in seconds; at least 1.
    package var timeoutSeconds: Int

    /// Describes work; what is left out is the usual.
    package init(
        kind: String,
        key: String? = nil,
        payload: String = "{}",
        priority: Int = 0,
        runAt: Int64? = nil,
        maximumAttempts: Int = 10,
        timeoutSeconds: Int = 300
    ) {
        self.kind = kind
        self.key = key
        self.payload = payload
        self.priority = priority
        self.runAt = runAt
        self.maximumAttempts = maximumAttempts
        self.timeoutSeconds = timeoutSeconds
    }
}
