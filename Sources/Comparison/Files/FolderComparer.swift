internal import Attestation

/// Compares two folders of results, file by file.
package struct FolderComparer: Sendable {
    private let files: FileComparer

    /// A comparer.
    ///
    /// - Parameters:
    ///   - rules: what counts as the same.
    ///   - limits: how much of each file is read and told.
    package init(rules: ComparisonRules = .exact, limits: ComparisonLimits = ComparisonLimits()) {
        files = FileComparer(rules: rules, limits: limits)
    }

    /// Compares two folders; only files whose digests differ are read.
    ///
    /// - Parameters:
    ///   - old: the files of the original.
    ///   - new: the files of the other folder.
    ///   - read: gives the bytes of a file. What it throws for a file makes that file not compared.
    /// - Returns: what was found.
    package func compare(
        _ old: [FolderEntry],
        _ new: [FolderEntry],
        read: (FolderEntry) async throws -> [UInt8]
    ) async -> FolderComparison {
        var result = FolderComparison()
        let newByPath = Dictionary(new.map { ($0.path, $0) }) { first, _ in first }
        let oldPaths = Set(old.map(\.path))
        var gone: [FolderEntry] = []
        for entry in old.sorted(by: { $0.path < $1.path }) {
            guard let other = newByPath[entry.path] else {
                gone.append(entry)
                continue
            }
            if entry.digest == other.digest {
                result.same.append(entry.path)
            } else {
                result.changed.append(await compare(entry, other, read: read))
            }
        }
        Self.pairRenamed(gone, new.filter { !oldPaths.contains($0.path) }.sorted { $0.path < $1.path }, &result)
        return result
    }

    private func compare(_ old: FolderEntry, _ new: FolderEntry, read: (FolderEntry) async throws -> [UInt8]) async
        -> FileComparison
    {
        let kind = FileKind(path: old.path, mediaType: old.mediaType, bytes: [])
        guard files.reads(max(old.size, new.size)) else { return files.tooLarge(old.path, kind) }
        do {
            let (first, second) = (try await read(old), try await read(new))
            return files.compare(old.path, mediaType: old.mediaType, old: first, new: second)
        } catch {
            return files.notCompared(old.path, kind, "its bytes could not be read: \(error)")
        }
    }

    /// Files that are gone and files that are new with the same bytes are renamed; each one once.
    private static func pairRenamed(_ gone: [FolderEntry], _ new: [FolderEntry], _ result: inout FolderComparison) {
        var candidates = Dictionary(grouping: new.reversed(), by: \.digest)
        var taken: Set<String> = []
        for entry in gone {
            if let other = candidates[entry.digest]?.popLast() {
                result.renamed.append(FolderComparison.Renaming(old: entry.path, new: other.path))
                taken.insert(other.path)
            } else {
                result.removed.append(entry.path)
            }
        }
        result.added = new.map(\.path).filter { !taken.contains($0) }
    }
}
