package import Documents

/// Reads the text of an answer as exactly one JSON document.
///
/// Stricter than ``Documents/JSONValue/init(json:)``, which keeps the last of two equal keys and rounds numbers to
/// doubles: no second key of the same name, no text behind the document, no lone surrogates, at most 32 levels.
/// Whole numbers that fit 64 bits are given as their digits (`1e2` as `100`), others as they are written.
package enum StrictJSON {
    /// What is not as it should be.
    package struct Fault: Error, Sendable, Hashable {
        /// What was found, for a person.
        package let message: String
        /// Where, in bytes of UTF-8 from the beginning.
        package let offset: Int
    }

    /// The most levels of arrays and objects.
    package static let levels = 32
    /// The most bytes of an answer.
    package static let bytes = 1_048_576

    /// Reads a document.
    ///
    /// - Parameter text: the whole answer; white space around the document is allowed.
    /// - Returns: the document.
    /// - Throws: ``Fault``.
    package static func value(_ text: String) throws(Fault) -> JSONValue {
        var reader = StrictJSONReader(text)
        guard reader.bytes.count <= bytes else {
            throw Fault(message: "the answer is longer than \(bytes) bytes", offset: bytes)
        }
        let value = try reader.value(level: 0)
        reader.skipSpace()
        guard reader.position == reader.bytes.count else { throw reader.fault("text behind the document") }
        return value
    }
}

/// The place in a text that is being read.
private struct StrictJSONReader {
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    func fault(_ message: String) -> StrictJSON.Fault { StrictJSON.Fault(message: message, offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// Steps over a character that must stand here.
    private mutating func expect(_ character: Character) throws(StrictJSON.Fault) {
        guard let byte = next, byte == character.asciiValue else { throw fault("'\(character)' is missing") }
        position += 1
    }

    /// Steps over a character if it stands here.
    private mutating func take(_ character: Character) -> Bool {
        guard let byte = next, byte == character.asciiValue else { return false }
        position += 1
        return true
    }

    mutating func value(level: Int) throws(StrictJSON.Fault) -> JSONValue {
        skipSpace()
        guard let byte = next else { throw fault("the document ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return try object(level: level + 1)
        case UInt8(ascii: "["): return try array(level: level + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw fault("no JSON value begins here")
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(StrictJSON.Fault) -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw fault("no JSON value begins here") }
        position += text.utf8.count
        return value
    }

    private mutating func object(level: Int) throws(StrictJSON.Fault) -> JSONValue {
        guard level <= StrictJSON.levels else { throw fault("more than \(StrictJSON.levels) levels") }
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("a key is missing") }
            let key = try string()
            guard members[key] == nil else { throw fault("the same key twice") }
            skipSpace()
            try expect(":")
            members[key] = try value(level: level)
            skipSpace()
        } while take(",")
        try expect("}")
        return .object(members)
    }

    private mutating func array(level: Int) throws(StrictJSON.Fault) -> JSONValue {
        guard level <= StrictJSON.levels else { throw fault("more than \(StrictJSON.levels) levels") }
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        repeat {
            elements.append(try value(level: level))
            skipSpace()
        } while take(",")
        try expect("]")
        return .array(elements)
    }

    private mutating func number() throws(StrictJSON.Fault) -> JSONValue {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Others read numbers as doubles; one that is none would be a text or an infinity to them.
        guard let double = Double(text), double.isFinite, let number = DecimalNumber(text) else {
            throw fault("a number too large for a double")
        }
        return .number(number.integer.map { "\($0)" } ?? text)
    }

    private mutating func digits() throws(StrictJSON.Fault) {
        let start = position
        while let byte = next, (48...57).contains(byte) { position += 1 }
        guard position > start else { throw fault("a digit is missing") }
    }

    private mutating func string() throws(StrictJSON.Fault) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: Character(try escaped()).utf8)
            case 0..<0x20: throw fault("a control character in a string")
            default: text.append(byte)
            }
        }
        throw fault("a string without an end")
    }

    /// What a backslash and the characters behind it stand for.
    private mutating func escaped() throws(StrictJSON.Fault) -> Unicode.Scalar {
        guard let byte = next else { throw fault("a string without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar()
        default: throw fault("a backslash before the wrong character")
        }
    }

    private mutating func scalar() throws(StrictJSON.Fault) -> Unicode.Scalar {
        let unit = try unit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xdc00, take("\\"), take("u") else { throw fault("half a surrogate pair") }
        let low = try self.unit()
        guard (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
        else { throw fault("half a surrogate pair") }
        return scalar
    }

    private mutating func unit() throws(StrictJSON.Fault) -> UInt32 {
        guard position + 4 <= bytes.count,
            bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
            let unit = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw fault("four hexadecimal digits are missing") }
        position += 4
        return unit
    }
}
