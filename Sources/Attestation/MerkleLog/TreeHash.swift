/// One hash of a Merkle tree: 32 bytes of SHA-256.
package struct TreeHash: Sendable, Hashable {
    // Four words instead of an array: a log holds millions, and an array would be an allocation each.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// How many bytes a hash has.
    package static let size = 32

    /// A hash from its bytes; nil when there are not 32.
    ///
    /// - Parameter bytes: the bytes of the hash itself.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// Reads standard Base 64, as checkpoints and proofs write it; nil for anything else.
    ///
    /// - Parameter base64: 44 digits.
    package init?(base64: some Collection<UInt8>) {
        guard base64.count == 44, let bytes = Base64.bytes(base64) else { return nil }
        self.init(bytes: bytes)
    }

    /// The hash that a digest is.
    ///
    /// - Parameter digest: a SHA-256 made over a leaf's or a node's bytes.
    init(_ digest: [UInt8]) {
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in digest.prefix(Self.size).enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * Self.size + 1)
        append(to: &bytes)
        return bytes
    }

    /// Adds the 32 bytes to others.
    func append(to bytes: inout [UInt8]) {
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
    }

    /// Standard Base 64, 44 digits.
    package var base64: String { Base64.text(bytes) }

    /// 64 lower-case hexadecimal digits.
    package var hexadecimal: String { Hexadecimal.text(bytes) }

    package static func == (left: TreeHash, right: TreeHash) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        // The bytes are a digest already: one word of it is as even as all four.
        hasher.combine(words.0)
    }
}

extension TreeHash: CustomStringConvertible {
    package var description: String { base64 }
}
