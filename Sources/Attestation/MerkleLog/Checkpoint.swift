/// What a log commits to: its name, its size and its root (C2SP tlog-checkpoint).
///
/// Extension lines are refused: no monitor can audit them.
package struct Checkpoint: Sendable, Hashable {
    /// Which log, such as `gw.example.org/log`.
    package let origin: String
    /// How many leaves it has.
    package let size: Int
    /// The root over them.
    package let root: TreeHash

    /// A checkpoint.
    ///
    /// - Parameters:
    ///   - origin: one line, not empty.
    ///   - size: how many leaves, not negative.
    ///   - root: the root over them.
    /// - Throws: ``CheckpointError``.
    package init(origin: String, size: Int, root: TreeHash) throws(CheckpointError) {
        guard !origin.isEmpty, origin.utf8.allSatisfy({ $0 >= 0x20 }) else { throw .origin }
        guard size >= 0 else { throw .size }
        guard size > 0 || root == MerkleTree.emptyRoot else { throw .root }
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads the text of a note, three lines.
    ///
    /// - Parameter text: with its final newline.
    /// - Throws: ``CheckpointError``.
    package init(text: String) throws(CheckpointError) {
        let lines = text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last?.isEmpty == true else { throw .lines }
        guard lines.count == 4 else { throw .extensionLines }
        guard let size = Decimal.value(lines[1]) else { throw .size }
        guard let root = TreeHash(base64: lines[2]) else { throw .root }
        try self.init(origin: String(decoding: lines[0], as: UTF8.self), size: size, root: root)
    }

    /// The text that is signed.
    package var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// The checkpoint as a note signed by its log, whose key bears the origin as its name.
    ///
    /// - Parameter signer: the log's key.
    /// - Returns: the note.
    /// - Throws: ``SignedNoteError``.
    package func signed(by signer: some Signer) throws(SignedNoteError) -> SignedNote {
        try SignedNote(text: text).signed(as: origin, by: signer)
    }
}

/// Why a text is not a checkpoint.
package enum CheckpointError: Error, Hashable {
    /// There are not three lines that end in a newline each.
    case lines
    /// Lines follow the third.
    case extensionLines
    /// The first line is empty or holds control characters.
    case origin
    /// The second line is not a size in decimal.
    case size
    /// The third line is not a hash in Base 64, or not that of the empty tree where the size is 0.
    case root
}

extension CheckpointError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .lines: "a checkpoint has three lines: origin, size and root"
        case .extensionLines: "the checkpoint has extension lines, which nobody could audit"
        case .origin: "the origin of the checkpoint is empty or not printable"
        case .size: "the size of the checkpoint is not a decimal number without leading zeros"
        case .root: "the root of the checkpoint is not a hash in Base 64, or not the one of an empty tree"
        }
    }
}
