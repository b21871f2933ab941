/// What a limit of requests is about.
package enum RateClass: String, Sendable, Hashable, CaseIterable {
    /// Looking at things, by token.
    case reads
    /// Changing things, by token.
    case writes
    /// Sending jobs, by token.
    case submissions
    /// Proving who one is, by address.
    case logins
    /// Requests without a valid token, by address.
    case anonymous
    /// Tokens that nobody holds, by address.
    case badTokens

    /// Operations that send jobs.
    private static let sending: Set<Operation> = [.submitJob, .replayJob, .replayAnalysis]
    /// Operations by which people prove who they are.
    private static let provingIdentity: Set<Operation> = [.signIn]
    /// Operations that answer however often they are asked: those who watch over the gateway must never be blind.
    private static let unlimited: Set<Operation> = [.watchHealth, .readMetrics]

    /// Whether it counts by the client's address, whoever asks.
    package var isByAddress: Bool {
        switch self {
        case .logins, .anonymous, .badTokens: true
        case .reads, .writes, .submissions: false
        }
    }

    /// What a request counts as; nil when it is not counted.
    ///
    /// - Parameters:
    ///   - operation: what is asked for.
    ///   - isReading: whether its method changes nothing.
    ///   - isKnown: whether it came with a valid token.
    /// - Returns: the class.
    package static func of(_ operation: Operation, isReading: Bool, isKnown: Bool) -> RateClass? {
        if unlimited.contains(operation) { return nil }
        if provingIdentity.contains(operation) { return .logins }
        guard isKnown else { return .anonymous }
        if sending.contains(operation) { return .submissions }
        return isReading ? .reads : .writes
    }
}

/// So many requests in so long a time.
package struct RateLimit: Sendable, Hashable {
    /// Requests, 1 to 1,000,000,000.
    package let quota: Int
    /// The time, in seconds, 1 to 86,400.
    package let windowSeconds: Int

    /// A limit.
    package init(quota: Int, windowSeconds: Int) {
        self.quota = quota
        self.windowSeconds = windowSeconds
    }

    /// Reads `6000/1m`, `10/s`; nil when it is neither.
    ///
    /// - Parameter text: requests, a slash, and a time.
    package init?(_ text: String) {
        guard let match = text.wholeMatch(of: /([0-9]{1,10})\/([0-9]{0,5})([smhd])/), let quota = Int(match.1) else {
            return nil
        }
        let units: [Substring: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let seconds = (match.2.isEmpty ? 1 : Int(match.2) ?? 0) * (units[match.3] ?? 0)
        guard (1...1_000_000_000).contains(quota), (1...86_400).contains(seconds) else { return nil }
        self.init(quota: quota, windowSeconds: seconds)
    }
}

/// How many requests of each class are answered; a class without a limit is not counted.
package typealias RatePolicy = [RateClass: RateLimit]

extension RatePolicy {
    /// More than a person or a program of theirs needs, and less than hurts.
    package static let standard: RatePolicy = [
        .reads: RateLimit(quota: 120_000, windowSeconds: 60),
        .writes: RateLimit(quota: 30_000, windowSeconds: 60),
        .submissions: RateLimit(quota: 12_000, windowSeconds: 60),
        .logins: RateLimit(quota: 120, windowSeconds: 60),
        .anonymous: RateLimit(quota: 12_000, windowSeconds: 60),
        .badTokens: RateLimit(quota: 600, windowSeconds: 60),
    ]
}
