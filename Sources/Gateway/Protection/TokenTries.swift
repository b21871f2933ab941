internal import Synchronization

/// Stops those who try tokens: an address that sent too many wrong ones is not asked in again for a while.
///
/// Tokens that were good before go on working from there, so that nobody is locked out by a neighbour.
package final class TokenTries: Sendable {
    /// The most good tokens that are remembered; beyond them the memory begins anew.
    private static let most = 50_000

    private let limiter: RateLimiter
    /// Hashes by a key of this process: nobody can compute one, and no token can be read from it.
    private let good = Mutex<Set<Int>>([])

    /// Nothing tried yet.
    ///
    /// - Parameter limiter: counts the wrong tokens.
    package init(_ limiter: RateLimiter) { self.limiter = limiter }

    /// Whether a token may be looked up.
    ///
    /// - Parameters:
    ///   - token: what was sent.
    ///   - subject: who sent it, by address.
    /// - Returns: nil when it may; else how the sender stands.
    package func refusal(_ token: String, from subject: RateSubject) -> RateStanding? {
        guard let standing = limiter.look(.badTokens, subject), standing.retryAfterSeconds != nil else { return nil }
        return good.withLock { $0.contains(token.hashValue) } ? nil : standing
    }

    /// Takes note of what a look-up came to.
    ///
    /// - Parameters:
    ///   - token: what was sent.
    ///   - isGood: whether somebody holds it.
    ///   - subject: who sent it, by address.
    package func tried(_ token: String, isGood: Bool, from subject: RateSubject) {
        guard isGood else {
            _ = limiter.count(.badTokens, subject)
            return
        }
        good.withLock { good in
            if good.count >= Self.most { good = [] }
            good.insert(token.hashValue)
        }
    }
}
