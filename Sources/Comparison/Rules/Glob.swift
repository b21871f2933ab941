/// A pattern of paths: `*` within a folder, `**` across folders, `?` for one character.
struct Glob: Sendable, Hashable {
    let pattern: String
    private let symbols: [Symbol]

    private enum Symbol: Sendable, Hashable {
        case character(Character), one, within, across
        /// Together `**/`: no folder at all, or everything up to a `/`.
        case folders, insideFolders
    }

    init(_ pattern: String) {
        self.pattern = pattern
        var symbols: [Symbol] = []
        for character in pattern {
            switch character {
            case "?": symbols.append(.one)
            case "*" where symbols.last == .within: symbols[symbols.count - 1] = .across
            case "*" where symbols.last == .across: break
            case "*": symbols.append(.within)
            case "/" where symbols.last == .across && Self.beginsFolder(symbols.dropLast()):
                symbols.removeLast()
                symbols += [.folders, .insideFolders]
            default: symbols.append(.character(character))
            }
        }
        self.symbols = symbols
    }

    private static func beginsFolder(_ symbols: ArraySlice<Symbol>) -> Bool {
        symbols.isEmpty || symbols.last == .character("/") || symbols.last == .insideFolders
    }

    /// Whether the whole text has this form; a pattern without `/` is compared with the last part of a path.
    func matches(_ path: String) -> Bool {
        covers(pattern.contains("/") ? path : path.split(separator: "/").last.map(String.init) ?? path)
    }

    /// Whether the whole text has this form, whatever it is.
    ///
    /// It goes through a set of places in the pattern, one step for each character: no pattern makes it slow.
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
                case .insideFolders:
                    next.insert(state)
                    if character == "/" { next.insert(state + 1) }
                case .folders: break
                }
            }
            states = closure(next)
            if states.isEmpty { return false }
        }
        return states.contains(symbols.count)
    }

    /// The places that are reached without a character.
    private func closure(_ states: Set<Int>) -> Set<Int> {
        var closed: Set<Int> = []
        var open = Array(states)
        while let state = open.popLast() {
            guard closed.insert(state).inserted, state < symbols.count else { continue }
            switch symbols[state] {
            case .within, .across: open.append(state + 1)
            case .folders: open += [state + 1, state + 2]
            case .character, .one, .insideFolders: break
            }
        }
        return closed
    }
}
