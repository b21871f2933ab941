package import Attestation

/// The SHA-256 of every block of an artifact, so that a part can be verified without reading the whole.
///
/// Its file form, beside the artifact as `….blocks`, is the 32 bytes of each digest one after another. The list follows
/// from the bytes: it can be computed anew at any time, and is trusted only while its own digest is the one in the
/// database.
package struct BlockDigests: Sendable, Hashable {
    /// Bytes of a block; the last one may have fewer.
    package static let blockSize = 1 << 20

    /// The 32 bytes of each digest, one after another.
    package private(set) var bytes: [UInt8] = []

    /// No block yet.
    package init() {}

    /// A list in its file form.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// The digest of the list.
    package var digest: SHA256Digest { SHA256Digest(of: bytes) }

    /// Adds the next block.
    mutating func append(_ block: [UInt8]) { bytes += SHA256Digest(of: block).bytes }

    /// Whether these bytes are the block of that number.
    func holds(_ block: ArraySlice<UInt8>, number: Int) -> Bool {
        let start = number * 32
        guard number >= 0, start + 32 <= bytes.count else { return false }
        return SHA256Digest(of: block).bytes == Array(bytes[start..<start + 32])
    }

    /// The bytes of whole blocks that cover a part.
    ///
    /// - Parameters:
    ///   - part: bytes of the artifact.
    ///   - size: the artifact's size.
    /// - Returns: from the beginning of the first block to the end of the last.
    static func cover(_ part: Range<Int64>, size: Int64) -> Range<Int64> {
        let block = Int64(blockSize)
        let first = part.lowerBound / block * block
        return first..<min(size, (part.upperBound + block - 1) / block * block)
    }
}

/// Computes digest and block digests of bytes that arrive in pieces.
struct ArtifactHash: ~Copyable {
    private var whole = SHA256Stream()
    private var open: [UInt8] = []
    private var blocks = BlockDigests()
    /// Bytes so far.
    private(set) var size: Int64 = 0

    /// Adds bytes.
    mutating func update(_ bytes: [UInt8]) {
        whole.update(bytes)
        size += Int64(bytes.count)
        var rest = bytes[...]
        while open.count + rest.count >= BlockDigests.blockSize {
            let part = rest.prefix(BlockDigests.blockSize - open.count)
            open += part
            blocks.append(open)
            open.removeAll(keepingCapacity: true)
            rest = rest.dropFirst(part.count)
        }
        open += rest
    }

    /// Both, of all bytes added.
    consuming func finish() -> (artifact: StoredArtifact, blocks: BlockDigests) {
        var blocks = blocks
        if !open.isEmpty { blocks.append(open) }
        let size = size
        return (StoredArtifact(digest: whole.finish(), size: size), blocks)
    }
}
