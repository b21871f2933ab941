/// The address of a tile or of a bundle of entries below a log's prefix: C2SP tlog-tiles.
package struct TilePath: Sendable, Hashable {
    /// How many hashes or entries a full one holds.
    package static let fullWidth = 256

    /// What lies at the address.
    package enum Content: Sendable, Hashable {
        /// Hashes of complete subtrees of 256^level leaves, level 0 to 63.
        case hashes(level: Int)
        /// The entries themselves.
        case entries
    }

    /// What lies there.
    package let content: Content
    /// Its place among those of its kind, counted from 0.
    package let index: Int
    /// How many hashes or entries it holds, 1 to 256; below 256 it is partial.
    package let width: Int

    /// An address; nil when level, index or width are out of range.
    ///
    /// - Parameters:
    ///   - content: what lies there.
    ///   - index: its place, not negative.
    ///   - width: how many hashes or entries, 1 to 256.
    package init?(_ content: Content, index: Int, width: Int = TilePath.fullWidth) {
        guard index >= 0, (1...Self.fullWidth).contains(width) else { return nil }
        if case .hashes(let level) = content, !(0...63).contains(level) { return nil }
        self.content = content
        self.index = index
        self.width = width
    }

    /// The path, such as `tile/0/x001/x234/067` or `tile/entries/000.p/5`.
    package var text: String {
        let kind =
            switch content {
            case .hashes(let level): "\(level)"
            case .entries: "entries"
            }
        var (parts, rest) = ([Self.threeDigits(index % 1000)], index / 1000)
        while rest > 0 {
            parts.append("x" + Self.threeDigits(rest % 1000))
            rest /= 1000
        }
        let path = "tile/\(kind)/" + parts.reversed().joined(separator: "/")
        return width == Self.fullWidth ? path : "\(path).p/\(width)"
    }

    private static func threeDigits(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// Reads a path; nil for anything that ``text`` does not print.
    ///
    /// - Parameter text: without the log's prefix.
    package init?(text: String) {
        guard text.utf8.count <= 64 else { return nil }
        var parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.removeFirst().elementsEqual("tile".utf8) else { return nil }
        let kind = parts.removeFirst()
        let content: Content
        if kind.elementsEqual("entries".utf8) {
            content = .entries
        } else {
            guard let level = Decimal.value(kind) else { return nil }
            content = .hashes(level: level)
        }
        var width = Self.fullWidth
        if parts.count >= 2, parts[parts.count - 2].count == 5,
            parts[parts.count - 2].suffix(2).elementsEqual(".p".utf8)
        {
            guard let found = Decimal.value(parts.removeLast()), found < Self.fullWidth else { return nil }
            width = found
            parts[parts.count - 1] = parts[parts.count - 1].dropLast(2)
        }
        let digits = parts.enumerated().map { $0.offset < parts.count - 1 ? $0.element.dropFirst() : $0.element }
        guard digits.allSatisfy({ $0.count == 3 && $0.allSatisfy { (48...57).contains($0) } }),
            let index = Int(String(decoding: digits.joined(), as: UTF8.self))
        else { return nil }
        self.init(content, index: index, width: width)
        // What is printed otherwise has a second form: leading zeros, another letter than x.
        guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
    }

    /// Where the hashes lie from which a complete subtree's hash is made.
    ///
    /// - Parameters:
    ///   - level: the subtree has 2^level leaves.
    ///   - index: its place among those of its level.
    ///   - size: the leaves of the tree, which say how wide the tile is.
    /// - Returns: the address of the tile, and what to ask of ``HashTile/subtree(level:index:)``; nil when the tree does
    ///   not hold the subtree.
    package static func holding(
        level: Int,
        index: Int,
        size: Int
    ) -> (path: TilePath, level: Int, index: Int)? {
        guard (0..<Int.bitWidth - 1).contains(level), index >= 0, size > 0, index < size >> level else { return nil }
        let (tileLevel, inner) = (level / 8, level % 8)
        let perTile = fullWidth >> inner
        let tile = index / perTile
        let width = min(size >> (8 * tileLevel) - tile * fullWidth, fullWidth)
        guard let path = TilePath(.hashes(level: tileLevel), index: tile, width: width) else { return nil }
        return (path, inner, index % perTile)
    }

    /// The tiles of hashes that a tree has and its older self had not, wider partial ones included.
    ///
    /// - Parameters:
    ///   - oldSize: the leaves before, not negative.
    ///   - newSize: the leaves after.
    /// - Returns: their addresses, level by level.
    package static func added(from oldSize: Int, to newSize: Int) -> [TilePath] {
        var paths: [TilePath] = []
        var (level, old, new) = (0, max(oldSize, 0), newSize)
        while new > 0 {
            paths.append(contentsOf: row(.hashes(level: level), from: old, to: new))
            (level, old, new) = (level + 1, old / fullWidth, new / fullWidth)
        }
        return paths
    }

    /// The bundles of entries that a log has and its older self had not, longer partial ones included.
    ///
    /// - Parameters:
    ///   - oldSize: the leaves before, not negative.
    ///   - newSize: the leaves after.
    /// - Returns: their addresses.
    package static func addedEntries(from oldSize: Int, to newSize: Int) -> [TilePath] {
        row(.entries, from: max(oldSize, 0), to: newSize)
    }

    private static func row(_ content: Content, from old: Int, to new: Int) -> [TilePath] {
        guard old < new else { return [] }
        return (old / fullWidth...(new - 1) / fullWidth).compactMap {
            TilePath(content, index: $0, width: min(new - $0 * fullWidth, fullWidth))
        }
    }
}

extension TilePath: CustomStringConvertible {
    package var description: String { text }
}
