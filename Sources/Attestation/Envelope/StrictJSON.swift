package import Documents

/// JSON (RFC 8259) for texts that carry signatures: one meaning for every reader, or refused.
///
/// Parsers differ about members that stand twice, about half surrogates and about what follows the value; here each is
/// an error, so what was checked is what anybody else reads.
package enum StrictJSON {
    /// Levels of arrays and objects that may lie in each other.
    package static let depthLimit = 64
    /// Values in one text.
    package static let valueLimit = 200_000

    /// Reads one value that fills the text.
    ///
    /// - Parameters:
    ///   - bytes: the text in UTF-8, without byte order mark.
    ///   - limit: the most bytes it may have.
    /// - Returns: the value, numbers as they were written.
    /// - Throws: ``StrictJSONError``.
    package static func value(
        of bytes: some Sequence<UInt8>,
        limit: Int = 16 << 20
    ) throws(StrictJSONError) -> JSONValue {
        let text = Array(bytes)
        guard text.count <= limit else {
            throw StrictJSONError(reason: "the text is longer than \(limit) bytes", path: "", offset: limit)
        }
        guard unsafe text.withUnsafeBufferPointer({ unsafe String(validating: $0, as: UTF8.self) }) != nil else {
            throw StrictJSONError(reason: "the text is not UTF-8", path: "", offset: 0)
        }
        var reader = StrictJSONReader(text: text)
        return try reader.document()
    }
}

/// Why a text is not JSON with one meaning.
package struct StrictJSONError: Error, Hashable {
    /// What is wrong.
    package let reason: String
    /// JSON Pointer (RFC 6901) to the value under reading; empty for the whole.
    package let path: String
    /// How many bytes stand before the place.
    package let offset: Int
}

extension StrictJSONError: CustomStringConvertible {
    package var description: String {
        "\(reason), at byte \(offset)" + (path.isEmpty ? "" : ", in \(path)")
    }
}

/// Reads valid UTF-8 byte by byte; recursion ends at ``StrictJSON/depthLimit``.
private struct StrictJSONReader {
    let text: [UInt8]
    private var position = 0
    private var values = 0
    private var path: [Step] = []

    /// One step down: a member, an element.
    private enum Step {
        case member(String)
        case element(Int)

        var token: String {
            switch self {
            case .member(let name): JSONPointer.escape(String(name.prefix(64)))
            case .element(let index): "\(index)"
            }
        }
    }

    init(text: [UInt8]) { self.text = text }

    mutating func document() throws(StrictJSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard position == text.count else { throw error("something follows the value") }
        return value
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private func error(_ reason: String) -> StrictJSONError {
        let pointer = path.map { "/" + $0.token }.joined()
        return StrictJSONError(reason: reason, path: pointer, offset: position)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// Takes a byte if it stands next.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(StrictJSONError) -> JSONValue {
        values += 1
        guard values <= StrictJSON.valueLimit else {
            throw error("there are more than \(StrictJSON.valueLimit) values")
        }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw error("the text ends where a value should be")
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(StrictJSONError) -> JSONValue {
        guard text[position...].starts(with: word.utf8) else { throw error("this is no value") }
        position += word.utf8.count
        return value
    }

    private mutating func object() throws(StrictJSONError) -> JSONValue {
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        guard path.count < StrictJSON.depthLimit else { throw error("it is nested too deeply") }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a member's name should be here") }
            let name = try string()
            guard members[name] == nil else { throw error("the member '\(name.prefix(64))' stands twice") }
            skipSpace()
            guard take(":") else { throw error("a colon should be here") }
            path.append(.member(name))
            members[name] = try value()
            path.removeLast()
            skipSpace()
        } while take(",")
        guard take("}") else { throw error("a comma or the end of the object should be here") }
        return .object(members)
    }

    private mutating func array() throws(StrictJSONError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        guard path.count < StrictJSON.depthLimit else { throw error("it is nested too deeply") }
        repeat {
            path.append(.element(elements.count))
            elements.append(try value())
            path.removeLast()
            skipSpace()
        } while take(",")
        guard take("]") else { throw error("a comma or the end of the array should be here") }
        return .array(elements)
    }

    /// RFC 8259 §6.
    private mutating func number() throws(StrictJSONError) -> JSONValue {
        let start = position
        _ = take("-")
        let whole = digits()
        guard whole > 0 else {
            position = start
            throw error("this is no value")
        }
        let first = text[position - whole]
        guard whole == 1 || first != UInt8(ascii: "0") else { throw error("a number begins with zero") }
        if take("."), digits() == 0 { throw error("digits should follow the point") }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() > 0 else { throw error("digits should follow the exponent") }
        }
        return .number(String(decoding: text[start..<position], as: UTF8.self))
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    /// RFC 8259 §7.
    private mutating func string() throws(StrictJSONError) -> String {
        position += 1
        var bytes: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                bytes.append(contentsOf: try escape().utf8)
            case 0..<0x20: throw error("a control character stands in a string")
            default:
                let start = position
                while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                    position += 1
                }
                bytes.append(contentsOf: text[start..<position])
            }
        }
        throw error("the text ends in a string")
    }

    private mutating func escape() throws(StrictJSONError) -> String {
        defer { position += 1 }
        switch next {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return String(Character(try escapedScalar()))
        default: throw error("this is no escape")
        }
    }

    /// `uXXXX`, or two of them that make a surrogate pair; leaves the last digit for the caller to step over.
    private mutating func escapedScalar() throws(StrictJSONError) -> Unicode.Scalar {
        let high = try escapedUnit()
        if let scalar = Unicode.Scalar(UInt32(high)) { return scalar }
        guard UTF16.isLeadSurrogate(high), text[(position + 1)...].starts(with: #"\u"#.utf8) else {
            throw error("half a surrogate pair")
        }
        position += 2
        let low = try escapedUnit()
        guard UTF16.isTrailSurrogate(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(high) - 0xd800) << 10 + (UInt32(low) - 0xdc00))
        else { throw error("half a surrogate pair") }
        return scalar
    }

    /// From the `u` to the last of its four digits.
    private mutating func escapedUnit() throws(StrictJSONError) -> UInt16 {
        let digits = text[(position + 1)...].prefix(4)
        guard digits.count == 4, !digits.contains(UInt8(ascii: "+")), !digits.contains(UInt8(ascii: "-")),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("four hexadecimal digits should follow \\u") }
        position += 4
        return unit
    }
}
