/// A `pattern` of JSON Schema in the part of ECMA-262 that every engine reads the same way and that has an end.
///
/// `^…$` around characters, classes (`[a-z0-9_-]`), groups, alternatives, and the repetitions `?`, `{n}` and `{n,m}`.
/// There is no repetition without a bound, no look-around and no reference back, and matching walks all ways at once,
/// so that no text takes longer than its length times the pattern's.
struct SchemaPattern {
    /// Why a pattern is not taken.
    struct Fault: Error, Hashable {
        let message: String
    }

    indirect enum Node {
        case scalars([ClosedRange<UInt32>])
        case sequence([Node])
        case choice([Node])
        case times(Node, ClosedRange<Int>)
    }

    /// The most repetitions, the most characters of a pattern, the most steps it may be written out to.
    static let (repetitions, characters, steps) = (1000, 500, 5000)

    /// The length of the longest text it matches, in code points.
    let longest: Int
    private let program: [Step]

    private enum Step {
        case scalars([ClosedRange<UInt32>])
        /// Go on at both places.
        case fork(Int, Int)
        case go(Int)
        case found
    }

    /// Reads a pattern.
    init(_ text: String) throws(Fault) {
        var reader = try PatternReader(text)
        let node = try reader.whole()
        guard Self.size(node) < Self.steps else { throw Fault(message: "its repetitions multiply beyond measure") }
        longest = Self.longest(node)
        var program: [Step] = []
        Self.write(node, to: &program)
        program.append(.found)
        self.program = program
    }

    private static func longest(_ node: Node) -> Int {
        switch node {
        case .scalars: 1
        case .sequence(let nodes): nodes.reduce(0) { $0 + longest($1) }
        case .choice(let nodes): nodes.map(longest).max() ?? 0
        case .times(let node, let range): longest(node) * range.upperBound
        }
    }

    /// How many steps it takes; no more than needed to see that there are too many.
    private static func size(_ node: Node) -> Int {
        let sum =
            switch node {
            case .scalars: 1
            case .sequence(let nodes): nodes.reduce(0) { $0 + size($1) }
            case .choice(let nodes): nodes.reduce(0) { $0 + size($1) + 2 }
            case .times(let node, let range): (size(node) + 1) * range.upperBound
            }
        return min(sum, steps)
    }

    private static func write(_ node: Node, to program: inout [Step]) {
        switch node {
        case .scalars(let ranges): program.append(.scalars(ranges))
        case .sequence(let nodes): nodes.forEach { write($0, to: &program) }
        case .choice(let nodes): write(choice: nodes, to: &program)
        case .times(let node, let range):
            for _ in 0..<range.lowerBound { write(node, to: &program) }
            var forks: [Int] = []
            for _ in range.lowerBound..<range.upperBound {
                forks.append(program.count)
                program.append(.go(0))
                write(node, to: &program)
            }
            for fork in forks { program[fork] = .fork(fork + 1, program.count) }
        }
    }

    private static func write(choice nodes: [Node], to program: inout [Step]) {
        var ends: [Int] = []
        for (index, node) in nodes.enumerated() {
            let fork = program.count
            let isLast = index == nodes.count - 1
            if !isLast { program.append(.go(0)) }
            write(node, to: &program)
            guard !isLast else { continue }
            ends.append(program.count)
            program.append(.go(0))
            program[fork] = .fork(fork + 1, program.count)
        }
        for end in ends { program[end] = .go(program.count) }
    }

    /// Whether the whole text fits.
    func matches(_ text: String) -> Bool {
        var places: [Int] = []
        var seen = [Bool](repeating: false, count: program.count)
        enter(0, &places, &seen)
        for scalar in text.unicodeScalars {
            var after: [Int] = []
            seen = [Bool](repeating: false, count: program.count)
            for place in places {
                guard case .scalars(let ranges) = program[place],
                    ranges.contains(where: { $0.contains(scalar.value) })
                else { continue }
                enter(place + 1, &after, &seen)
            }
            places = after
            if places.isEmpty { return false }
        }
        return places.contains { if case .found = program[$0] { true } else { false } }
    }

    /// Follows the steps that take no character; by a list, since there can be thousands.
    private func enter(_ place: Int, _ places: inout [Int], _ seen: inout [Bool]) {
        var open = [place]
        while let place = open.popLast() {
            guard !seen[place] else { continue }
            seen[place] = true
            switch program[place] {
            case .go(let target): open.append(target)
            case .fork(let first, let second): open += [second, first]
            case .scalars, .found: places.append(place)
            }
        }
    }
}
