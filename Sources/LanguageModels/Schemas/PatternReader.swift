/// Reads the text of a ``SchemaPattern``.
///
/// What is refused here is what llama.cpp (common/json-schema-to-grammar.cpp, `_visit_pattern`) reads in another way
/// than ECMA-262: it writes what matches between the quotes as it is, so that a quote or a backslash would break the
/// JSON; it knows few escapes; and it repeats the whole text before a repeated escape.
struct PatternReader {
    typealias Node = SchemaPattern.Node
    typealias Fault = SchemaPattern.Fault

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    /// What stands between `^` and `$`.
    init(_ text: String) throws(Fault) {
        let all = Array(text.unicodeScalars)
        guard all.count <= SchemaPattern.characters else {
            throw Fault(message: "it has more than \(SchemaPattern.characters) characters")
        }
        guard all.first == "^", all.last == "$", all.count >= 2 else {
            throw Fault(message: "it must begin with ^ and end with $, or it matches anywhere in a text")
        }
        scalars = Array(all[1..<all.count - 1])
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    mutating func whole() throws(Fault) -> Node {
        let node = try choice()
        guard next == nil else { throw Fault(message: "a ) without its (") }
        return node
    }

    private mutating func choice() throws(Fault) -> Node {
        var nodes = [try sequence()]
        while take("|") { nodes.append(try sequence()) }
        // In ^a|b$ each half is held at one end only.
        guard nodes.count == 1 || depth > 0 else { throw Fault(message: "put the alternatives in ( )") }
        return nodes.count == 1 ? nodes[0] : .choice(nodes)
    }

    private mutating func sequence() throws(Fault) -> Node {
        var nodes: [Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let node = try atom()
            nodes.append(try repetition(of: node, isEscape: scalar == "\\"))
        }
        guard !nodes.isEmpty else { throw Fault(message: "an alternative is empty; write ( )? around the others") }
        return .sequence(nodes)
    }

    private mutating func atom() throws(Fault) -> Node {
        guard let scalar = next else { throw Fault(message: "it ends too early") }
        position += 1
        switch scalar {
        case "(": return try group()
        case "[": return .scalars(try scalarClass())
        case "\\": return .scalars([single(try escaped("^$.*+?()[]{}|"))])
        case ".": throw Fault(message: "say which characters instead of .")
        case "*", "+", "?", "{", "}", "]", "^", "$":
            throw Fault(message: "\(scalar) stands where it has no meaning; a backslash makes it a character")
        default: return .scalars([single(try plain(scalar))])
        }
    }

    private func single(_ scalar: Unicode.Scalar) -> ClosedRange<UInt32> { scalar.value...scalar.value }

    private mutating func group() throws(Fault) -> Node {
        depth += 1
        guard depth <= 8 else { throw Fault(message: "its groups are nested more than 8 deep") }
        guard next != "?" else { throw Fault(message: "only plain groups ( ) are taken") }
        let node = try choice()
        guard take(")") else { throw Fault(message: "a ( without its )") }
        depth -= 1
        return node
    }

    private mutating func escaped(_ known: String) throws(Fault) -> Unicode.Scalar {
        guard let scalar = next else { throw Fault(message: "it ends with a backslash") }
        guard known.unicodeScalars.contains(scalar) else {
            throw Fault(message: "\\\(scalar) is not taken here; write the characters out, such as [0-9]")
        }
        position += 1
        return scalar
    }

    /// A character that stands in a JSON string as it is.
    private func plain(_ scalar: Unicode.Scalar) throws(Fault) -> Unicode.Scalar {
        guard scalar.value >= 0x20, scalar != "\"", scalar != "\\" else {
            throw Fault(message: "quotes, backslashes and control characters are not taken")
        }
        return scalar
    }

    private mutating func scalarClass() throws(Fault) -> [ClosedRange<UInt32>] {
        guard next != "^" else { throw Fault(message: "say which characters a class has, not which it has not") }
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = next, scalar != "]" {
            position += 1
            let first = scalar == "\\" ? try escaped("[]") : try plain(scalar)
            guard scalar != "[" else { throw Fault(message: "a [ in a class needs a backslash") }
            if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                let last = try plain(scalars[position])
                position += 1
                // A range across the backslash would have it in.
                guard first <= last, first > "\\" || last < "\\", first > "\"" || last < "\"" else {
                    throw Fault(message: "the range \(first)-\(last) goes backwards or over \" or \\")
                }
                ranges.append(first.value...last.value)
            } else {
                ranges.append(single(first))
            }
        }
        guard take("]"), !ranges.isEmpty else { throw Fault(message: "a class is empty or has no ]") }
        return ranges
    }

    private mutating func repetition(of node: Node, isEscape: Bool) throws(Fault) -> Node {
        guard let scalar = next else { return node }
        guard !isEscape || !"?{".unicodeScalars.contains(scalar) else {
            throw Fault(message: "a repeated character is written in a class, such as [.]{3}")
        }
        let result: Node
        switch scalar {
        case "*", "+": throw Fault(message: "\(scalar) has no bound; write {0,20} or {1,20}")
        case "?":
            position += 1
            result = .times(node, 0...1)
        case "{":
            position += 1
            result = .times(node, try bounds())
        default: return node
        }
        if let scalar = next, "?*+{".unicodeScalars.contains(scalar) {
            throw Fault(message: "a repetition of a repetition needs ( )")
        }
        return result
    }

    private mutating func bounds() throws(Fault) -> ClosedRange<Int> {
        let low = try number()
        var high = low
        if take(",") {
            guard next != "}" else { throw Fault(message: "{\(low),} has no upper bound") }
            high = try number()
        }
        guard take("}"), low <= high, high > 0, high <= SchemaPattern.repetitions else {
            throw Fault(message: "a repetition is {n} or {n,m} with n ≤ m ≤ \(SchemaPattern.repetitions)")
        }
        return low...high
    }

    private mutating func number() throws(Fault) -> Int {
        var digits = ""
        while let scalar = next, ("0"..."9").contains(scalar), digits.count < 6 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        guard let value = Int(digits) else { throw Fault(message: "a number is missing in { }") }
        return value
    }
}
