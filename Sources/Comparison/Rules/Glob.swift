/// A pattern of paths: `*` within a folder, `**` across folders, `?` for one character.
struct Glob: Sendable, Hashable {
    let pattern: String
    private let symbols: [Symbol]

    private enum Symbol: Sendable, Hashable { case character(Character), one, within, across }

    init(_ pattern: String) {
        self.pattern = pattern
        var symbols: [Symbol] = []
        for character in pattern {
            switch character {
            case "?": symbols.append(.one)
            case "*" where symbols.last == .within: symbols[symbols.count - 1] = .across
            case "*" where symbols.last == .across: break
            case "*": symbols.append(.within)
            // `**/` also stands for no folder at all.
            default: symbols.append(.character(character))
            }
        }
        self.symbols = symbols
    }

    /// Whether the whole text has this form; a pattern without `/` is compared with the last part of a path.
    func matches(_ path: String) -> Bool {
        let text = pattern.contains("/") ? path : path.split(separator: "/").last.map(String.init) ?? path
        return covers(text) || (pattern.hasPrefix("**/") && Glob(String(pattern.dropFirst(3))).covers(path))
    }

    /// Set of places in the pattern, one step for each character: linear in both, whatever the pattern.
    func covers(_ text: String) -> Bool {
        var states = closure([0])
        for character in text {
            var next: Set<Int> = []
            for state in states where state < symbols.count {
                switch symbols[state] {
                case .character(let expected): if expected == character { next.insert(state + 1) }
                case .one: if character != "/" { next.insert(state + 1) }
                case .within: if character != "/" { next.insert(state) }
                case .across: next.insert(state)
                }
            }
            states = closure(next)
            if states.isEmpty { return false }
        }
        return states.contains(symbols.count)
    }

    private func closure(_ states: Set<Int>) -> Set<Int> {
        var closed = states
        for var state in states {
            while state < symbols.count, symbols[state] == .within || symbols[state] == .across {
                state += 1
                closed.insert(state)
            }
        }
        return closed
    }
}
