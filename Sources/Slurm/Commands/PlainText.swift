/// Foreign text made safe to show: valid UTF-8, no control characters, limited in length.
enum PlainText {
    /// The beginning of a text in one line.
    static func excerpt(_ bytes: some Sequence<UInt8>, limit: Int) -> String {
        excerpt(String(decoding: Array(bytes.prefix(limit * 4)), as: UTF8.self), limit: limit)
    }

    /// The beginning of a text in one line; runs of control characters and spaces become one space.
    static func excerpt(_ text: String, limit: Int) -> String {
        var result = ""
        var gap = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace || scalar.properties.generalCategory == .control {
                gap = !result.isEmpty
                continue
            }
            if result.unicodeScalars.count >= limit { return result + "…" }
            if gap { result.unicodeScalars.append(" ") }
            gap = false
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
