/// Takes SSH's data types (RFC 4251 §5) off the front of some bytes; nil when the bytes end too early.
struct PacketReader: Sendable {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) { rest = Array(bytes)[...] }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func uint32() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func uint64() -> UInt64? {
        guard rest.count >= 8, let high = uint32(), let low = uint32() else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    mutating func string() -> ArraySlice<UInt8>? {
        guard let length = uint32(), rest.count >= Int(length) else { return nil }
        defer { rest = rest.dropFirst(Int(length)) }
        return rest.prefix(Int(length))
    }

    mutating func text() -> String? { string().map { String(decoding: $0, as: UTF8.self) } }
}

/// Puts SSH's data types (RFC 4251 §5) one after another.
struct PacketWriter: Sendable {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ byte: UInt8) { bytes.append(byte) }

    mutating func put(_ number: UInt32) {
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
    }

    mutating func put(_ number: UInt64) {
        put(UInt32(truncatingIfNeeded: number >> 32))
        put(UInt32(truncatingIfNeeded: number))
    }

    mutating func put(string: some Collection<UInt8>) {
        put(UInt32(string.count))
        bytes.append(contentsOf: string)
    }

    mutating func put(_ text: String) { put(string: text.utf8) }

    /// A packet that tells its own length first, as the control socket and SFTP frame theirs.
    static func framed(_ build: (inout PacketWriter) -> Void) -> [UInt8] {
        var body = PacketWriter()
        build(&body)
        var whole = PacketWriter()
        whole.put(string: body.bytes)
        return whole.bytes
    }
}

/// Takes length-prefixed packets out of a stream of bytes.
struct PacketStream: Sendable {
    /// A length that no honest peer sends.
    struct TooLong: Error {}

    private var bytes: [UInt8] = []
    private var start = 0
    let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

    /// The next packet without its length; nil when it is not all there yet.
    mutating func next() throws(TooLong) -> ArraySlice<UInt8>? {
        guard bytes.count - start >= 4 else { return compact() }
        let length = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
        guard length <= limit else { throw TooLong() }
        guard bytes.count - start - 4 >= length else { return compact() }
        defer { start += 4 + length }
        return bytes[(start + 4)..<(start + 4 + length)]
    }

    private mutating func compact() -> ArraySlice<UInt8>? {
        bytes.removeFirst(start)
        start = 0
        return nil
    }
}
