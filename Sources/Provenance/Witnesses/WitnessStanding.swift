internal import Attestation
internal import Gateway

/// A tree of our log that witnesses have cosigned.
struct CosignedSize: Sendable, Hashable {
    let size: Int
    /// How many.
    let witnesses: Int

    /// The tree to prove in: among those that the most witnesses cosigned the newest.
    static func best(_ sizes: [CosignedSize]) -> CosignedSize? {
        sizes.max { ($0.witnesses, $0.size) < ($1.witnesses, $1.size) }
    }
}

/// How a witness of our log stands.
struct WitnessStanding: Sendable, Hashable {
    /// Its name.
    let witness: String
    /// The size of the last checkpoint it is thought to have cosigned.
    var size = 0
    /// How often in a row it did not cosign.
    var failures = 0
    /// Why, in words.
    var reason: String?
    /// Until when it is left alone.
    var restUntil: Timestamp?

    /// After it cosigned.
    func cosigned(_ size: Int) -> WitnessStanding { WitnessStanding(witness: witness, size: size) }

    /// After it did not; the pause doubles from 5 s to 5 min, so that one that is away costs nothing.
    func failed(_ reason: String, at now: Timestamp) -> WitnessStanding {
        var next = self
        next.failures += 1
        next.reason = reason
        next.restUntil = now + .seconds(min(300, 5 << min(failures, 6)))
        return next
    }
}

/// What a witness answered.
enum WitnessAnswer: Sendable, Hashable {
    /// Its cosignature, checked.
    case cosigned(NoteSignature)
    /// It knows another size.
    case knows(size: Int)
    /// It does not cosign; `isGrave` when it says that the log was rewritten.
    case refused(String, isGrave: Bool)

    /// Reads an answer (C2SP tlog-witness).
    ///
    /// - Parameters:
    ///   - status: of the HTTP answer.
    ///   - body: its bytes.
    ///   - checkpoint: what was sent.
    ///   - key: the witness's.
    init(status: Int, body: [UInt8], to checkpoint: SignedNote, of key: VerifierKey) {
        switch status {
        case 200: self = Self.cosignature(body, of: checkpoint, by: key)
        case 409:
            let digits = body.last == 0x0a ? Array(body.dropLast()) : body
            let size = digits.count <= 18 && digits.allSatisfy { (48...57).contains($0) }
            self =
                (size ? Int(String(decoding: digits, as: UTF8.self)) : nil).map { .knows(size: $0) }
                ?? .refused("it answered 409 without a size", isGrave: false)
        case 403: self = .refused("it does not know the key of this log (403)", isGrave: false)
        case 404: self = .refused("it does not know this log (404)", isGrave: false)
        case 422: self = .refused("it says that the log was rewritten (422)", isGrave: true)
        default: self = .refused("HTTP \(status)", isGrave: false)
        }
    }

    private static func cosignature(
        _ body: [UInt8],
        of checkpoint: SignedNote,
        by key: VerifierKey
    ) -> WitnessAnswer {
        do {
            let lines = try NoteSignature.all(lines: body)
            guard let line = lines.first(where: { $0.name == key.name && $0.keyHash == key.keyHash }) else {
                return .refused("it answered with another key than \(key.text)", isGrave: false)
            }
            _ = try checkpoint.adding(line).verified(by: [key])
            return .cosigned(line)
        } catch {
            return .refused("its cosignature: \(error)", isGrave: false)
        }
    }
}
