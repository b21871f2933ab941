/// How long to wait after a message was not taken.
enum WebhookPauses {
    /// After the first, second… refusal of one message: the schedule that Standard Webhooks recommends, 3 days in all.
    private static let afterRefusal: [Duration] = [
        .seconds(5), .seconds(300), .seconds(1800), .seconds(2 * 3600), .seconds(5 * 3600), .seconds(10 * 3600),
        .seconds(14 * 3600), .seconds(20 * 3600), .seconds(24 * 3600),
    ]
    private static let longestRest = Duration.seconds(300)

    /// How long a receiver may be away before its webhook is disabled.
    static let patience = Duration.seconds(3 * 86_400)
    /// How long what was delivered is remembered.
    static let deliveredMemory = Duration.seconds(3 * 86_400)
    /// How long what was given up is remembered, and can be sent again.
    static let failedMemory = Duration.seconds(30 * 86_400)

    /// The pause before the same message is sent again; nil when it is given up.
    ///
    /// - Parameters:
    ///   - attempts: how often it was sent, at least once.
    ///   - random: a number from 0 up to 1; up to a tenth is added, so that many do not come back at once.
    /// - Returns: the pause.
    static func afterRefusal(attempts: Int, random: Double) -> Duration? {
        guard attempts <= afterRefusal.count else { return nil }
        return stretched(afterRefusal[max(attempts, 1) - 1], random)
    }

    /// How long a receiver that is away is left alone: 5 s, 10 s… 5 min, or as long as it asks for.
    ///
    /// - Parameters:
    ///   - failures: how often in a row it was away, at least once.
    ///   - asked: what its `Retry-After` said, in seconds.
    ///   - random: a number from 0 up to 1.
    /// - Returns: the pause.
    static func rest(failures: Int, asked: Int?, random: Double) -> Duration {
        let doubled = Duration.seconds(5) * (1 << min(max(failures - 1, 0), 10))
        return max(stretched(min(doubled, longestRest), random), .seconds(asked ?? 0))
    }

    private static func stretched(_ pause: Duration, _ random: Double) -> Duration { pause + pause * (random / 10) }
}
