/// A file request, SFTP version 3 (draft-ietf-secsh-filexfer-02 §6), without its number.
enum FilePacket: Sendable {
    case open(RemotePath, OpeningMode, permissions: UInt32?)
    case close([UInt8])
    case read([UInt8], offset: UInt64, count: Int)
    case write([UInt8], offset: UInt64, ArraySlice<UInt8>)
    case attributes(RemotePath, followsLinks: Bool)
    case setAttributes(RemotePath, FileChange)
    case setOpenAttributes([UInt8], FileChange)
    case openFolder(RemotePath)
    case readFolder([UInt8])
    case remove(RemotePath)
    case makeFolder(RemotePath, permissions: UInt32)
    case removeFolder(RemotePath)
    case rename(RemotePath, to: RemotePath)
    case readLink(RemotePath)
    case makeLink(RemotePath, target: RemotePath)
    case extended(FileFeatures.Name, [RemotePath])
    case extendedOnOpen(FileFeatures.Name, [UInt8])

    /// Puts the whole request into an outgoing stream.
    func put(id: UInt32, into stream: inout PacketWriter) {
        stream.putFramed { packet in
            packet.put(kind)
            packet.put(id)
            write(to: &packet)
        }
    }

    private var kind: UInt8 {
        switch self {
        case .open: 3
        case .close: 4
        case .read: 5
        case .write: 6
        case .attributes(_, let followsLinks): followsLinks ? 17 : 7
        case .setAttributes: 9
        case .setOpenAttributes: 10
        case .openFolder: 11
        case .readFolder: 12
        case .remove: 13
        case .makeFolder: 14
        case .removeFolder: 15
        case .rename: 18
        case .readLink: 19
        case .makeLink: 20
        case .extended, .extendedOnOpen: 200
        }
    }

    private func write(to packet: inout PacketWriter) {
        switch self {
        case .open(let path, let mode, let permissions):
            packet.put(string: path.bytes)
            packet.put(mode.flags)
            FileChange(permissions: permissions).write(to: &packet)
        case .close(let handle), .readFolder(let handle): packet.put(string: handle)
        case .read(let handle, let offset, let count):
            packet.put(string: handle)
            packet.put(offset)
            packet.put(UInt32(count))
        case .write(let handle, let offset, let bytes):
            packet.put(string: handle)
            packet.put(offset)
            packet.put(string: bytes)
        case .attributes(let path, _), .openFolder(let path), .remove(let path), .removeFolder(let path),
            .readLink(let path):
            packet.put(string: path.bytes)
        case .setAttributes(let path, let change):
            packet.put(string: path.bytes)
            change.write(to: &packet)
        case .setOpenAttributes(let handle, let change):
            packet.put(string: handle)
            change.write(to: &packet)
        case .makeFolder(let path, let permissions):
            packet.put(string: path.bytes)
            FileChange(permissions: permissions).write(to: &packet)
        case .rename(let path, let target):
            packet.put(string: path.bytes)
            packet.put(string: target.bytes)
        case .makeLink(let path, let target):
            // In this order, which is not the draft's: PROTOCOL of OpenSSH, §4.1; the others have followed.
            packet.put(string: target.bytes)
            packet.put(string: path.bytes)
        case .extended(let name, let paths):
            packet.put(name.rawValue)
            for path in paths { packet.put(string: path.bytes) }
        case .extendedOnOpen(let name, let handle):
            packet.put(name.rawValue)
            packet.put(string: handle)
        }
    }
}

/// What a file is opened for.
enum OpeningMode: Sendable {
    case reading
    /// Made when it is not there; `truncates` empties what is.
    case writing(truncates: Bool)

    /// `SSH_FXF_READ`, `WRITE`, `CREAT`, `TRUNC` of draft-ietf-secsh-filexfer-02 §6.3.
    var flags: UInt32 {
        switch self {
        case .reading: 1
        case .writing(let truncates): truncates ? 2 | 8 | 16 : 2 | 8
        }
    }
}

/// Attributes to be set; what is nil stays.
struct FileChange: Sendable, Hashable {
    var size: UInt64?
    var permissions: UInt32?
    /// Seconds since 1970 UTC; version 3 has 32 bits for them, and sets the time of access with it.
    var modified: Int64?

    var isEmpty: Bool { size == nil && permissions == nil && modified == nil }

    func write(to packet: inout PacketWriter) {
        packet.put(UInt32((size == nil ? 0 : 1) | (permissions == nil ? 0 : 4) | (modified == nil ? 0 : 8)))
        if let size { packet.put(size) }
        if let permissions { packet.put(permissions) }
        if let modified {
            packet.put(UInt32(clamping: modified))
            packet.put(UInt32(clamping: modified))
        }
    }
}
