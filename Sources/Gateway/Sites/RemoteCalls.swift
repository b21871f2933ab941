internal import Metrics
internal import SSHClient
internal import Slurm

/// What is counted of remote calls: how many, how they ended, how long they took.
///
/// Labels are the site's name, the command's type and the kind of failure: never a text from elsewhere.
struct RemoteCalls: Sendable {
    let site: String

    /// Runs a call and counts it.
    func counted<T>(_ command: String, _ body: () async throws -> T) async throws -> T {
        let begun = ContinuousClock.now
        do {
            let value = try await body()
            record(command, "done", since: begun)
            return value
        } catch {
            record(command, Self.label(error), since: begun)
            throw error
        }
    }

    private func record(_ command: String, _ result: String, since begun: ContinuousClock.Instant) {
        let labels = [("site", site), ("command", command)]
        Counter(label: "farfield_remote_calls_total", dimensions: labels + [("result", result)]).increment()
        Timer(label: "farfield_remote_call_seconds", dimensions: labels).recordNanoseconds(
            (ContinuousClock.now - begun).microseconds * 1000
        )
    }

    /// The kind of a failure in one word.
    static func label(_ error: any Error) -> String {
        switch error {
        case let error as SSHError: error.label
        case SlurmError.unreadableAnswer: "unreadable_answer"
        case is SlurmError: "refused_value"
        case is CancellationError: "cancelled"
        default: "other"
        }
    }
}
