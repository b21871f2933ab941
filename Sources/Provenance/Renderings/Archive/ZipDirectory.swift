/// The files of a ZIP archive that stores them as they are, as ``ZipArchive`` does (PKWARE APPNOTE 6.3.10).
///
/// Names are believed only where the directory and the entry itself agree: two readers must not see two archives.
package struct ZipDirectory: Sendable {
    /// Why an archive is not read.
    package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong.
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// One file.
    package struct Entry: Sendable, Hashable {
        /// Its path, with slashes.
        package let name: String
        /// How many bytes it has.
        package let size: Int64
        /// Where its own bytes begin in the archive.
        package let offset: Int64
    }

    /// Reads so many bytes of the archive; fewer at its end.
    package typealias Read = (_ offset: Int64, _ count: Int) throws -> [UInt8]

    /// The files in the order of the directory.
    package let entries: [Entry]

    private static let sizeLimit: Int64 = 64 << 20
    private static let countLimit = 100_000

    /// Reads the directory and the head of every entry.
    ///
    /// - Parameters:
    ///   - size: the archive's bytes.
    ///   - read: gives parts of it.
    /// - Throws: ``Fault``, and what `read` throws.
    package init(size: Int64, read: Read) throws {
        let place = try Self.directory(size, read)
        guard place.size <= Self.sizeLimit, place.offset >= 0, place.offset + place.size <= size else {
            throw Fault("its directory is not where it should be")
        }
        var fields = LittleEndianReader(try read(place.offset, Int(place.size)))
        var entries: [Entry] = []
        var names: Set<[UInt8]> = []
        while !fields.isAtEnd {
            let entry = try Self.entry(&fields, read)
            guard RecordPaths.isBelow(entry.name) else { throw Fault("the name '\(entry.name)' leads elsewhere") }
            guard names.insert(Array(entry.name.utf8)).inserted else { throw Fault("'\(entry.name)' stands twice") }
            guard entry.offset + entry.size <= place.offset else { throw Fault("'\(entry.name)' is cut off") }
            entries.append(entry)
            guard entries.count <= Self.countLimit else { throw Fault("it has too many files") }
        }
        self.entries = entries
    }

    /// §4.3.14 to §4.3.16; a comment at the end, in which a second directory could hide, is refused.
    private static func directory(_ size: Int64, _ read: Read) throws -> (offset: Int64, size: Int64) {
        guard size >= 22 else { throw Fault("it is no ZIP archive") }
        var end = LittleEndianReader(try read(size - 22, 22))
        guard try end.next(4) == 0x0605_4b50 else { throw Fault("it is no ZIP archive, or something follows it") }
        try end.skip(8)
        let (length, offset) = (try end.next(4), try end.next(4))
        guard try end.next(2) == 0 else { throw Fault("it has a comment") }
        guard size >= 42 else { return (Int64(offset), Int64(length)) }
        var locator = LittleEndianReader(try read(size - 42, 20))
        guard try locator.next(4) == 0x0706_4b50 else { return (Int64(offset), Int64(length)) }
        try locator.skip(4)
        guard let start = Int64(exactly: try locator.next(8)), start >= 0, start <= size - 98 else {
            throw Fault("its directory is not where it should be")
        }
        var long = LittleEndianReader(try read(start, 56))
        guard try long.next(4) == 0x0606_4b50 else { throw Fault("its directory is not where it should be") }
        try long.skip(36)
        guard let longLength = Int64(exactly: try long.next(8)), let longOffset = Int64(exactly: try long.next(8))
        else {
            throw Fault("its directory is not where it should be")
        }
        return (longOffset, longLength)
    }

    /// §4.3.12.
    private static func entry(_ fields: inout LittleEndianReader, _ read: Read) throws -> Entry {
        guard try fields.next(4) == 0x0201_4b50 else { throw Fault("its directory is damaged") }
        try fields.skip(4)
        let (flags, method) = (try fields.next(2), try fields.next(2))
        try fields.skip(8)
        var (packed, size) = (try fields.next(4), try fields.next(4))
        let (nameLength, extraLength, commentLength) = (try fields.next(2), try fields.next(2), try fields.next(2))
        try fields.skip(8)
        var offset = try fields.next(4)
        let name = try fields.bytes(Int(nameLength))
        var extra = LittleEndianReader(try fields.bytes(Int(extraLength)))
        try fields.skip(Int(commentLength))
        while !extra.isAtEnd {
            let kind = try extra.next(2)
            var field = LittleEndianReader(try extra.bytes(Int(try extra.next(2))))
            guard kind == 1 else { continue }
            if size == 0xffff_ffff { size = try field.next(8) }
            if packed == 0xffff_ffff { packed = try field.next(8) }
            if offset == 0xffff_ffff { offset = try field.next(8) }
        }
        let text = String(decoding: name, as: UTF8.self)
        guard method == 0, packed == size, flags & 1 == 0 else {
            throw Fault("'\(text)' is packed: unpack the archive, and verify the folder")
        }
        guard let length = Int64(exactly: size), let head = Int64(exactly: offset), length >= 0, head >= 0 else {
            throw Fault("'\(text)' is cut off")
        }
        return Entry(name: text, size: length, offset: try data(of: name, at: head, read))
    }

    /// §4.3.7.
    private static func data(of name: [UInt8], at offset: Int64, _ read: Read) throws -> Int64 {
        var head = LittleEndianReader(try read(offset, 30))
        guard try head.next(4) == 0x0403_4b50 else { throw Fault("its directory and its files differ") }
        try head.skip(22)
        let (nameLength, extraLength) = (Int64(try head.next(2)), Int64(try head.next(2)))
        guard nameLength == name.count, try read(offset + 30, name.count) == name else {
            throw Fault("its directory and its files have different names")
        }
        return offset + 30 + nameLength + extraLength
    }
}

/// Numbers with the lowest byte first.
private struct LittleEndianReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { position == text.count }

    mutating func next(_ width: Int) throws(ZipDirectory.Fault) -> UInt64 {
        try bytes(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func skip(_ count: Int) throws(ZipDirectory.Fault) { _ = try bytes(count) }

    mutating func bytes(_ count: Int) throws(ZipDirectory.Fault) -> [UInt8] {
        guard text.count - position >= count else { throw ZipDirectory.Fault("it is cut off") }
        defer { position += count }
        return Array(text[position..<position + count])
    }
}
