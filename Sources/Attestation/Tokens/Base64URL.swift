/// Base 64 with the URL-safe alphabet and no padding, as JOSE writes everything (RFC 7515 §2), read in one way only.
package enum Base64URL {
    /// The text of some bytes.
    ///
    /// - Parameter bytes: any bytes.
    /// - Returns: letters, digits, `-` and `_`.
    package static func text(_ bytes: [UInt8]) -> String {
        String(
            decoding: Base64.text(bytes).utf8.compactMap { byte -> UInt8? in
                switch byte {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                case UInt8(ascii: "="): nil
                default: byte
                }
            },
            as: UTF8.self
        )
    }

    /// The bytes of a text without padding, whose unused bits are zero.
    ///
    /// - Parameter text: the text.
    /// - Returns: the bytes; nil for anything else.
    package static func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var standard: [UInt8] = []
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: standard.append(byte)
            }
        }
        guard standard.count % 4 != 1 else { return nil }
        while !standard.count.isMultiple(of: 4) { standard.append(UInt8(ascii: "=")) }
        return Base64.bytes(standard)
    }
}
