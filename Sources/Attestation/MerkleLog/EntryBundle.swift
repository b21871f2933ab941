/// Up to 256 log entries, each behind its length in 16 bits, big-endian: C2SP tlog-tiles.
package struct EntryBundle: Sendable, Hashable {
    /// The most bytes of one entry.
    package static let entryLimit = 65_535

    /// Oldest first, 1 to 256.
    package let entries: [[UInt8]]

    /// A bundle.
    ///
    /// - Parameter entries: oldest first.
    /// - Throws: ``EntryBundleError``.
    package init(entries: [[UInt8]]) throws(EntryBundleError) {
        guard (1...TilePath.fullWidth).contains(entries.count) else { throw .count(entries.count) }
        if let long = entries.firstIndex(where: { $0.count > Self.entryLimit }) { throw .tooLong(index: long) }
        self.entries = entries
    }

    /// Reads a bundle.
    ///
    /// - Parameter bytes: as served.
    /// - Throws: ``EntryBundleError``.
    package init(bytes: [UInt8]) throws(EntryBundleError) {
        var entries: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard entries.count < TilePath.fullWidth else { throw .count(entries.count + 1) }
            guard let high = rest.popFirst(), let low = rest.popFirst() else { throw .truncated(index: entries.count) }
            let count = Int(high) << 8 | Int(low)
            guard rest.count >= count else { throw .truncated(index: entries.count) }
            entries.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        try self.init(entries: entries)
    }

    /// As served.
    package var bytes: [UInt8] { entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 } }
}

/// Why bytes are not a bundle of entries, or entries do not make one; indices count from 0 in the bundle.
package enum EntryBundleError: Error, Hashable {
    /// There must be 1 to 256 entries.
    case count(Int)
    /// An entry has more bytes than 16 bits can say.
    case tooLong(index: Int)
    /// The bytes end within an entry.
    case truncated(index: Int)
}

extension EntryBundleError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .count(let count): "a bundle holds 1 to \(TilePath.fullWidth) entries, not \(count)"
        case .tooLong(let index): "entry \(index) has more than \(EntryBundle.entryLimit) bytes"
        case .truncated(let index): "the bundle ends within entry \(index)"
        }
    }
}
