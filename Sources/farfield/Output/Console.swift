import Foundation

/// Standard output and error, and what they can show.
struct Console: Sendable {
    private let output: FileHandle
    private let error: FileHandle
    /// Whether standard output is a terminal that understands escape sequences.
    let isTerminal: Bool
    /// Whether colours are wanted there (<https://no-color.org>).
    let usesColour: Bool

    /// The process's own.
    static let standard = Console(environment: ProcessInfo.processInfo.environment)

    private init(environment: [String: String]) {
        output = .standardOutput
        error = .standardError
        isTerminal = isatty(1) == 1 && environment["TERM"] != "dumb"
        usesColour = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Writes bytes as they are to standard output.
    func write(_ bytes: [UInt8]) throws {
        do {
            try output.write(contentsOf: Data(bytes))
        } catch {
            throw CommandFailure(.invalid, "standard output cannot be written: \(error.localizedDescription)")
        }
    }

    /// Writes a line to standard output.
    func line(_ text: String = "") throws {
        try write(Array((text + "\n").utf8))
    }

    /// Writes a line to standard error; one that cannot be written is lost.
    func note(_ text: String) {
        try? error.write(contentsOf: Data((text + "\n").utf8))
    }

    /// Writes to standard error and leaves the cursor there; what cannot be written is lost.
    func prompt(_ text: String) {
        try? error.write(contentsOf: Data(text.utf8))
    }

    /// Rewrites the line the cursor stands on; too long a text is cut at the terminal's edge.
    func replaceLine(_ text: String) throws {
        // Carriage return, erase the line, no wrapping while it is written (ECMA-48, DEC private mode 7).
        try write(Array("\r\u{1B}[2K\u{1B}[?7l\(text)\u{1B}[?7h".utf8))
    }
}

/// A text from elsewhere on one line, without control characters, which could move the cursor or fake a line.
func printable(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control where scalar.properties.isWhitespace: " "
                case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
                default: scalar
                }
            }
        )
    )
}
