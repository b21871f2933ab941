/// What a log sends to a witness to have a checkpoint cosigned: the body of `add-checkpoint` (C2SP tlog-witness).
package struct WitnessRequest: Sendable, Hashable {
    /// The size of the last checkpoint the witness is thought to have cosigned; 0 for none.
    package let oldSize: Int
    /// From that size to the checkpoint's; empty from 0.
    package let hashes: [TreeHash]
    /// The new checkpoint, signed by its log.
    package let checkpoint: SignedNote

    /// A request of known parts.
    ///
    /// - Parameters:
    ///   - proof: from the size the witness knows to the checkpoint's.
    ///   - checkpoint: the new checkpoint.
    package init(proof: ConsistencyProof, checkpoint: SignedNote) {
        oldSize = proof.oldSize
        hashes = proof.hashes
        self.checkpoint = checkpoint
    }

    /// The body as it is sent.
    package var body: String {
        (["old \(oldSize)"] + hashes.map(\.base64)).joined(separator: "\n") + "\n\n" + checkpoint.note
    }

    /// Reads a body.
    ///
    /// - Parameter body: its bytes.
    /// - Throws: ``WitnessRefusal/malformed(_:)``.
    package init(body: some Sequence<UInt8>) throws(WitnessRefusal) {
        let bytes = Array(body)
        guard bytes.count <= SignedNote.sizeLimit else { throw .malformed("it is longer than any request") }
        guard let end = zip(bytes, bytes.dropFirst()).enumerated().first(where: { $0.element == (0x0a, 0x0a) })?.offset
        else { throw .malformed("no empty line stands before the checkpoint") }
        let lines = bytes[..<end].split(separator: 0x0a, omittingEmptySubsequences: false)
        guard let first = lines.first, first.starts(with: "old ".utf8), let size = Decimal.value(first.dropFirst(4))
        else { throw .malformed("the first line is not the old size") }
        guard lines.count <= 64 else { throw .malformed("it has more than 63 hashes") }
        let hashes = lines.dropFirst().compactMap { TreeHash(base64: $0) }
        guard hashes.count == lines.count - 1 else { throw .malformed("a hash is not in Base 64") }
        (oldSize, self.hashes) = (size, hashes)
        do { checkpoint = try SignedNote(note: bytes[(end + 2)...]) } catch { throw .malformed("\(error)") }
    }

    /// Whether a witness may cosign: the checks of `add-checkpoint`, in their order.
    ///
    /// The caller compares and stores in one transaction, and stores before it answers: two requests at once must not
    /// roll the log back.
    ///
    /// - Parameters:
    ///   - logs: the keys of the logs that the witness knows; a key's name is its log's origin.
    ///   - last: the last checkpoint that the witness cosigned for an origin; nil for none.
    /// - Returns: the checkpoint to store and to cosign.
    /// - Throws: ``WitnessRefusal``.
    package func accepted(
        logs: [VerifierKey],
        last: (_ origin: String) -> Checkpoint?
    ) throws(WitnessRefusal) -> Checkpoint {
        let head: Checkpoint
        do { head = try Checkpoint(text: checkpoint.text) } catch { throw .malformed("\(error)") }
        let keys = logs.filter { $0.name.utf8.elementsEqual(head.origin.utf8) }
        guard !keys.isEmpty else { throw .unknownLog(head.origin) }
        do { _ = try checkpoint.verified(by: keys) } catch { throw .notSigned(error) }
        guard oldSize <= head.size else { throw .malformed("the old size is larger than the new one") }
        let known = last(head.origin)
        guard oldSize == known?.size ?? 0 else { throw .otherSize(known: known?.size ?? 0) }
        let oldRoot = known?.root ?? MerkleTree.emptyRoot
        guard oldSize < head.size || oldRoot == head.root else { throw .otherSize(known: oldSize) }
        do {
            try ConsistencyProof(oldSize: oldSize, newSize: head.size, hashes: hashes)
                .verify(oldRoot: oldRoot, newRoot: head.root)
        } catch { throw .inconsistent(error) }
        return head
    }
}

/// Why a witness does not cosign, each with the status that C2SP tlog-witness gives it.
package enum WitnessRefusal: Error, Hashable {
    /// The body is not a request.
    case malformed(String)
    /// The witness does not know the log.
    case unknownLog(String)
    /// No known key of the log signed the checkpoint.
    case notSigned(SignedNoteError)
    /// The old size is not that of the last cosigned checkpoint, or that one had another root.
    case otherSize(known: Int)
    /// The log was rewritten, or the proof is wrong.
    case inconsistent(TreeProofError)

    /// The status of the HTTP answer.
    package var status: Int {
        switch self {
        case .malformed: 400
        case .unknownLog: 404
        case .notSigned: 403
        case .otherSize: 409
        case .inconsistent: 422
        }
    }
}

extension WitnessRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let reason): "this is not a request to a witness: \(reason)"
        case .unknownLog(let origin): "the witness does not know the log \(origin)"
        case .notSigned(let error): "the checkpoint: \(error)"
        case .otherSize(let known): "the last checkpoint cosigned here has the size \(known), or another root"
        case .inconsistent(let error): "\(error)"
        }
    }
}
