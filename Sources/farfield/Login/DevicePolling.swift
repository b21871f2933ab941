/// When to ask the provider again whether the person has decided (RFC 8628 §3.5).
struct DevicePolling {
    /// What to do next.
    enum Step: Equatable {
        case wait(Duration)
        /// It is over, for this reason.
        case end(String)
    }

    /// The least time between two polls.
    private(set) var interval: Duration
    private let deadline: ContinuousClock.Instant

    /// - Parameters:
    ///   - interval: Seconds the provider named, if it did.
    ///   - lifetime: Seconds for which the code is valid.
    ///   - start: When the code was given.
    init(interval: Int?, lifetime: Int, start: ContinuousClock.Instant) {
        self.interval = .seconds(max(1, interval ?? 5))
        deadline = start + .seconds(lifetime)
    }

    /// After the provider refused with an error code.
    mutating func next(after refusal: IdentityProvider.Refusal, at now: ContinuousClock.Instant) -> Step {
        switch refusal.error {
        case "authorization_pending": break
        case "slow_down": interval += .seconds(5)
        case "access_denied": return .end("the login was refused at the provider")
        case "expired_token": return .end(Self.late)
        default: return .end("the provider refused the login: \(refusal.text)")
        }
        return step(at: now)
    }

    /// After the provider did not answer: less often from then on.
    mutating func next(afterOutageAt now: ContinuousClock.Instant) -> Step {
        interval = min(interval * 2, .seconds(60))
        return step(at: now)
    }

    private func step(at now: ContinuousClock.Instant) -> Step {
        now + interval < deadline ? .wait(interval) : .end(Self.late)
    }

    private static let late = "nobody confirmed the login while the code was valid; try again"
}
