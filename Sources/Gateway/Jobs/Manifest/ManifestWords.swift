internal import Documents

/// The kinds of words a manifest is made of, each with the rule Slurm or the file system sets.
enum ManifestWords {
    static let nameForm = "1 to 128 printable characters, such as calibrate-night-12"
    private static let identifierForm = "letters, digits and . _ - (at most 64, starting with a letter or digit)"
    private static let slurmForm = "a Slurm name of letters, digits and . _ - + @ (at most 128)"

    /// A name for people: any printable text on one line.
    static func name(_ field: Field) -> String? {
        guard let text = field.string(expected: nameForm) else { return nil }
        guard (1...128).contains(text.count) else {
            field.fault(
                text.isEmpty ? "the name is empty" : "the name is \(text.count) characters long",
                expected: nameForm
            )
            return nil
        }
        if let bad = text.unicodeScalars.first(where: isUnprintable) {
            field.fault("it holds the character U+\(hexadecimal(bad.value))", expected: nameForm)
            return nil
        }
        return text
    }

    /// A word of the gateway's own: site, template, label key.
    static func identifier(_ field: Field) -> String? {
        matching(field, /[A-Za-z0-9][A-Za-z0-9._-]{0,63}/, expected: identifierForm)
    }

    /// The name of a project.
    static func project(_ field: Field) -> String? {
        matching(
            field,
            /[a-z0-9][a-z0-9._-]{0,62}/,
            expected: "a project's name: small letters, digits and . _ - (at most 63, starting with a letter or digit)"
        )
    }

    /// A word of Slurm's: partition, qos, account, reservation.
    static func slurmName(_ field: Field) -> String? {
        matching(field, /[A-Za-z0-9][A-Za-z0-9._+@-]{0,127}/, expected: slurmForm)
    }

    /// A text that matches a pattern wholly.
    static func matching(_ field: Field, _ pattern: some RegexComponent, expected: String) -> String? {
        guard let text = field.string(expected: expected) else { return nil }
        guard text.utf8.count <= 4096, text.wholeMatch(of: pattern) != nil else {
            field.fault("\(quoted(text)) is not allowed here", expected: expected)
            return nil
        }
        return text
    }

    /// A text without NUL and within a size, otherwise free.
    static func free(_ field: Field, text: String, limit: Int) -> String? {
        if text.utf8.contains(0) {
            field.fault("it holds a NUL byte, which no program can receive", expected: "text without NUL")
            return nil
        }
        guard text.utf8.count <= limit else {
            field.fault(
                "it is \(text.utf8.count) bytes long",
                expected: "at most \(limit) bytes; put long texts in a file under 'inputs'"
            )
            return nil
        }
        return text
    }

    /// A text as it is shown in a fault: short, and harmless on a terminal.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60).map {
            isUnprintable($0) ? "\\u{\(hexadecimal($0.value))}" : String($0)
        }
        return "'" + shown.joined() + (text.unicodeScalars.count > 60 ? "…'" : "'")
    }

    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
