/// Quoting for the POSIX shell (XCU §2.2.2): the quoted word reads back as exactly the bytes that went in.
package enum ShellWord {
    /// The largest single argument or environment string Linux passes to a program, in bytes (`MAX_ARG_STRLEN`).
    package static let longestArgument = 131_071

    /// Encloses a string in single quotes; a quote inside becomes `'\''`.
    ///
    /// A string of only harmless characters is quoted too, so that a reader of a script sees what was a value.
    package static func quote(_ text: String) throws(SlurmError) -> String {
        guard !text.utf8.contains(0) else {
            throw .invalidValue(field: "value", reason: "holds a NUL byte, which no shell word can carry")
        }
        return quoteWithoutNUL(text)
    }

    /// The same for text that is known to hold no NUL byte (a NUL is dropped, as the shell itself would).
    static func quoteWithoutNUL(_ text: String) -> String {
        var bytes: [UInt8] = [0x27]
        bytes.reserveCapacity(text.utf8.count + 2)
        for byte in text.utf8 where byte != 0 {
            if byte == 0x27 {
                bytes += [0x27, 0x5C, 0x27, 0x27]
            } else {
                bytes.append(byte)
            }
        }
        bytes.append(0x27)
        return String(decoding: bytes, as: UTF8.self)
    }
}
