import COpenSSL
import Glibc
import Synchronization

/// Codes that change with time: RFC 6238 with its usual parameters (HMAC-SHA-1, 30 s, six digits).
struct OneTimeCode: Sendable {
    static let step: UInt64 = 30
    private let key: [UInt8]

    /// Reads a secret in Base32 (RFC 4648 §6); nil when it is none.
    ///
    /// Spaces, case and padding do not matter.
    init?(secret: String) {
        var key: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for character in secret.uppercased().utf8 where ![32, 45, 61].contains(character) {
            switch character {
            case 65...90: bits = bits << 5 | UInt32(character - 65)
            case 50...55: bits = bits << 5 | UInt32(character - 50 + 26)
            default: return nil
            }
            count += 5
            if count >= 8 {
                count -= 8
                key.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard !key.isEmpty else { return nil }
        self.key = key
    }

    /// The code of one step (RFC 4226 §5.3).
    func code(counter: UInt64) -> String {
        var message = PacketWriter()
        message.put(counter)
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        _ = unsafe HMAC(EVP_sha1(), key, Int32(key.count), message.bytes, message.bytes.count, &digest, &length)
        let offset = Int(digest[Int(length) - 1] & 15)
        let number = digest[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - text.count) + text
    }
}

/// Gives no code twice, for servers take each only once: whoever comes too early waits for the next.
final class OneTimeCodes: Sendable {
    private let last = Mutex<UInt64>(0)

    /// Blocks for up to 30 s.
    func next(_ secret: OneTimeCode, until deadline: ContinuousClock.Instant) throws(SSHNoAnswer) -> String {
        while true {
            let counter = UInt64(time(nil)) / OneTimeCode.step
            let isFresh = last.withLock { last in
                guard counter > last else { return false }
                last = counter
                return true
            }
            if isFresh { return secret.code(counter: counter) }
            guard ContinuousClock.now < deadline else {
                throw SSHNoAnswer(reason: "the next one-time code was not due in time")
            }
            usleep(200_000)
        }
    }
}
