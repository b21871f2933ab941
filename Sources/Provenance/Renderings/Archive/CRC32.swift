/// The check sum of ZIP entries (ISO 3309, polynomial 0xEDB88320), over bytes that arrive in pieces.
///
/// Eight bytes at a time by eight tables, so that it keeps up with a disk.
struct CRC32: Sendable, Hashable {
    private var state: UInt32 = 0xffff_ffff

    /// The sum of the bytes so far.
    var value: UInt32 { ~state }

    mutating func update(_ bytes: ArraySlice<UInt8>) {
        let tables = Self.tables
        var sum = state
        var index = bytes.startIndex
        while bytes.endIndex - index >= 8 {
            sum ^= UInt32(bytes[index])
            sum ^= UInt32(bytes[index + 1]) << 8
            sum ^= UInt32(bytes[index + 2]) << 16
            sum ^= UInt32(bytes[index + 3]) << 24
            let (first, second) = (Int(sum & 255), Int(sum >> 8 & 255))
            let (third, fourth) = (Int(sum >> 16 & 255), Int(sum >> 24))
            let front = tables[1792 + first] ^ tables[1536 + second]
            let middle = tables[1280 + third] ^ tables[1024 + fourth]
            let back = tables[768 + Int(bytes[index + 4])] ^ tables[512 + Int(bytes[index + 5])]
            let end = tables[256 + Int(bytes[index + 6])] ^ tables[Int(bytes[index + 7])]
            sum = front ^ middle ^ back ^ end
            index += 8
        }
        for byte in bytes[index...] { sum = tables[Int((sum ^ UInt32(byte)) & 255)] ^ (sum >> 8) }
        state = sum
    }

    /// Table n, at 256 times n, is for a byte with n bytes behind it.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for byte in UInt32(0)..<256 {
            var sum = byte
            for _ in 0..<8 { sum = sum & 1 == 1 ? 0xedb8_8320 ^ (sum >> 1) : sum >> 1 }
            tables.append(sum)
        }
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(tables[Int(before & 255)] ^ (before >> 8))
        }
        return tables
    }()
}
