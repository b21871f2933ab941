/// A file that shows offline that an entry is in a log: C2SP tlog-proof.
package struct LogProof: Sendable, Hashable {
    /// The most bytes of a proof file.
    package static let sizeLimit = SignedNote.sizeLimit

    /// What the application added; it is not authenticated.
    package let extra: [UInt8]?
    /// The place of the entry, counted from 0.
    package let index: Int
    /// From the leaf's sibling up to the child of the root.
    package let hashes: [TreeHash]
    /// The log's checkpoint with its signatures, as the log gave it.
    package let checkpoint: SignedNote

    /// A proof of known parts.
    ///
    /// - Parameters:
    ///   - extra: anything the application needs beside it; nil for none.
    ///   - inclusion: for a tree of the checkpoint's size.
    ///   - checkpoint: the signed checkpoint.
    package init(extra: [UInt8]? = nil, inclusion: InclusionProof, checkpoint: SignedNote) {
        self.extra = extra
        index = inclusion.index
        hashes = inclusion.hashes
        self.checkpoint = checkpoint
    }

    /// The file, to be stored as `….tlog-proof`.
    package var file: String {
        var lines = ["c2sp.org/tlog-proof@v1"]
        if let extra { lines.append("extra \(Base64.text(extra))") }
        lines.append("index \(index)")
        lines.append(contentsOf: hashes.map(\.base64))
        return lines.joined(separator: "\n") + "\n\n" + checkpoint.note
    }

    /// Reads a proof file.
    ///
    /// - Parameter file: its bytes.
    /// - Throws: ``LogProofError``.
    package init(file: some Sequence<UInt8>) throws(LogProofError) {
        let bytes = Array(file)
        guard bytes.count <= Self.sizeLimit else { throw .tooLong }
        guard let end = zip(bytes, bytes.dropFirst()).enumerated().first(where: { $0.element == (0x0a, 0x0a) })?.offset
        else { throw .noCheckpoint }
        var lines = bytes[..<end].split(separator: 0x0a, omittingEmptySubsequences: false)[...]
        guard lines.popFirst()?.elementsEqual("c2sp.org/tlog-proof@v1".utf8) == true else { throw .version }
        if let line = lines.first, line.starts(with: "extra ".utf8) {
            guard let bytes = Base64.bytes(line.dropFirst(6)) else { throw .extra }
            extra = bytes
            lines = lines.dropFirst()
        } else {
            extra = nil
        }
        guard let line = lines.popFirst(), line.starts(with: "index ".utf8),
            let index = Decimal.value(line.dropFirst(6))
        else { throw .index }
        // A tree of more leaves than an Int counts cannot be proven in.
        guard lines.count < Int.bitWidth else { throw .tooLong }
        var hashes: [TreeHash] = []
        for line in lines {
            guard let hash = TreeHash(base64: line) else { throw .hash(number: hashes.count + 1) }
            hashes.append(hash)
        }
        (self.index, self.hashes) = (index, hashes)
        do { checkpoint = try SignedNote(note: bytes[(end + 2)...]) } catch { throw .note(error) }
    }

    /// Checks the checkpoint's signatures, then that the leaf is in its tree.
    ///
    /// - Parameters:
    ///   - leaf: the hash of the entry, made by the caller from the entry itself.
    ///   - log: the key of the log; its name must be the checkpoint's origin.
    ///   - witnesses: other keys whose signatures the caller wants to know of.
    /// - Returns: the checkpoint and who of `log` and `witnesses` signed it; the caller's policy says who must.
    /// - Throws: ``LogProofError``; ``LogProofError/origin(_:)`` when the log's own key is another log's.
    package func verified(
        leaf: TreeHash,
        log: VerifierKey,
        witnesses: [VerifierKey] = []
    ) throws(LogProofError) -> (checkpoint: Checkpoint, signatures: [VerifiedSignature]) {
        let signatures: [VerifiedSignature]
        do { signatures = try checkpoint.verified(by: [log] + witnesses) } catch { throw .note(error) }
        guard signatures.contains(where: { $0.key == log }) else { throw .note(.noKnownKey) }
        let head: Checkpoint
        do { head = try Checkpoint(text: checkpoint.text) } catch { throw .checkpoint(error) }
        guard head.origin.utf8.elementsEqual(log.name.utf8) else { throw .origin(head.origin) }
        do {
            try InclusionProof(index: index, size: head.size, hashes: hashes).verify(leaf: leaf, root: head.root)
        } catch { throw .inclusion(error) }
        return (head, signatures)
    }
}

/// Why a proof file cannot be read or shows nothing.
package enum LogProofError: Error, Hashable {
    /// The file is longer than any proof.
    case tooLong
    /// No empty line is followed by a checkpoint.
    case noCheckpoint
    /// The first line does not name the format.
    case version
    /// The extra data are not in Base 64.
    case extra
    /// The index is missing or no decimal number.
    case index
    /// A hash is not in Base 64; counted from 1.
    case hash(number: Int)
    /// The checkpoint's note is malformed or not signed by a known key.
    case note(SignedNoteError)
    /// The note is not a checkpoint.
    case checkpoint(CheckpointError)
    /// The checkpoint is another log's.
    case origin(String)
    /// The leaf is not where the proof says.
    case inclusion(TreeProofError)
}

extension LogProofError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong: "the proof file is longer than any proof"
        case .noCheckpoint: "the proof file has no empty line before a checkpoint"
        case .version: "the file does not begin with c2sp.org/tlog-proof@v1"
        case .extra: "the extra data of the proof are not in Base 64"
        case .index: "the proof file has no line with the index of the entry"
        case .hash(let number): "hash \(number) of the proof is not in Base 64"
        case .note(let error): "the checkpoint of the proof: \(error)"
        case .checkpoint(let error): "the checkpoint of the proof: \(error)"
        case .origin(let origin): "the checkpoint is of another log: \(origin)"
        case .inclusion(let error): "the entry is not in the log: \(error)"
        }
    }
}
