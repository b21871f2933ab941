/// What the server answers to a file request, SFTP version 3 (draft-ietf-secsh-filexfer-02 §7).
enum FileAnswer: Sendable, Hashable {
    case version(UInt32)
    case status(FileStatus)
    case handle([UInt8])
    case data([UInt8])
    case entries([SSHDirectoryEntry])
    case attributes(SSHFileAttributes)

    /// Reads one packet; nil when it makes no sense.
    static func read(_ packet: some Collection<UInt8>) -> (id: UInt32, answer: FileAnswer)? {
        var reader = PacketReader(packet)
        guard let kind = reader.byte(), let id = reader.uint32() else { return nil }
        // The version's place is where others have the number of the request.
        if kind == 2 { return (0, .version(id)) }
        return answer(kind, &reader).map { (id, $0) }
    }

    private static func answer(_ kind: UInt8, _ reader: inout PacketReader) -> FileAnswer? {
        switch kind {
        case 101: return reader.uint32().map { .status(FileStatus($0)) }
        case 102: return reader.string().map { .handle(Array($0)) }
        case 103: return reader.string().map { .data(Array($0)) }
        case 104:
            guard let count = reader.uint32() else { return nil }
            var entries: [SSHDirectoryEntry] = []
            for _ in 0..<count {
                guard let name = reader.string(), reader.string() != nil,
                    let attributes = SSHFileAttributes(reading: &reader)
                else { return nil }
                entries.append(SSHDirectoryEntry(nameBytes: Array(name), attributes: attributes))
            }
            return .entries(entries)
        case 105: return SSHFileAttributes(reading: &reader).map { .attributes($0) }
        default: return nil
        }
    }
}

extension SSHFileAttributes {
    /// Attributes as SFTP version 3 writes them (§5); nil when they end too early.
    fileprivate init?(reading reader: inout PacketReader) {
        guard let flags = reader.uint32() else { return nil }
        var size: UInt64 = 0
        var (user, group, mode, modified): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        if flags & 1 != 0 {
            guard let value = reader.uint64() else { return nil }
            size = value
        }
        if flags & 2 != 0 {
            guard let first = reader.uint32(), let second = reader.uint32() else { return nil }
            (user, group) = (first, second)
        }
        if flags & 4 != 0 {
            guard let value = reader.uint32() else { return nil }
            mode = value
        }
        if flags & 8 != 0 {
            guard reader.uint32() != nil, let value = reader.uint32() else { return nil }
            modified = value
        }
        if flags & 0x8000_0000 != 0 {
            guard let count = reader.uint32() else { return nil }
            for _ in 0..<count { guard reader.string() != nil, reader.string() != nil else { return nil } }
        }
        let kind: Kind =
            switch mode & 0o170000 {
            case 0o100000: .file
            case 0o040000: .directory
            case 0o120000: .symbolicLink
            default: .other
            }
        self.init(
            kind: kind,
            size: size,
            permissions: mode & 0o7777,
            userID: user,
            groupID: group,
            modified: Int64(modified)
        )
    }
}

/// A file request, SFTP version 3 (draft-ietf-secsh-filexfer-02 §6), without its number.
enum FilePacket: Sendable {
    case openForReading(String)
    case openForWriting(String, permissions: UInt32)
    case close([UInt8])
    case read([UInt8], offset: UInt64, count: Int)
    case write([UInt8], offset: UInt64, ArraySlice<UInt8>)
    case attributes(String, followsLinks: Bool)
    case setPermissions([UInt8], UInt32)
    case openFolder(String)
    case readFolder([UInt8])
    case remove(String)
    case makeFolder(String, permissions: UInt32)
    case removeFolder(String)
    case rename(String, to: String)

    static let hello = PacketWriter.framed { packet in
        packet.put(UInt8(1))
        packet.put(UInt32(3))
    }

    func bytes(id: UInt32) -> [UInt8] {
        PacketWriter.framed { packet in
            packet.put(kind)
            packet.put(id)
            write(to: &packet)
        }
    }

    private var kind: UInt8 {
        switch self {
        case .openForReading, .openForWriting: 3
        case .close: 4
        case .read: 5
        case .write: 6
        case .attributes(_, let followsLinks): followsLinks ? 17 : 7
        case .setPermissions: 10
        case .openFolder: 11
        case .readFolder: 12
        case .remove: 13
        case .makeFolder: 14
        case .removeFolder: 15
        case .rename: 18
        }
    }

    private func write(to packet: inout PacketWriter) {
        switch self {
        case .openForReading(let path):
            packet.put(path)
            packet.put(UInt32(1))
            packet.put(UInt32(0))
        case .openForWriting(let path, let permissions):
            packet.put(path)
            packet.put(UInt32(2 | 8 | 16))
            Self.put(permissions, to: &packet)
        case .close(let handle), .readFolder(let handle): packet.put(string: handle)
        case .read(let handle, let offset, let count):
            packet.put(string: handle)
            packet.put(offset)
            packet.put(UInt32(count))
        case .write(let handle, let offset, let bytes):
            packet.put(string: handle)
            packet.put(offset)
            packet.put(string: bytes)
        case .attributes(let path, _), .openFolder(let path), .remove(let path), .removeFolder(let path):
            packet.put(path)
        case .setPermissions(let handle, let permissions):
            packet.put(string: handle)
            Self.put(permissions, to: &packet)
        case .makeFolder(let path, let permissions):
            packet.put(path)
            Self.put(permissions, to: &packet)
        case .rename(let path, let target):
            packet.put(path)
            packet.put(target)
        }
    }

    private static func put(_ permissions: UInt32, to packet: inout PacketWriter) {
        packet.put(UInt32(4))
        packet.put(permissions)
    }
}
