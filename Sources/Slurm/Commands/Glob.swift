/// A pattern for the relative paths of output files: `*` and `?` within one part, `**` over any parts, `[a-z]`, `[!a]`.
///
/// Matching is on bytes, so any file name can be matched; `?` and `[…]` take one whole UTF-8 character where there
/// is one.
package struct Glob: Sendable, Hashable, CustomStringConvertible {
    /// Why a pattern is refused.
    package enum Problem: String, Error, Sendable {
        case empty = "the pattern is empty"
        case absolute = "the pattern must be relative to the job's folder"
        case parent = "the pattern must not leave the job's folder with .."
        case emptyPart = "the pattern has an empty part, or one that is only a dot"
        case controlCharacter = "the pattern holds a control character"
        case openBracket = "a [ is not closed"
        case tooLong = "the pattern is longer than 1000 bytes"
        case tooManyStars = "the pattern has more than 16 stars or more than 4 times **"
    }

    package let pattern: String
    private let parts: [Part]

    private enum Part: Sendable, Hashable {
        case anyParts
        case tokens([Token])
    }

    private enum Token: Sendable, Hashable {
        case scalar(UInt32)
        case anyOne
        case anyRun
        case oneOf([ClosedRange<UInt32>], negated: Bool)
    }

    /// Reads a pattern.
    package init(_ pattern: String) throws(Problem) {
        guard !pattern.isEmpty else { throw .empty }
        guard pattern.utf8.count <= 1000 else { throw .tooLong }
        guard !pattern.hasPrefix("/"), !pattern.hasPrefix("~") else { throw .absolute }
        guard !pattern.utf8.contains(where: { $0 < 32 || $0 == 127 }) else { throw .controlCharacter }
        guard pattern.utf8.count(where: { $0 == 0x2A }) <= 16 else { throw .tooManyStars }
        var parts: [Part] = []
        for text in pattern.split(separator: "/", omittingEmptySubsequences: false) {
            guard text != ".." else { throw .parent }
            guard !text.isEmpty, text != "." else { throw .emptyPart }
            parts.append(text == "**" ? .anyParts : .tokens(try Self.tokens(Array(text.unicodeScalars))))
        }
        // Each further ** multiplies the ways to match.
        guard parts.count(where: { $0 == .anyParts }) <= 4 else { throw .tooManyStars }
        self.pattern = pattern
        self.parts = parts
    }

    package var description: String { pattern }

    /// Whether a relative path fits, `/` between its parts.
    package func matches(_ path: String) -> Bool {
        matches(path: Array(path.utf8))
    }

    /// The same for the bytes of a path.
    package func matches(path: [UInt8]) -> Bool {
        let names = path.split(separator: 0x2F, omittingEmptySubsequences: false).map(Self.characters)
        return Self.match(parts[...], names[...])
    }

    /// Unicode scalars; a byte that is not UTF-8 counts as one character above Unicode's range.
    private static func characters(_ bytes: ArraySlice<UInt8>) -> [UInt32] {
        var characters: [UInt32] = []
        var rest = bytes
        while let first = rest.first {
            let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1
            if let text = String(validating: rest.prefix(length), as: UTF8.self), let scalar = text.unicodeScalars.first
            {
                characters.append(scalar.value)
                rest = rest.dropFirst(length)
            } else {
                characters.append(0x20_0000 + UInt32(first))
                rest = rest.dropFirst()
            }
        }
        return characters
    }

    private static func match(_ parts: ArraySlice<Part>, _ names: ArraySlice<[UInt32]>) -> Bool {
        guard let part = parts.first else { return names.isEmpty }
        switch part {
        case .anyParts:
            // `**` alone at the end takes everything below, but not nothing.
            if parts.count == 1 { return !names.isEmpty }
            return names.indices.contains { match(parts.dropFirst(), names[$0...]) }
        case .tokens(let tokens):
            guard let name = names.first, match(tokens, name) else { return false }
            return match(parts.dropFirst(), names.dropFirst())
        }
    }

    /// Wildcards within one name, with a step back to the last star only: linear in practice, never exponential.
    private static func match(_ tokens: [Token], _ name: [UInt32]) -> Bool {
        var token = 0
        var place = 0
        var star: (token: Int, place: Int)?
        while place < name.count {
            if token < tokens.count, tokens[token] == .anyRun {
                star = (token, place)
                token += 1
            } else if token < tokens.count, fits(tokens[token], name[place]) {
                token += 1
                place += 1
            } else if let last = star {
                star = (last.token, last.place + 1)
                token = last.token + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .anyRun }
    }

    private static func fits(_ token: Token, _ character: UInt32) -> Bool {
        switch token {
        case .scalar(let scalar): scalar == character
        case .anyOne: true
        case .anyRun: false
        case .oneOf(let ranges, let negated): ranges.contains { $0.contains(character) } != negated
        }
    }

    private static func tokens(_ scalars: [Unicode.Scalar]) throws(Problem) -> [Token] {
        var tokens: [Token] = []
        var place = 0
        while place < scalars.count {
            switch scalars[place] {
            case "*": if tokens.last != .anyRun { tokens.append(.anyRun) }
            case "?": tokens.append(.anyOne)
            case "[": tokens.append(try set(scalars, &place))
            case let scalar: tokens.append(.scalar(scalar.value))
            }
            place += 1
        }
        return tokens
    }

    /// Reads `[…]` from its opening bracket; leaves `place` at the closing one.
    ///
    /// A `]` first in the set is itself.
    private static func set(_ scalars: [Unicode.Scalar], _ place: inout Int) throws(Problem) -> Token {
        place += 1
        let isNegated = place < scalars.count && (scalars[place] == "!" || scalars[place] == "^")
        if isNegated { place += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        let start = place
        while place < scalars.count, scalars[place] != "]" || place == start {
            let first = scalars[place].value
            if place + 2 < scalars.count, scalars[place + 1] == "-", scalars[place + 2] != "]" {
                let last = scalars[place + 2].value
                if first <= last { ranges.append(first...last) }
                place += 3
            } else {
                ranges.append(first...first)
                place += 1
            }
        }
        guard place < scalars.count else { throw .openBracket }
        return .oneOf(ranges, negated: isNegated)
    }
}
