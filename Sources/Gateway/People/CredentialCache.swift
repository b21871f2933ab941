internal import Attestation
internal import Synchronization

/// What was found of tokens and sessions a moment ago, so that a burst of requests asks the database once.
///
/// What this gateway revokes is forgotten at once; what another gateway on the same database revokes is known here
/// after ``life`` at the latest.
final class CredentialCache: Sendable {
    /// How long an entry is used.
    static let life = Duration.seconds(5)
    /// The most entries.
    private static let limit = 20_000

    /// Which proof: the same text is not the same proof by another way.
    struct Key: Hashable, Sendable {
        let method: Origin.Method
        let digest: SHA256Digest
    }

    private struct Entry {
        let credential: Credential
        let until: Timestamp
    }

    private struct Entries {
        var generation: UInt64 = 0
        var known: [Key: Entry] = [:]
    }

    private let entries = Mutex(Entries())

    /// What is known, and the generation to give to ``keep(_:_:at:since:)`` when nothing is.
    func find(_ key: Key, at now: Timestamp) -> (credential: Credential?, generation: UInt64) {
        entries.withLock { entries in
            guard let entry = entries.known[key], now < entry.until, entry.until - now <= Self.life,
                entry.credential.expiresAt.map({ now < $0 }) ?? true
            else { return (nil, entries.generation) }
            return (entry.credential, entries.generation)
        }
    }

    /// Keeps what the database said, unless something was revoked since it was asked.
    func keep(_ key: Key, _ credential: Credential, at now: Timestamp, since generation: UInt64) {
        entries.withLock { entries in
            guard entries.generation == generation else { return }
            if entries.known.count >= Self.limit { entries.known = entries.known.filter { now < $0.value.until } }
            if entries.known.count >= Self.limit { entries.known = [:] }
            entries.known[key] = Entry(credential: credential, until: now + Self.life)
        }
    }

    /// Forgets everything: somebody's rights have just changed.
    func forget() {
        entries.withLock { entries in
            entries.generation += 1
            entries.known = [:]
        }
    }
}
