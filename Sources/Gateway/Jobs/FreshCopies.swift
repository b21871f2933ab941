internal import Synchronization

/// What was read, kept for as long as nothing was committed since.
///
/// Many who watch the same jobs ask again and again; between two commits the answer is the same for all of them.
package final class FreshCopies<Value: Sendable>: Sendable {
    private struct State {
        var commits: UInt64 = 0
        var values: [String: Value] = [:]
    }

    private let state = Mutex(State())
    private let most: Int

    /// An empty shelf.
    ///
    /// - Parameter most: how many values are kept at most.
    package init(most: Int = 10_000) { self.most = most }

    /// What is kept under a name.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - commits: the database's count now; nil where it has none, and nothing is kept.
    /// - Returns: nil when nothing is, or something was committed since it was read.
    package func value(_ name: String, at commits: UInt64?) -> Value? {
        state.withLock { $0.commits == commits ? $0.values[name] : nil }
    }

    /// Keeps a value.
    ///
    /// - Parameters:
    ///   - value: what was read.
    ///   - name: its name.
    ///   - commits: the database's count before it was read.
    package func keep(_ value: Value, as name: String, at commits: UInt64?) {
        guard let commits else { return }
        state.withLock { state in
            // What a slower reader brings is older than what is here.
            guard commits >= state.commits else { return }
            if commits > state.commits || state.values.count >= most { state.values = [:] }
            state.commits = commits
            state.values[name] = value
        }
    }
}
