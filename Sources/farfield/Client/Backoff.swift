/// How long to wait between attempts to reach the gateway again, and when to give up.
struct Backoff {
    /// After so long without any answer there is no further attempt.
    static let patience: Duration = .seconds(600)

    private var pause: Duration?
    private var failingSince: ContinuousClock.Instant?

    /// After a success: the next failure starts from the shortest pause.
    mutating func reset() {
        pause = nil
        failingSince = nil
    }

    /// The pause before the next attempt, doubling up to 30 s; `nil` once patience is over.
    ///
    /// `now` is when the attempt failed; `asked` is the first pause, if the server named one.
    mutating func next(at now: ContinuousClock.Instant, asked: Duration? = nil) -> Duration? {
        let since = failingSince ?? now
        failingSince = since
        guard now - since < Self.patience else { return nil }
        let next = pause.map { min($0 * 2, .seconds(30)) } ?? max(.milliseconds(500), asked ?? .zero)
        pause = next
        return next
    }
}
