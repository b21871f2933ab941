/// Compresses bytes (RFC 1951) in the zlib form (RFC 1950), finding runs only.
///
/// Difference maps are runs of one colour. The fixed codes keep this small and free of pointers.
enum Deflate {
    static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        var writer = BitWriter(bytes: [0x78, 0x01])
        // The last block, with fixed codes.
        writer.add(1, bits: 1)
        writer.add(1, bits: 2)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            writer.addSymbol(Int(byte))
            position += 1
            var run = 0
            while position + run < bytes.count, bytes[position + run] == byte, run < 258 { run += 1 }
            guard run >= 3 else { continue }
            writer.addLength(run)
            // The distance 1: code 0 of 5 bits.
            writer.add(0, bits: 5)
            position += run
        }
        writer.addSymbol(256)
        return writer.finished() + bigEndian(adler32(bytes))
    }

    /// RFC 1950 §8.2.
    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}

/// Bits, the least significant first (RFC 1951 §3.1.1).
private struct BitWriter {
    var bytes: [UInt8]
    private var pending: UInt64 = 0
    private var count = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func add(_ value: Int, bits: Int) {
        pending |= UInt64(value) << UInt64(count)
        count += bits
        while count >= 8 {
            bytes.append(UInt8(pending & 0xFF))
            pending >>= 8
            count -= 8
        }
    }

    /// A literal, the end (256) or the beginning of a length, by the fixed codes of RFC 1951 §3.2.6.
    mutating func addSymbol(_ symbol: Int) {
        switch symbol {
        case ..<144: addReversed(0x30 + symbol, bits: 8)
        case ..<256: addReversed(0x190 + symbol - 144, bits: 9)
        case ..<280: addReversed(symbol - 256, bits: 7)
        default: addReversed(0xC0 + symbol - 280, bits: 8)
        }
    }

    /// A length from 3 to 258: RFC 1951 §3.2.5.
    mutating func addLength(_ length: Int) {
        if length == 258 { return addSymbol(285) }
        let offset = length - 3
        if offset < 8 { return addSymbol(257 + offset) }
        // Codes come in fours, each four with one more extra bit.
        let extra = Int.bitWidth - 1 - offset.leadingZeroBitCount - 2
        addSymbol(257 + extra * 4 + (offset >> extra))
        add(offset & ((1 << extra) - 1), bits: extra)
    }

    private mutating func addReversed(_ code: Int, bits: Int) {
        let reversed = (0..<bits).reduce(0) { $0 << 1 | (code >> $1 & 1) }
        add(reversed, bits: bits)
    }

    func finished() -> [UInt8] { count > 0 ? bytes + [UInt8(pending & 0xFF)] : bytes }
}
