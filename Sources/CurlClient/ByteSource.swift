/// Bytes of a known size that can be read from any place, again and again: what an upload is made of.
///
/// Reading by place is what lets curl begin anew on another connection, and an interrupted upload go on in the middle.
package struct ByteSource: Sendable {
    /// How many bytes there are.
    package let byteCount: Int
    private let reading: @Sendable (Range<Int>) async throws -> [UInt8]

    /// A source.
    ///
    /// - Parameters:
    ///   - byteCount: how many bytes there are.
    ///   - reading: gives the bytes of a range, or fewer of its first bytes, but at least one.
    package init(byteCount: Int, reading: @escaping @Sendable (Range<Int>) async throws -> [UInt8]) {
        self.byteCount = byteCount
        self.reading = reading
    }

    /// Bytes in memory.
    ///
    /// - Parameter bytes: all of them.
    package init(_ bytes: [UInt8]) {
        self.init(byteCount: bytes.count) { Array(bytes[$0]) }
    }

    /// The part of a source that lies in a range.
    ///
    /// - Parameter range: where it lies, within the source.
    /// - Returns: a source of its own, counted from zero.
    package func part(_ range: Range<Int>) -> ByteSource {
        ByteSource(byteCount: range.count) { inner in
            try await reading(inner.lowerBound + range.lowerBound..<inner.upperBound + range.lowerBound)
        }
    }

    /// The first bytes of a range.
    ///
    /// - Parameter range: within the source, not empty.
    /// - Returns: at least one byte, at most the range.
    /// - Throws: what the reading throws, or `WrongLength`.
    package func read(_ range: Range<Int>) async throws -> [UInt8] {
        let bytes = try await reading(range)
        guard (1...range.count).contains(bytes.count) else {
            throw WrongLength(place: range.lowerBound, asked: range.count, got: bytes.count)
        }
        return bytes
    }

    /// The source gave nothing, or more than it was asked for: it is not as long as it said.
    package struct WrongLength: Error, Equatable, CustomStringConvertible {
        let place: Int
        let asked: Int
        let got: Int

        /// One line for a person.
        package var description: String { "at byte \(place), \(got) bytes came instead of at most \(asked)" }
    }
}
