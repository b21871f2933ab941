/// Quoting for bash in a batch script.
///
/// As `ShellWord`, but a carriage return is written `$'\r'`: sbatch refuses any script that holds CR LF.
enum BashWord {
    /// Quotes one value; refuses NUL and what is longer than one argument can be.
    static func quote(_ value: String, field: String) throws(SlurmError) -> String {
        guard !value.utf8.contains(0) else {
            throw .invalidValue(field: field, reason: "holds a NUL byte, which no shell word can carry")
        }
        // Less the longest name we export it under.
        guard value.utf8.count <= ShellWord.longestArgument - 300 else {
            throw .invalidValue(
                field: field,
                reason: "has \(value.utf8.count) bytes; Linux passes \(ShellWord.longestArgument - 300)"
            )
        }
        return quoteChecked(value)
    }

    /// Quotes a value known to hold no NUL byte.
    static func quoteChecked(_ value: String) -> String {
        let quoted = ShellWord.quoteWithoutNUL(value)
        guard quoted.utf8.contains(0x0D) else { return quoted }
        var bytes: [UInt8] = []
        for byte in quoted.utf8 {
            if byte == 0x0D {
                bytes += Array("'$'\\r''".utf8)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
