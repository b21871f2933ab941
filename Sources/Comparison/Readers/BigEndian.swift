/// Reads numbers, most significant byte first, and never beyond the end.
struct BigEndian {
    let bytes: [UInt8]
    var position: Int
    let end: Int

    init(_ bytes: [UInt8], from position: Int = 0, to end: Int? = nil) {
        self.bytes = bytes
        self.position = position
        self.end = min(end ?? bytes.count, bytes.count)
    }

    /// The next bytes; nil when there are not so many.
    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= end - position else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// The next 1, 2, 4 or 8 bytes as a number without sign; nil at the end.
    mutating func unsigned(_ count: Int) -> UInt64? {
        guard count <= end - position else { return nil }
        var value: UInt64 = 0
        for offset in 0..<count { value = value << 8 | UInt64(bytes[position + offset]) }
        position += count
        return value
    }

    /// The next 2, 4 or 8 bytes as a number in two's complement.
    mutating func signed(_ count: Int) -> Int64? {
        guard let value = unsigned(count) else { return nil }
        let unused = UInt64(64 - 8 * count)
        return Int64(bitPattern: value << unused) >> Int64(unused)
    }

    /// The next 4 or 8 bytes as a number of IEEE 754.
    mutating func real(_ count: Int) -> Double? {
        guard let value = unsigned(count) else { return nil }
        return count == 4 ? Double(Float(bitPattern: UInt32(value))) : Double(bitPattern: value)
    }

    /// The whole numbers without sign that fit; larger ones become real.
    static func cell(_ value: UInt64) -> Cell { Int64(exactly: value).map(Cell.integer) ?? .real(Double(value)) }
}
