/// A colour of the terminal (ECMA-48, SGR).
enum Colour: Int {
    case red = 31
    case green = 32
    case yellow = 33
    case blue = 34
    case grey = 90

    /// The colour for a state of a job, a site or a check; `nil` leaves it plain.
    init?(state: String) {
        switch state {
        case "completed", "up", "passed", "active", "delivered": self = .green
        case "running", "retrieving": self = .blue
        case "failed", "timedOut", "down", "disabled": self = .red
        case "held", "warning", "unknown", "failing": self = .yellow
        case "cancelled", "skipped": self = .grey
        default: return nil
        }
    }
}

extension Console {
    /// The text in a colour, when colours are wanted.
    func paint(_ text: String, _ colour: Colour?) -> String {
        guard usesColour, let colour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    /// A state in its colour.
    func paint(state: String) -> String {
        paint(printable(state), Colour(state: state))
    }
}
