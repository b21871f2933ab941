internal import Synchronization

/// Whom a limit counts.
package enum RateSubject: Sendable, Hashable {
    /// The holder of a token or session.
    case credential(String)
    /// A client by its address: all of IPv4, the first 64 bits of IPv6, which one customer has for themselves.
    case network(UInt64)
    /// Everybody for whom there is no room to count them one by one, and whose address is not known.
    case others
}

/// How somebody stands after a request was counted.
package struct RateStanding: Sendable, Hashable {
    /// Which limit it is.
    package let rateClass: RateClass
    /// The limit.
    package let limit: RateLimit
    /// Requests that would be answered now.
    package let remaining: Int
    /// Seconds until the whole quota is there again.
    package let resetSeconds: Int
    /// Seconds to wait before the next try; nil when the request may be answered.
    package let retryAfterSeconds: Int?
}

/// Counts requests against limits: a token bucket for each class and subject, in the memory of this gateway alone.
///
/// A bucket is one number, the moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371).
/// The memory is bounded: who comes when there are ``most`` buckets in use shares one with the others that come late,
/// so nobody gets a new quota by making the table overflow.
package final class RateLimiter: Sendable {
    /// The most buckets of one class.
    package static let most = 50_000
    /// How long there is no look for buckets that are full again after there was one, in nanoseconds.
    private static let sweepPause: Int64 = 1_000_000_000

    private struct Buckets {
        var fullAt: [RateSubject: Int64] = [:]
        var sweptAt = Int64.min
    }

    private final class Counter: Sendable {
        let limit: RateLimit
        let buckets = Mutex(Buckets())

        init(_ limit: RateLimit) { self.limit = limit }
    }

    private let counters: [RateClass: Counter]
    private let keeper: TimeKeeper

    /// A limiter that has counted nothing.
    ///
    /// - Parameters:
    ///   - policy: the limits.
    ///   - keeper: tells the time.
    package init(_ policy: RatePolicy, keeper: TimeKeeper) {
        counters = policy.mapValues(Counter.init)
        self.keeper = keeper
    }

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - rateClass: what it counts as.
    ///   - subject: whose it is.
    /// - Returns: how they stand now; nil when the class has no limit. A refused request costs nothing.
    package func count(_ rateClass: RateClass, _ subject: RateSubject) -> RateStanding? {
        take(rateClass, subject, cost: 1)
    }

    /// How somebody stands, without counting anything.
    package func look(_ rateClass: RateClass, _ subject: RateSubject) -> RateStanding? {
        take(rateClass, subject, cost: 0)
    }

    /// How many buckets are in use.
    package var size: Int { counters.values.reduce(0) { $0 + $1.buckets.withLock(\.fullAt.count) } }

    private func take(_ rateClass: RateClass, _ subject: RateSubject, cost: Int64) -> RateStanding? {
        guard let counter = counters[rateClass] else { return nil }
        let now = keeper.now().microseconds * 1000
        return counter.buckets.withLock { buckets in
            let subject = Self.place(subject, in: &buckets, at: now)
            let judged = Self.judge(rateClass, counter.limit, fullAt: buckets.fullAt[subject], cost: cost, at: now)
            if cost > 0 { buckets.fullAt[subject] = judged.fullAt }
            return judged.standing
        }
    }

    /// Whose bucket is used: the subject's own while there is room.
    private static func place(_ subject: RateSubject, in buckets: inout Buckets, at now: Int64) -> RateSubject {
        guard buckets.fullAt.count >= most, buckets.fullAt[subject] == nil else { return subject }
        // A full bucket is as good as none. A clock that was set back makes the pause long, not endless.
        if now < buckets.sweptAt || now - sweepPause >= buckets.sweptAt {
            buckets.fullAt = buckets.fullAt.filter { $0.value > now }
            buckets.sweptAt = now
        }
        return buckets.fullAt.count < most ? subject : .others
    }

    /// The decision about one request; a pure function of the bucket and the time, all in nanoseconds.
    private static func judge(
        _ rateClass: RateClass,
        _ limit: RateLimit,
        fullAt: Int64?,
        cost: Int64,
        at now: Int64
    ) -> (standing: RateStanding, fullAt: Int64) {
        let window = Int64(limit.windowSeconds) * 1_000_000_000
        let interval = max(1, window / Int64(limit.quota))
        // Never further away than a whole window, also when the clock was set back.
        let before = min(max(fullAt ?? now, now), now + window)
        let after = before + interval * max(cost, 1)
        let isAllowed = after - now <= window
        let kept = isAllowed && cost > 0 ? after : before
        let standing = RateStanding(
            rateClass: rateClass,
            limit: limit,
            remaining: Int((window - (kept - now)) / interval),
            resetSeconds: seconds(kept - now),
            retryAfterSeconds: isAllowed ? nil : max(1, seconds(after - window - now))
        )
        return (standing, kept)
    }

    private static func seconds(_ nanoseconds: Int64) -> Int { Int((nanoseconds + 999_999_999) / 1_000_000_000) }
}
