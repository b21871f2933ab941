/// Checks of values that stand on a `#SBATCH` line.
///
/// sbatch splits such a line at spaces outside quotes, takes `#` as the start of a comment, and inside double quotes
/// reads `\"` and `\\` (seen with 22.05).
enum DirectiveValue {
    /// A name of something at the site: 1 to 255 letters, digits and the given marks, not beginning with `-`.
    static func name(_ value: String, field: String, allowed: String = "._-@:,+/") throws(SlurmError) -> String {
        try check(value, field: field, marks: allowed)
        return value
    }

    /// A feature expression.
    static func expression(_ value: String) throws(SlurmError) -> String {
        try check(value, field: "constraint", marks: "_&|()*[]:.,-")
        return quote(value)
    }

    /// `[{R|B}:]SIGNAL[@SECONDS]`.
    static func signal(_ value: String) throws(SlurmError) -> String {
        try check(value, field: "signal", marks: ":@")
        return value
    }

    /// `afterok:123:124,afterany:7_3`.
    static func dependency(_ value: String) throws(SlurmError) -> String {
        try check(value, field: "dependency", marks: ":,?+_")
        return quote(value)
    }

    /// Any text without control characters, in double quotes where sbatch would need them.
    static func text(_ value: String, field: String, longest: Int) throws(SlurmError) -> String {
        guard !value.isEmpty, value.utf8.count <= longest else {
            throw .invalidValue(field: field, reason: "must have 1 to \(longest) bytes")
        }
        guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .invalidValue(field: field, reason: "holds a control character")
        }
        return quote(value)
    }

    private static func check(_ value: String, field: String, marks: String) throws(SlurmError) {
        guard (1...255).contains(value.utf8.count), !value.hasPrefix("-") else {
            throw .invalidValue(field: field, reason: "must have 1 to 255 bytes and not begin with -")
        }
        let isAllowed = value.unicodeScalars.allSatisfy { scalar in
            guard scalar.isASCII else { return false }
            return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || marks.unicodeScalars.contains(scalar)
        }
        guard isAllowed else {
            throw .invalidValue(field: field, reason: "may hold only letters, digits and \(marks)")
        }
    }

    private static func quote(_ value: String) -> String {
        let plain = value.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-+:,/=@%".unicodeScalars.contains(scalar))
        }
        guard !plain else { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
