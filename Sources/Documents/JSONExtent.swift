/// How deep and how long a JSON text is, found without reading it.
///
/// A text of two megabytes can hold a million values, and making a million values of it takes seconds.
enum JSONExtent {
    /// The most levels of arrays and objects.
    static let levels = 100
    /// The most values, as for YAML.
    static let values = 100_000

    /// Refuses what is too deep or too long; whether it is JSON at all is for others to say.
    static func require(_ bytes: [UInt8]) throws(DocumentError) {
        var (depth, count) = (0, 1)
        var (isText, isEscaped) = (false, false)
        for byte in bytes {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                (depth, count) = (depth + 1, count + 1)
                guard depth <= levels else {
                    throw .syntax(message: "it is nested more than \(levels) levels deep", line: nil)
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ","):
                count += 1
                guard count <= values else { throw .tooManyValues(limit: values) }
            default: break
            }
        }
    }
}
