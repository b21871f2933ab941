/// A person's name as a word that Slurm, file systems and shells take as it is.
enum OwnerWord {
    /// Longer names are cut, so that keys stay short in listings.
    private static let longest = 32

    /// The name of `[A-Za-z0-9._-]`, at most 32 of them; nil when nothing is left.
    static func of(_ name: String) -> String? {
        let word = name.unicodeScalars.prefix(longest).map { isPlain($0) ? Character($0) : "-" }
        return word.isEmpty ? nil : String(word)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
    }
}
