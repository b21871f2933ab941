/// Why a file could not be read as what its name says it is.
package enum ReadingError: Error, Sendable, Equatable {
    /// It is no such file: what was found, and where.
    case malformed(kind: String, message: String)
    /// It holds more of something than is read here.
    case tooLarge(what: String, limit: Int)
}

extension ReadingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let kind, let message): "it is not \(kind): \(message)"
        case .tooLarge(let what, let limit): "too large: it holds more than \(limit) \(what)"
        }
    }
}

/// The most that is read of one file, so that no file can exhaust the memory.
package struct ComparisonLimits: Sendable, Equatable {
    /// Bytes of one file.
    package var bytes: Int
    /// Values of one table, or of one image.
    package var values: Int
    /// Columns of one table.
    package var columns: Int
    /// Differences shown one by one; the others are counted.
    package var details: Int
    /// Pairs of rows looked at while positions are matched.
    package var pairs: Int

    /// Limits for a server: some 256 MiB of file, 20 million values, 100 differences.
    ///
    /// - Parameters:
    ///   - bytes: bytes of one file.
    ///   - values: values of one table or image.
    ///   - columns: columns of one table.
    ///   - details: differences shown one by one.
    ///   - pairs: pairs of rows looked at while positions are matched.
    package init(
        bytes: Int = 256 << 20,
        values: Int = 20_000_000,
        columns: Int = 2_000,
        details: Int = 100,
        pairs: Int = 50_000_000
    ) {
        self.bytes = bytes
        self.values = values
        self.columns = columns
        self.details = details
        self.pairs = pairs
    }
}
