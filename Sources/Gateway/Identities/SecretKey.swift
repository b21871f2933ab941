internal import Attestation
internal import Foundation

/// A key that seals secrets at rest.
struct SecretKey: Sendable {
    /// What rows say of the key that sealed them: the beginning of its SHA-256.
    let id: String
    let box: SecretBox

    /// The key in a file: 32 bytes, written in hexadecimal or Base64; nil when there is none in it.
    init?(file path: String) {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 1024 else { return nil }
        let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        guard let bytes = Self.hexadecimal(text) ?? Base64.bytes(text.utf8), let box = SecretBox(key: bytes) else {
            return nil
        }
        id = String(SHA256Digest(of: bytes).hexadecimal.prefix(16))
        self.box = box
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        guard text.utf8.count == 64 else { return nil }
        var bytes: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}

/// The keys of the configuration: the first one seals, all of them open.
package struct SecretRing: Sendable {
    /// A secret as it stands in the database.
    struct Sealed: Sendable, Hashable {
        /// Which key sealed it.
        let keyID: String
        /// Base64 of what ``SecretBox`` made.
        let text: String
    }

    private let keys: [SecretKey]

    /// A ring of the keys that can be read.
    package init(policy: SecretsPolicy) { keys = policy.keyFiles.compactMap { SecretKey(file: $0) } }

    /// The key that seals now; nil when there is none.
    var sealingKeyID: String? { keys.first?.id }

    /// Seals; nil without a key.
    func seal(_ plain: [UInt8], for owner: [String]) throws -> Sealed? {
        guard let key = keys.first else { return nil }
        return Sealed(keyID: key.id, text: Base64.text(try key.box.seal(plain, associated: Self.associated(owner))))
    }

    /// Opens what was sealed for the same owner; nil when no key of the ring did, or it was sealed for somebody else.
    func open(_ sealed: Sealed, for owner: [String]) -> [UInt8]? {
        guard let key = keys.first(where: { $0.id == sealed.keyID }), let bytes = Base64.bytes(sealed.text.utf8) else {
            return nil
        }
        return try? key.box.open(bytes, associated: Self.associated(owner))
    }

    /// Words with their lengths, so that no two lists become the same bytes.
    private static func associated(_ words: [String]) -> [UInt8] {
        Array(words.map { "\($0.utf8.count):\($0)" }.joined().utf8)
    }
}
