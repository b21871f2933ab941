/// An element of an S3 answer in XML: its name without prefix, its text, its children; attributes are left out.
///
/// Only what S3 sends is read (XML 1.0 §2 without §2.8's document type): a DOCTYPE is refused, so no entity can be
/// declared that grows or fetches anything. Depth is bounded, and so is the size, by the bytes that were read.
struct AnswerElement: Equatable {
    var name: String
    var text = ""
    var children: [AnswerElement] = []

    static let maximumDepth = 16

    /// Why a text is no answer.
    struct Malformed: Error, Equatable {
        let text: String
    }

    /// The text of the first child of a name.
    subscript(name: String) -> String? {
        first(name)?.text
    }

    func first(_ name: String) -> AnswerElement? {
        children.first { $0.name == name }
    }

    func all(_ name: String) -> [AnswerElement] {
        children.filter { $0.name == name }
    }

    /// Reads a document.
    init(_ bytes: [UInt8]) throws(Malformed) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed(text: "it is not UTF-8") }
        var reader = AnswerReader(text)
        self = try reader.document()
    }

    init(name: String) {
        self.name = name
    }
}

/// Reads markup after markup, keeping the elements that are open.
private struct AnswerReader {
    typealias Malformed = AnswerElement.Malformed
    private var rest: Substring.UTF8View
    private var open: [AnswerElement] = []

    init(_ text: String) {
        rest = text[...].utf8
    }

    mutating func document() throws(Malformed) -> AnswerElement {
        while !rest.isEmpty {
            let text = take { $0 != UInt8(ascii: "<") }
            if let last = open.indices.last {
                open[last].text += try Self.unescape(text)
            } else if !text.utf8.allSatisfy({ [0x20, 0x09, 0x0a, 0x0d].contains($0) }) && !text.hasPrefix("\u{feff}") {
                throw Malformed(text: "there is text outside of the first element")
            }
            if let root = try markup() { return root }
        }
        throw Malformed(text: "it ends too early")
    }

    /// Reads one piece of markup; answers the first element once it is closed.
    private mutating func markup() throws(Malformed) -> AnswerElement? {
        guard !rest.isEmpty else { return nil }
        if skip("<?") {
            try skip(to: "?>")
        } else if skip("<!--") {
            try skip(to: "-->")
        } else if skip("<![CDATA[") {
            let text = try skip(to: "]]>")
            guard let last = open.indices.last else { throw Malformed(text: "there is text outside") }
            open[last].text += text
        } else if skip("<!") {
            throw Malformed(text: "it declares a document type")
        } else if skip("</") {
            return try close(try skip(to: ">"))
        } else {
            rest = rest.dropFirst()
            return try begin()
        }
        return nil
    }

    private mutating func begin() throws(Malformed) -> AnswerElement? {
        var tag = ""
        // A quoted value may hold a ">".
        while true {
            tag += take { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
            guard let mark = rest.popFirst() else { throw Malformed(text: "it ends in a tag") }
            if mark == UInt8(ascii: ">") { break }
            _ = take { $0 != mark }
            guard rest.popFirst() != nil else { throw Malformed(text: "it ends in a tag") }
        }
        let isEmpty = tag.hasSuffix("/")
        let name = tag.prefix { !$0.isWhitespace && $0 != "/" }
        guard !name.isEmpty else { throw Malformed(text: "there is a tag without a name") }
        guard open.count < AnswerElement.maximumDepth else { throw Malformed(text: "it is nested too deeply") }
        open.append(AnswerElement(name: String(name)))
        return isEmpty ? try close(String(name)) : nil
    }

    private mutating func close(_ name: String) throws(Malformed) -> AnswerElement? {
        guard var element = open.popLast(), element.name == name.prefix(while: { !$0.isWhitespace }) else {
            throw Malformed(text: "its tags do not match")
        }
        element.name = String(element.name.split(separator: ":").last ?? "")
        // White space between children says nothing.
        if !element.children.isEmpty { element.text = "" }
        guard let last = open.indices.last else { return element }
        open[last].children.append(element)
        return nil
    }

    private mutating func take(while isWanted: (UInt8) -> Bool) -> String {
        let taken = rest.prefix(while: isWanted)
        rest = rest[taken.endIndex...]
        return String(Substring(taken))
    }

    private mutating func skip(_ mark: String) -> Bool {
        guard rest.starts(with: mark.utf8) else { return false }
        rest = rest.dropFirst(mark.utf8.count)
        return true
    }

    @discardableResult
    private mutating func skip(to mark: String) throws(Malformed) -> String {
        var text: [UInt8] = []
        while !skip(mark) {
            guard let byte = rest.popFirst() else { throw Malformed(text: "it ends too early") }
            text.append(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let named = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'"]

    /// Replaces the five entities of XML itself and character references; there are no others.
    private static func unescape(_ text: String) throws(Malformed) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var pieces = text.split(separator: "&", omittingEmptySubsequences: false)
        var result = String(pieces.removeFirst())
        for piece in pieces {
            let parts = piece.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let character = named[String(parts[0])] ?? reference(parts[0]) else {
                throw Malformed(text: "it names an unknown entity")
            }
            result += character + parts[1]
        }
        return result
    }

    private static func reference(_ text: Substring) -> String? {
        guard text.hasPrefix("#") else { return nil }
        let value = text.hasPrefix("#x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text.dropFirst())
        return value.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }
}
