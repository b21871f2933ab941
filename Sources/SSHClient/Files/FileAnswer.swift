/// What the server answers to a file request, SFTP version 3 (draft-ietf-secsh-filexfer-02 §7).
enum FileAnswer: Sendable, Hashable {
    case version(UInt32, FileFeatures)
    case status(FileStatus)
    case handle([UInt8])
    /// A view of what came in: to be copied before more is read.
    case data(ArraySlice<UInt8>)
    case entries([SSHDirectoryEntry])
    case attributes(SSHFileAttributes)
    case extended([UInt8])

    /// Reads one packet; nil when it makes no sense.
    static func read(_ packet: ArraySlice<UInt8>) -> (id: UInt32, answer: FileAnswer)? {
        var reader = PacketReader(packet)
        guard let kind = reader.byte(), let id = reader.uint32() else { return nil }
        // The version's place is where others have the number of the request.
        if kind == 2 { return (0, .version(id, FileFeatures(reading: &reader))) }
        return answer(kind, &reader).map { (id, $0) }
    }

    private static func answer(_ kind: UInt8, _ reader: inout PacketReader) -> FileAnswer? {
        switch kind {
        case 101: return reader.uint32().map { .status(FileStatus($0)) }
        case 102: return reader.string().map { .handle(Array($0)) }
        case 103: return reader.string().map { .data($0) }
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
        case 201: return .extended(Array(reader.rest))
        default: return nil
        }
    }

    /// What it means where something else was expected.
    func failure(_ path: RemotePath) -> SSHError {
        if case .status(let status) = self { return status.failure(path) }
        return .fileFailure(path: path.description, reason: "the server's answer makes no sense", notFound: false)
    }
}

/// What a server can do beyond SFTP version 3, and how much it takes in one request.
struct FileFeatures: Sendable, Hashable {
    /// Extensions of OpenSSH (its PROTOCOL, §4) that we use.
    enum Name: String, Sendable, CaseIterable {
        case posixRename = "posix-rename@openssh.com"
        case synchronize = "fsync@openssh.com"
        case limits = "limits@openssh.com"
    }

    var names: Set<Name> = []
    /// How much travels in one request; every server takes this much (draft §3: 34000 bytes in all).
    var readLength = 32 << 10
    var writeLength = 32 << 10

    init() {}

    /// The pairs of name and version after the server's own version.
    init(reading reader: inout PacketReader) {
        while let name = reader.text(), reader.string() != nil {
            if let name = Name(rawValue: name) { names.insert(name) }
        }
    }

    /// Takes the answer to `limits@openssh.com`: packet, read, write and handles, 0 where there is no limit.
    mutating func take(limits bytes: [UInt8]) {
        var reader = PacketReader(bytes[...])
        guard reader.uint64() != nil, let read = reader.uint64(), let write = reader.uint64() else { return }
        readLength = Self.length(read)
        writeLength = Self.length(write)
    }

    /// At least what every server takes, at most what a quarter of our window is.
    private static func length(_ limit: UInt64) -> Int {
        limit == 0 ? 256 << 10 : Int(min(max(limit, 32 << 10), 256 << 10))
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
