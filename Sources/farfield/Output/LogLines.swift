import FoundationEssentials

/// Turns log bytes, cut anywhere, into one JSON document a line.
struct LogLines {
    private struct Line: Encodable {
        var text: String
    }

    private var rest: [UInt8] = []

    /// The documents of all lines that are complete now.
    mutating func append(_ bytes: [UInt8]) throws -> [UInt8] {
        rest += bytes
        guard let end = rest.lastIndex(of: 0x0a) else { return [] }
        let complete = rest[..<end].split(separator: 0x0a, omittingEmptySubsequences: false)
        rest = Array(rest[(end + 1)...])
        return try complete.flatMap(Self.document)
    }

    /// The document of a last line without an end.
    mutating func end() throws -> [UInt8] {
        defer { rest = [] }
        return rest.isEmpty ? [] : try Self.document(rest[...])
    }

    private static func document(_ line: ArraySlice<UInt8>) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return Array(try encoder.encode(Line(text: String(decoding: line, as: UTF8.self)))) + [0x0a]
    }
}
