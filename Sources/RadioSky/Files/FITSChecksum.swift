/// The checksums of FITS (FITS Standard 4.0, §4.4.2.7 and appendix J).
enum FITSChecksum {
    /// The 32-bit ones' complement sum of big-endian words.
    ///
    /// - Parameters:
    ///   - bytes: a multiple of four.
    ///   - start: a sum so far.
    /// - Returns: the sum.
    static func sum(_ bytes: [UInt8], adding start: UInt32 = 0) -> UInt32 {
        var total = UInt64(start)
        var index = 0
        while index + 3 < bytes.count {
            total +=
                UInt64(bytes[index]) << 24 | UInt64(bytes[index + 1]) << 16 | UInt64(bytes[index + 2]) << 8
                | UInt64(bytes[index + 3])
            index += 4
        }
        while total >> 32 != 0 { total = (total & 0xFFFF_FFFF) + total >> 32 }
        return UInt32(total)
    }

    /// The 16 characters of the CHECKSUM card that bring the sum of the unit to all ones.
    static func text(_ sum: UInt32) -> String {
        let complement = ~sum
        // Punctuation between digits and letters is not used.
        let excluded: Set<Int> = [0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x40, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60]
        var encoded = [UInt8](repeating: 0, count: 16)
        for place in 0..<4 {
            let byte = Int(complement >> UInt32(24 - 8 * place) & 0xFF)
            var parts = [Int](repeating: byte / 4 + 0x30, count: 4)
            parts[0] += byte % 4
            for pair in [0, 2] {
                while excluded.contains(parts[pair]) || excluded.contains(parts[pair + 1]) {
                    parts[pair] += 1
                    parts[pair + 1] -= 1
                }
            }
            for (number, part) in parts.enumerated() { encoded[4 * number + place] = UInt8(part) }
        }
        // Turned by one, since the value begins at the twelfth byte of its card.
        return String(decoding: encoded.suffix(1) + encoded.prefix(15), as: UTF8.self)
    }
}
