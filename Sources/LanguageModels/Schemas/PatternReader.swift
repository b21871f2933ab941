/// Reads the text of a ``SchemaPattern``.
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
            nodes.append(try repetition(of: node))
        }
        return .sequence(nodes)
    }

    private mutating func atom() throws(Fault) -> Node {
        guard let scalar = next else { throw Fault(message: "it ends too early") }
        position += 1
        switch scalar {
        case "(": return try group()
        case "[": return .scalars(try scalarClass())
        case "\\": return .scalars([single(try escaped())])
        case ".": throw Fault(message: "say which characters instead of .")
        case "*", "+", "?", "{", "}", "]", "^", "$":
            throw Fault(message: "\(scalar) stands where it has no meaning; a backslash makes it a character")
        default: return .scalars([single(scalar)])
        }
    }

    private func single(_ scalar: Unicode.Scalar) -> ClosedRange<UInt32> { scalar.value...scalar.value }

    private mutating func group() throws(Fault) -> Node {
        depth += 1
        guard depth <= 8 else { throw Fault(message: "its groups are nested more than 8 deep") }
        if take("?") {
            guard take(":") else { throw Fault(message: "look-around and named groups are not taken") }
        }
        let node = try choice()
        guard take(")") else { throw Fault(message: "a ( without its )") }
        depth -= 1
        return node
    }

    private mutating func escaped() throws(Fault) -> Unicode.Scalar {
        guard let scalar = next else { throw Fault(message: "it ends with a backslash") }
        guard "^$\\.*+?()[]{}|/-".unicodeScalars.contains(scalar) else {
            throw Fault(message: "\\\(scalar) is not taken; write the characters out, such as [0-9]")
        }
        position += 1
        return scalar
    }

    private mutating func scalarClass() throws(Fault) -> [ClosedRange<UInt32>] {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while let scalar = next, scalar != "]" {
            position += 1
            let first = scalar == "\\" ? try escaped() : scalar
            guard scalar != "[" else { throw Fault(message: "a [ in a class needs a backslash") }
            if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                let next = scalars[position]
                position += 1
                let last = next == "\\" ? try escaped() : next
                guard first <= last else { throw Fault(message: "the range \(first)-\(last) goes backwards") }
                ranges.append(first.value...last.value)
            } else {
                ranges.append(single(first))
            }
        }
        guard take("]"), !ranges.isEmpty else { throw Fault(message: "a class is empty or has no ]") }
        return isNegated ? Self.others(ranges) : ranges
    }

    private static func others(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var others: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { others.append(start...range.lowerBound - 1) }
            start = max(start, range.upperBound + 1)
        }
        return start <= 0x10ffff ? others + [start...0x10ffff] : others
    }

    private mutating func repetition(of node: Node) throws(Fault) -> Node {
        guard let scalar = next else { return node }
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
