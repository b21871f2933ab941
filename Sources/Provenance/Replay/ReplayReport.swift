package import Documents

/// One thing that was looked at before something is run again.
package struct ReplayLine: Sendable, Hashable {
    /// How much it matters.
    package enum Level: String, Sendable, CaseIterable {
        /// As it was.
        case ok
        /// It can run; the result may differ, or somebody should know.
        case warn
        /// It cannot run.
        case block
    }

    /// What was looked at, such as `template` or `input in/sky.csv`.
    package let what: String
    /// How much it matters.
    package let level: Level
    /// A stable word for programs, such as `input-gone`.
    package let code: String
    /// What was found and what follows from it, for a person.
    package let text: String

    init(_ what: String, _ level: Level, _ code: String, _ text: String) {
        (self.what, self.level, self.code, self.text) = (what, level, code, text)
    }
}

/// Whether something can be run again, line by line.
package struct ReplayReport: Sendable, Hashable {
    /// What was looked at.
    package let lines: [ReplayLine]

    /// Whether nothing stands in the way.
    package var isPossible: Bool { !lines.contains { $0.level == .block } }

    /// The report as JSON.
    package var json: JSONValue {
        [
            "possible": .boolean(isPossible),
            "lines": .array(
                lines.map { line in
                    [
                        "what": .string(line.what), "level": .string(line.level.rawValue), "code": .string(line.code),
                        "text": .string(line.text),
                    ]
                }
            ),
        ]
    }
}
