/// The answer of a wrapped script, cut into the sections it announced.
struct Transcript: Sendable {
    /// One section: the words of its framing line and the bytes up to the next one.
    struct Section: Sendable, Equatable {
        var words: [String]
        var body: [UInt8]

        var name: String { words.first ?? "" }
        var text: String { String(decoding: body, as: UTF8.self) }
        /// The body's lines without their ends; a last line without an end counts only if it holds something.
        var lines: [ArraySlice<UInt8>] { body.split(separator: 0x0A, omittingEmptySubsequences: true) }
    }

    /// The sections between `begin` and `end`, in order.
    let sections: [Section]
    /// Whether the closing `end` was seen; without it the last section may be cut off.
    let isComplete: Bool

    /// Finds the framing lines; what stands before `begin` is the login shell's own talk and is dropped.
    init(_ output: [UInt8], marker: String) {
        let prefix = Array("\(marker) ".utf8)
        var sections: [Section] = []
        var isComplete = false
        var begun = false
        for line in output.split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard line.starts(with: prefix) else {
                if begun, !isComplete, !sections.isEmpty {
                    sections[sections.count - 1].body += line
                    sections[sections.count - 1].body.append(0x0A)
                }
                continue
            }
            let words = line.dropFirst(prefix.count).split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            switch words.first {
            case "begin": begun = true
            case "end" where begun: isComplete = true
            case .some where begun && !isComplete: sections.append(Section(words: words, body: []))
            case .some, nil: break
            }
        }
        self.sections = sections.map(Self.withoutFramingNewlines)
        self.isComplete = isComplete
    }

    /// The first section of that name.
    func section(_ name: String) -> Section? {
        sections.first { $0.name == name }
    }

    /// Takes away the newline we added per line, and the empty line that each framing line begins with.
    private static func withoutFramingNewlines(_ section: Section) -> Section {
        var section = section
        if section.body.last == 0x0A { section.body.removeLast() }
        if section.body.last == 0x0A { section.body.removeLast() }
        return section
    }
}

extension Transcript {
    /// An answer that came whole.
    ///
    /// - Throws: ``unreadable(_:exitStatus:standardOutput:standardError:)``.
    static func whole(
        _ command: String,
        marker: String,
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Transcript {
        let transcript = Transcript(standardOutput, marker: marker)
        if transcript.isComplete { return transcript }
        throw unreadable(
            command,
            exitStatus: exitStatus,
            standardOutput: standardOutput,
            standardError: standardError
        )
    }

    /// The error for an answer that cannot be used, with a short piece of what came instead.
    static func unreadable(
        _ command: String,
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) -> SlurmError {
        let talk = standardError.isEmpty ? standardOutput : standardError
        return .unreadableAnswer(
            command: command,
            exitStatus: exitStatus,
            excerpt: PlainText.excerpt(talk, limit: 300)
        )
    }
}
