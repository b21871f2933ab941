/// A command that cannot go on, told to a person.
struct CommandFailure: Error {
    /// The exit code.
    let code: ExitCodes
    /// What to print; nothing when all has been said.
    let lines: [String]

    /// A failure with its text.
    init(_ code: ExitCodes, _ lines: String...) {
        self.code = code
        self.lines = lines.enumerated().map { $0.offset == 0 ? "farfield: \($0.element)" : $0.element }
    }

    /// A failure that has already been told.
    static func silent(_ code: ExitCodes) -> CommandFailure {
        CommandFailure(code: code)
    }

    private init(code: ExitCodes) {
        self.code = code
        lines = []
    }
}
