package import Attestation

/// One file of a folder of results.
package struct FolderEntry: Sendable, Hashable {
    /// Its path below the folder.
    package let path: String
    /// The digest of its bytes.
    package let digest: SHA256Digest
    /// Its bytes.
    package let size: Int
    /// Its media type, where known.
    package let mediaType: String?

    /// An entry.
    ///
    /// - Parameters:
    ///   - path: its path below the folder.
    ///   - digest: the digest of its bytes.
    ///   - size: how many bytes it has.
    ///   - mediaType: its media type, where known.
    package init(path: String, digest: SHA256Digest, size: Int, mediaType: String? = nil) {
        self.path = path
        self.digest = digest
        self.size = size
        self.mediaType = mediaType
    }
}

/// How two folders of results differ.
package struct FolderComparison: Sendable, Equatable {
    /// A file with the same bytes under another path.
    package struct Renaming: Sendable, Hashable {
        /// Its path in the original.
        package let old: String
        /// Its path now.
        package let new: String
    }

    /// Paths of files with the same bytes.
    package internal(set) var same: [String] = []
    /// Files of both folders with other bytes, in the order of their paths.
    package internal(set) var changed: [FileComparison] = []
    /// Paths of the new folder only.
    package internal(set) var added: [String] = []
    /// Paths of the original only.
    package internal(set) var removed: [String] = []
    /// Files whose path changed.
    package internal(set) var renamed: [Renaming] = []

    /// The worst verdict of all files.
    ///
    /// A file that is gone, new or renamed makes the folders different.
    package var verdict: Verdict {
        let whole: Verdict = added.isEmpty && removed.isEmpty && renamed.isEmpty ? .identical : .different
        return Verdict.worst(of: [whole] + changed.map(\.verdict))
    }

    /// Why the verdict is not better: one sentence for each cause.
    package var reasons: [String] {
        var reasons = changed.filter { $0.verdict != .identical && $0.verdict != .equivalent }
            .map { "\($0.path): \($0.sentence)" }
        reasons += removed.map { "\($0) is gone." } + added.map { "\($0) is new." }
        reasons += renamed.map { "\($0.old) is now \($0.new)." }
        return reasons
    }

    /// The result in one sentence for a person.
    package var sentence: String {
        let counts = [
            (same.count, "the same"),
            (changed.count { $0.verdict.isReproduced }, "the same within tolerance"),
            (changed.count { $0.verdict == .different }, "different"),
            (changed.count { if case .notCompared = $0.verdict { true } else { false } }, "not compared"),
            (removed.count, "gone"), (added.count, "new"), (renamed.count, "renamed"),
        ]
        let told = counts.filter { $0.0 > 0 }.map { "\(Decimals.count($0.0)) \($0.1)" }
        return told.isEmpty ? "No files." : "Files: \(told.joined(separator: ", "))."
    }
}
