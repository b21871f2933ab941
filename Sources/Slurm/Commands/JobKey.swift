/// The name of one attempt at one job: its `--job-name` and the name of its folder.
package enum JobKey {
    /// Checks that a key is 1 to 200 of `[A-Za-z0-9._-]`, beginning with a letter or digit.
    ///
    /// sacct keeps 255 bytes of a name and does not escape its separators.
    package static func check(_ key: String) throws(SlurmError) {
        let bytes = key.utf8
        guard (1...200).contains(bytes.count), bytes.allSatisfy(isAllowed), let first = bytes.first,
            isAlphanumeric(first)
        else {
            throw .invalidValue(field: "key", reason: "must be 1 to 200 of [A-Za-z0-9._-], a letter or digit first")
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == 0x2E || byte == 0x5F || byte == 0x2D
    }
}
