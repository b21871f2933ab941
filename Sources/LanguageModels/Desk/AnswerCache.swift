internal import Attestation

/// Answers by what they answer: those used longest ago go first.
struct AnswerCache {
    private struct Entry {
        let answer: ModelAnswer
        let until: Duration
        var used: Int
    }

    private var entries: [SHA256Digest: Entry] = [:]
    private var uses = 0
    private let most: Int
    private let age: Duration

    init(most: Int, age: Duration) {
        self.most = most
        self.age = age
    }

    var count: Int { entries.count }

    /// The answer; nil where there is none, or it is too old.
    mutating func answer(to key: SHA256Digest, at now: Duration) -> ModelAnswer? {
        guard let entry = entries[key] else { return nil }
        guard now < entry.until else {
            entries[key] = nil
            return nil
        }
        uses += 1
        entries[key]?.used = uses
        return entry.answer
    }

    mutating func keep(_ answer: ModelAnswer, for key: SHA256Digest, at now: Duration) {
        guard most > 0 else { return }
        uses += 1
        entries[key] = Entry(answer: answer, until: now + age, used: uses)
        if entries.count > most, let oldest = entries.min(by: { $0.value.used < $1.value.used }) {
            entries[oldest.key] = nil
        }
    }
}
