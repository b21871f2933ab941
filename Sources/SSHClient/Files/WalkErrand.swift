/// Lists a folder and everything below it, many folders at once; links are read and not followed.
final class WalkErrand: FileErrand {
    /// Requests under way at once.
    private static let width = 64

    private enum Asked {
        case opening(RemotePath)
        case reading(RemotePath, handle: [UInt8])
        case link(TreeEntry)
        case closing
    }

    private let root: RemotePath
    private let limit: Int
    /// What is still to be asked, the latest found first: so the list of it stays short.
    private var waiting: [(FilePacket, Asked)] = []
    private var asked: [UInt32: Asked] = [:]
    private var entries: [TreeEntry] = []
    private var isBegun = false

    /// - Parameters:
    ///   - root: the folder to begin with.
    ///   - limit: the most entries; more are an error.
    init(_ root: RemotePath, limit: Int) {
        self.root = root
        self.limit = limit
    }

    var outcome: [TreeEntry]? { isBegun && waiting.isEmpty && asked.isEmpty ? entries : nil }

    func fill(_ files: FileConversation) {
        if !isBegun { open("") }
        isBegun = true
        while asked.count < Self.width, let (packet, what) = waiting.popLast() { asked[files.ask(packet)] = what }
    }

    private func open(_ folder: RemotePath) {
        waiting.append((.openFolder(root.appending(folder)), .opening(folder)))
    }

    func take(_ answer: FileAnswer, to id: UInt32, _ files: FileConversation) throws(SSHError) {
        switch (asked.removeValue(forKey: id), answer) {
        case (.opening(let folder), .handle(let handle)):
            waiting.append((.readFolder(handle), .reading(folder, handle: handle)))
        case (.reading(let folder, let handle), .entries(let found)):
            for entry in found where !entry.isSelfOrParent { try add(entry, in: folder) }
            waiting.append((.readFolder(handle), .reading(folder, handle: handle)))
        case (.reading(_, let handle), .status(.endOfFile)): waiting.append((.close(handle), .closing))
        case (.link(var entry), .entries(let found)) where found.count == 1:
            entry.kind = .symbolicLink(found[0].path)
            entries.append(entry)
        case (.closing, _), (nil, _): break
        case (.opening(let path), _), (.reading(let path, _), _): throw answer.failure(root.appending(path))
        case (.link(let entry), _): throw answer.failure(root.appending(entry.path))
        }
    }

    private func add(_ found: SSHDirectoryEntry, in folder: RemotePath) throws(SSHError) {
        let path = folder.appending(found.path)
        guard TreeRules.isName(inFolder: found.nameBytes) else {
            throw .fileFailure(path: path.description, reason: "the server gives what is no name", notFound: false)
        }
        guard entries.count + waiting.count < limit else {
            let place = root.appending(folder).description
            throw .fileFailure(path: place, reason: "more than \(limit) files", notFound: false)
        }
        var entry = TreeEntry(
            path: path,
            kind: .file,
            size: found.attributes.size,
            permissions: found.attributes.permissions,
            modified: found.attributes.modified
        )
        switch found.attributes.kind {
        case .file: entries.append(entry)
        case .directory:
            entry.kind = .directory
            entry.size = 0
            entries.append(entry)
            open(path)
        case .symbolicLink:
            entry.size = 0
            waiting.append((.readLink(root.appending(path)), .link(entry)))
        case .other: break
        }
    }
}
