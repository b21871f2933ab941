/// Writes a ZIP archive piece by piece, without ever holding more than a piece (PKWARE APPNOTE 6.3.10).
///
/// Entries are stored, not compressed; names are UTF-8; all times are 1980-01-01, so the same files are the same bytes.
/// ZIP64 is used where a size, an offset or the number of entries needs it. Call ``begin(_:size:)``, ``append(_:)`` and
/// ``end()`` for each entry, then ``finish()``; the bytes that each returns follow each other in the archive.
package struct ZipArchive: Sendable {
    /// Why an archive cannot go on.
    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The name is empty, too long, leads out of the folder or stands twice.
        case name(String)
        /// The entry has another size than was told.
        case size(String, expected: Int64, found: Int64)
        /// Calls in another order.
        case order

        package var description: String {
            switch self {
            case .name(let name): "'\(name)' cannot be the name of an entry"
            case .size(let name, let expected, let found): "'\(name)' has \(found) bytes, not \(expected)"
            case .order: "the entries of the archive are mixed up"
            }
        }
    }

    private struct Entry {
        let name: String
        let size: Int64
        let offset: Int64
        /// Where ZIP64 begins.
        let limit: Int64
        var sum: UInt32 = 0

        var needsLongSizes: Bool { size >= limit }
        var needsLongOffset: Bool { offset >= limit }
    }

    private var entries: [Entry] = []
    private var names: Set<[UInt8]> = []
    private var offset: Int64 = 0
    private var open: (entry: Entry, sum: CRC32, count: Int64)?
    private var isFinished = false
    private let limit: Int64

    /// What 32 bits cannot hold (§4.4.1.4).
    private static let shortLimit: Int64 = 0xffff_ffff

    /// An empty archive.
    package init() { self.init(longFrom: Self.shortLimit) }

    /// An archive that uses ZIP64 from a smaller size on, which readers must take as well.
    init(longFrom limit: Int64) { self.limit = limit }

    /// The bytes of a whole archive of such entries, known before any of them is read.
    ///
    /// - Parameter entries: names and sizes in their order.
    /// - Returns: its size.
    package static func size(of entries: [(name: String, size: Int64)]) -> Int64 {
        var offset: Int64 = 0
        var directory: Int64 = 0
        for (name, size) in entries {
            let entry = Entry(name: name, size: size, offset: offset, limit: shortLimit)
            offset += Int64(localHeader(entry).count + descriptor(entry).count) + size
            directory += Int64(centralHeader(entry).count)
        }
        return offset + directory
            + Int64(ending(count: entries.count, offset: offset, size: directory, limit: shortLimit).count)
    }

    /// Begins an entry.
    ///
    /// - Parameters:
    ///   - name: its path, with slashes.
    ///   - size: its bytes.
    /// - Returns: the bytes that come before its own.
    /// - Throws: ``Failure``.
    package mutating func begin(_ name: String, size: Int64) throws(Failure) -> [UInt8] {
        guard open == nil, !isFinished, size >= 0 else { throw .order }
        guard RecordPaths.isBelow(name), name.utf8.count <= 0xffff, names.insert(Array(name.utf8)).inserted else {
            throw .name(name)
        }
        let entry = Entry(name: name, size: size, offset: offset, limit: limit)
        open = (entry, CRC32(), 0)
        return advanced(Self.localHeader(entry))
    }

    /// Adds bytes to the entry that was begun; they go into the archive as they are.
    ///
    /// - Parameter bytes: the next bytes.
    /// - Throws: ``Failure`` when they are more than was told.
    package mutating func append(_ bytes: some Collection<UInt8>) throws(Failure) {
        guard var current = open else { throw .order }
        current.count += Int64(bytes.count)
        guard current.count <= current.entry.size else {
            throw .size(current.entry.name, expected: current.entry.size, found: current.count)
        }
        current.sum.update(ArraySlice(bytes))
        offset += Int64(bytes.count)
        open = current
    }

    /// Ends the entry.
    ///
    /// - Returns: the bytes that come after its own.
    /// - Throws: ``Failure`` when they are fewer than was told.
    package mutating func end() throws(Failure) -> [UInt8] {
        guard var current = open else { throw .order }
        guard current.count == current.entry.size else {
            throw .size(current.entry.name, expected: current.entry.size, found: current.count)
        }
        current.entry.sum = current.sum.value
        open = nil
        entries.append(current.entry)
        return advanced(Self.descriptor(current.entry))
    }

    /// A whole entry that is in memory.
    ///
    /// - Parameters:
    ///   - name: its path, with slashes.
    ///   - bytes: its bytes.
    /// - Returns: all of the archive's bytes for it.
    /// - Throws: ``Failure``.
    package mutating func file(_ name: String, _ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        let before = try begin(name, size: Int64(bytes.count))
        try append(bytes)
        return before + bytes + (try end())
    }

    /// Ends the archive.
    ///
    /// - Returns: its directory.
    /// - Throws: ``Failure`` when an entry is still open.
    package mutating func finish() throws(Failure) -> [UInt8] {
        guard open == nil, !isFinished else { throw .order }
        isFinished = true
        let directory = entries.flatMap(Self.centralHeader)
        return directory + Self.ending(count: entries.count, offset: offset, size: Int64(directory.count), limit: limit)
    }

    private mutating func advanced(_ bytes: [UInt8]) -> [UInt8] {
        offset += Int64(bytes.count)
        return bytes
    }

    // MARK: - Records of the format

    /// Sizes and sum follow the data (bit 3), and the name is UTF-8 (bit 11; §4.4.4).
    private static let flags: UInt64 = 1 << 3 | 1 << 11
    /// 1980-01-01, the first day of the format (§4.4.6).
    private static let date: UInt64 = 0x0021

    /// §4.3.7; its sum and sizes are zero, they follow the data.
    private static func localHeader(_ entry: Entry) -> [UInt8] {
        var record = LittleEndian()
        record.add(0x0403_4b50, 4)
        record.add(entry.needsLongSizes ? 45 : 20, 2)
        for field in [flags, 0, 0, date] { record.add(field, 2) }
        record.add(0, 4)
        // §4.3.9.2: long sizes follow the data only when the header has the ZIP64 field.
        for _ in 0..<2 { record.add(entry.needsLongSizes ? 0xffff_ffff : 0, 4) }
        record.add(UInt64(entry.name.utf8.count), 2)
        record.add(entry.needsLongSizes ? 20 : 0, 2)
        record.add(entry.name)
        if entry.needsLongSizes {
            for (field, width) in [(1, 2), (16, 2), (0, 8), (0, 8)] { record.add(UInt64(field), width) }
        }
        return record.bytes
    }

    /// §4.3.9.
    private static func descriptor(_ entry: Entry) -> [UInt8] {
        var record = LittleEndian()
        record.add(0x0807_4b50, 4)
        record.add(UInt64(entry.sum), 4)
        for _ in 0..<2 { record.add(UInt64(entry.size), entry.needsLongSizes ? 8 : 4) }
        return record.bytes
    }

    /// §4.3.12, with the ZIP64 field of §4.5.3 where needed.
    private static func centralHeader(_ entry: Entry) -> [UInt8] {
        var long = LittleEndian()
        if entry.needsLongSizes { for _ in 0..<2 { long.add(UInt64(entry.size), 8) } }
        if entry.needsLongOffset { long.add(UInt64(entry.offset), 8) }
        let version: UInt64 = long.bytes.isEmpty ? 20 : 45
        var record = LittleEndian()
        record.add(0x0201_4b50, 4)
        // Made by Unix, so that the attributes below are a file's mode.
        record.add(3 << 8 | version, 2)
        for field in [version, flags, 0, 0, date] { record.add(field, 2) }
        record.add(UInt64(entry.sum), 4)
        for _ in 0..<2 { record.add(entry.needsLongSizes ? 0xffff_ffff : UInt64(entry.size), 4) }
        record.add(UInt64(entry.name.utf8.count), 2)
        record.add(UInt64(long.bytes.isEmpty ? 0 : long.bytes.count + 4), 2)
        for _ in 0..<3 { record.add(0, 2) }
        // A regular file with mode 0644.
        record.add(0o100644 << 16, 4)
        record.add(entry.needsLongOffset ? 0xffff_ffff : UInt64(entry.offset), 4)
        record.add(entry.name)
        if !long.bytes.isEmpty {
            record.add(1, 2)
            record.add(UInt64(long.bytes.count), 2)
            record.add(long)
        }
        return record.bytes
    }

    /// §4.3.14 to §4.3.16.
    private static func ending(count: Int, offset: Int64, size: Int64, limit: Int64) -> [UInt8] {
        var record = LittleEndian()
        if count >= 0xffff || offset >= limit || size >= limit {
            record.add(0x0606_4b50, 4)
            record.add(44, 8)
            for _ in 0..<2 { record.add(45, 2) }
            for _ in 0..<2 { record.add(0, 4) }
            for _ in 0..<2 { record.add(UInt64(count), 8) }
            for field in [size, offset] { record.add(UInt64(field), 8) }
            record.add(0x0706_4b50, 4)
            record.add(0, 4)
            record.add(UInt64(offset + size), 8)
            record.add(1, 4)
        }
        record.add(0x0605_4b50, 4)
        for _ in 0..<2 { record.add(0, 2) }
        for _ in 0..<2 { record.add(UInt64(min(count, 0xffff)), 2) }
        for field in [size, offset] { record.add(UInt64(min(field, 0xffff_ffff)), 4) }
        record.add(0, 2)
        return record.bytes
    }
}

/// Numbers with the lowest byte first.
private struct LittleEndian {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: UInt64, _ width: Int) {
        for place in 0..<width { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
    }

    mutating func add(_ text: String) { bytes += text.utf8 }
    mutating func add(_ other: LittleEndian) { bytes += other.bytes }
}
