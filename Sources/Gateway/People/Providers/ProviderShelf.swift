internal import Attestation

/// What is known of a provider, and when to ask it again: decisions on values, no effects.
struct ProviderShelf: Sendable {
    /// What the provider said of itself.
    struct Knowledge: Sendable {
        let metadata: ProviderMetadata
        let keys: JSONWebKeySet
        /// Which answer of the provider it is, from 1.
        let serial: Int
        let fetchedAt: Timestamp
        /// Until when it is used without asking again.
        let freshUntil: Timestamp
    }

    enum Decision {
        case use(Knowledge)
        case fetch
        case unavailable
    }

    /// How long keys are used while the provider does not answer.
    static let longestUse = Duration.seconds(24 * 3600)
    /// After a failure, when to ask again.
    static let pauseAfterFailure = Duration.seconds(5)
    /// How often tokens of unknown keys may make the gateway ask: anybody can send one.
    static let pauseOfUnknownKeys = Duration.seconds(30)

    private(set) var knowledge: Knowledge?
    private var failedAt: Timestamp?
    private var forcedAt: Timestamp?

    /// What to do for somebody who needs keys, or who lacked one in the answer `seen`.
    func decide(lacks seen: Int?, at now: Timestamp) -> Decision {
        let mayAsk = failedAt.map { now - $0 >= Self.pauseAfterFailure || now < $0 } ?? true
        guard let knowledge else { return mayAsk ? .fetch : .unavailable }
        let isUsable = now - knowledge.fetchedAt < Self.longestUse
        if let seen {
            // Somebody else may have asked meanwhile.
            if knowledge.serial > seen { return .use(knowledge) }
            let mayForce = forcedAt.map { now - $0 >= Self.pauseOfUnknownKeys || now < $0 } ?? true
            if mayAsk, mayForce { return .fetch }
        } else if now >= knowledge.freshUntil, mayAsk {
            return .fetch
        }
        return isUsable ? .use(knowledge) : .unavailable
    }

    /// Notes that the provider is asked because of an unknown key.
    mutating func noteForced(at now: Timestamp) { forcedAt = now }

    mutating func keep(_ knowledge: Knowledge) { (self.knowledge, failedAt) = (knowledge, nil) }

    mutating func noteFailure(at now: Timestamp) { failedAt = now }

    /// How long an answer is fresh: its `Cache-Control: max-age` (RFC 9111 §5.2.2.1), from 5 minutes to 24 hours.
    static func freshness(_ field: String?) -> Duration {
        let words = (field ?? "").lowercased().split { $0 == "," || $0 == " " }
        let age = words.first { $0.hasPrefix("max-age=") }.flatMap { Int64($0.dropFirst(8)) } ?? 3600
        return .seconds(min(max(age, 300), 86_400))
    }
}
