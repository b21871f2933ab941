internal import Attestation
internal import Foundation

/// The key a webhook and its receiver share, and what is signed with it (Standard Webhooks 1.0,
/// https://github.com/standard-webhooks/standard-webhooks).
struct WebhookSecret: Sendable, Hashable {
    private static let prefix = "whsec_"

    /// `whsec_` and the key in base64, as it is shown once and configured at the receiver.
    let text: String
    private let key: [UInt8]

    /// A new key of 32 random bytes.
    init(random: inout some RandomNumberGenerator) {
        key = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        text = Self.prefix + Data(key).base64EncodedString()
    }

    /// Reads the written form; nil when it is none.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let key = Data(base64Encoded: String(text.dropFirst(Self.prefix.count)))
        else {
            return nil
        }
        self.text = text
        self.key = Array(key)
    }

    /// The value of `webhook-signature`: version 1, HMAC-SHA256 of `id.timestamp.body`.
    ///
    /// - Parameters:
    ///   - message: the value of `webhook-id`.
    ///   - seconds: the value of `webhook-timestamp`, in Unix time.
    ///   - body: the bytes sent.
    /// - Returns: `v1,` and the code in base64.
    func signature(message: String, seconds: Int64, body: [UInt8]) -> String {
        let code = HMACSHA256.code(of: Array("\(message).\(seconds).".utf8) + body, key: key)
        return "v1,\(Data(code).base64EncodedString())"
    }
}
