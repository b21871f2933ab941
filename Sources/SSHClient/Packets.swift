/// Takes SSH's data types (RFC 4251 §5) off the front of some bytes; nil when the bytes end too early.
struct PacketReader: Sendable {
    private(set) var rest: ArraySlice<UInt8>

    /// Reads in place: nothing is copied while the reader is used.
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func uint32() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        let start = rest.startIndex
        defer { rest = rest[(start + 4)...] }
        return UInt32(rest[start]) << 24 | UInt32(rest[start + 1]) << 16 | UInt32(rest[start + 2]) << 8
            | UInt32(rest[start + 3])
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
        bytes.append(UInt8(truncatingIfNeeded: number >> 24))
        bytes.append(UInt8(truncatingIfNeeded: number >> 16))
        bytes.append(UInt8(truncatingIfNeeded: number >> 8))
        bytes.append(UInt8(truncatingIfNeeded: number))
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

    /// Puts a packet that tells its own length first, as the control socket and SFTP frame theirs.
    mutating func putFramed(_ build: (inout PacketWriter) -> Void) {
        let start = bytes.count
        put(UInt32(0))
        build(&self)
        let length = UInt32(bytes.count - start - 4)
        for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * place)) }
    }

    /// One such packet alone.
    static func framed(_ build: (inout PacketWriter) -> Void) -> [UInt8] {
        var whole = PacketWriter()
        whole.putFramed(build)
        return whole.bytes
    }

    /// Lets go of what was sent, keeping the memory.
    mutating func removeFirst(_ count: Int) { bytes.discardFirst(count) }
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

    mutating func append(_ more: UnsafeRawBufferPointer) { unsafe bytes.append(contentsOf: more) }

    /// The next packet without its length; nil when it is not all there yet.
    ///
    /// It is a view of what came in: whoever keeps it beyond the next `append` pays for a copy of everything.
    mutating func next() throws(TooLong) -> ArraySlice<UInt8>? {
        guard bytes.count - start >= 4 else { return compact() }
        var head = PacketReader(bytes[start..<(start + 4)])
        let length = Int(head.uint32() ?? 0)
        guard length <= limit else { throw TooLong() }
        guard bytes.count - start - 4 >= length else { return compact() }
        defer { start += 4 + length }
        return bytes[(start + 4)..<(start + 4 + length)]
    }

    /// Lets go of what was read, keeping the memory.
    private mutating func compact() -> ArraySlice<UInt8>? {
        bytes.discardFirst(start)
        start = 0
        return nil
    }
}

extension [UInt8] {
    /// Removes the first bytes in place; `removeFirst` takes new memory, and with every page of it a fault.
    mutating func discardFirst(_ discarded: Int) {
        guard discarded > 0 else { return }
        let rest = count - discarded
        unsafe withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, rest > 0 else { return }
            // Safe: both ranges lie in the buffer; they may overlap.
            unsafe base.update(from: base + discarded, count: rest)
        }
        removeLast(discarded)
    }
}
