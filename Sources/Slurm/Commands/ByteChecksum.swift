/// The checksum printed by cksum(1), POSIX XCU `cksum`: a CRC over the bytes and their count.
///
/// It finds truncated and half-written files; it is no defence against a forger.
enum ByteChecksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { value, _ in
            value & 0x8000_0000 == 0 ? value << 1 : (value << 1) ^ 0x04C1_1DB7
        }
    }

    /// `CRC SIZE`, as `cksum` prints for its standard input.
    static func line(_ bytes: [UInt8]) -> String {
        var crc: UInt32 = 0
        for byte in bytes { crc = step(crc, byte) }
        var count = bytes.count
        while count > 0 {
            crc = step(crc, UInt8(count & 0xFF))
            count >>= 8
        }
        return "\(~crc) \(bytes.count)"
    }

    private static func step(_ crc: UInt32, _ byte: UInt8) -> UInt32 {
        (crc << 8) ^ table[Int(UInt8(crc >> 24) ^ byte)]
    }
}
