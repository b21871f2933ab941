/// A file to be written.
struct OfferedFile: Sendable {
    var path: RemotePath
    /// Where to begin; what is there before stays, what is there after goes.
    var offset: UInt64 = 0
    /// Exactly these mode bits at the end; nil leaves them to the site.
    var permissions: UInt32?
    var modified: Int64?
    /// Whether its content must be on the site's disk at the end, where the server can tell.
    var isSynchronized = false
}

/// What the local side says about the files it sends, one file after another.
enum OfferedPart: Sendable {
    case begin(OfferedFile)
    case bytes([UInt8], offset: UInt64)
    case end(size: UInt64)

    /// What it counts for in a handover.
    var weight: Int {
        switch self {
        case .bytes(let bytes, _): bytes.count
        case .begin, .end: 256
        }
    }
}

/// Writes files, many requests under way at once, also over the border between two files.
final class SendErrand: FileErrand {
    /// Bytes sent that are not confirmed; the server's own window is 2 MiB with OpenSSH.
    private static let window = 8 << 20
    /// Files open at once.
    private static let width = 64
    /// How much is taken from the local side, and put into packets, before the channel takes it.
    private static let queue = 512 << 10

    private enum Asked {
        case opening(UnfinishedFile)
        case writing(UnfinishedFile, count: Int)
        case setting(UnfinishedFile)
        case closing(UnfinishedFile)
    }

    private let handover: Handover<OfferedPart>
    private let count: @Sendable (Int) -> Void
    private var isExhausted = false
    private var asked: [UInt32: Asked] = [:]
    /// Files that are not closed, in their order; parts that come are for the last.
    private var files: [UnfinishedFile] = []
    /// Parts that have come before their file could begin.
    private var parts: [OfferedPart] = []
    private var bytesAsked = 0
    private var bytesWaiting = 0
    private var total: UInt64 = 0

    /// - Parameters:
    ///   - handover: gives the files and their bytes.
    ///   - count: is told of bytes that the server has confirmed.
    init(from handover: Handover<OfferedPart>, count: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.handover = handover
        self.count = count
    }

    var outcome: UInt64? { isExhausted && asked.isEmpty && files.isEmpty ? total : nil }

    // MARK: - Asking

    func fill(_ conversation: FileConversation) throws(SSHError) {
        if handover.isAbandoned { throw .cancelled(commandMayHaveRun: true) }
        while takePart(conversation) {}
        for file in files where file.hasWork { work(on: file, conversation) }
        files.removeAll { $0.isClosing }
    }

    /// - Returns: whether there was one, and a place for it.
    private func takePart(_ conversation: FileConversation) -> Bool {
        guard bytesWaiting < Self.queue, !isExhausted else { return false }
        if parts.isEmpty {
            guard let more = handover.poll() else {
                isExhausted = true
                return false
            }
            // The last is the first to come out, so that nothing holds the bytes of what is gone.
            parts = more.reversed()
        }
        switch parts.last {
        case .begin(let file):
            guard files.count < Self.width else { return false }
            begin(file, conversation)
        case .bytes(let bytes, let offset):
            bytesWaiting += bytes.count
            files.last?.pieces.append((offset, bytes[...]))
        case .end(let size): files.last?.end = size
        case nil: return false
        }
        parts.removeLast()
        return true
    }

    private func begin(_ offered: OfferedFile, _ conversation: FileConversation) {
        let file = UnfinishedFile(offered)
        files.append(file)
        // Writable for ourselves, closed to others, until it is whole.
        let permissions = offered.permissions.map { $0 & 0o700 | 0o600 }
        let mode = OpeningMode.writing(truncates: offered.offset == 0)
        asked[conversation.ask(.open(offered.path, mode, permissions: permissions))] = .opening(file)
    }

    private func work(on file: UnfinishedFile, _ conversation: FileConversation) {
        guard let handle = file.handle else { return }
        if file.offered.offset > 0, !file.isCut {
            file.isCut = true
            asked[conversation.ask(.setOpenAttributes(handle, FileChange(size: file.offered.offset)))] = .setting(file)
        }
        while let (offset, bytes) = file.pieces.first {
            guard bytesAsked < Self.window, conversation.unsentCount < Self.queue else { return }
            let part = bytes.prefix(conversation.features.writeLength)
            asked[conversation.ask(.write(handle, offset: offset, part))] = .writing(file, count: part.count)
            file.written = max(file.written, offset + UInt64(part.count))
            bytesAsked += part.count
            bytesWaiting -= part.count
            let rest = bytes.dropFirst(part.count)
            if rest.isEmpty {
                file.pieces.removeFirst()
            } else {
                file.pieces[0] = (offset + UInt64(part.count), rest)
            }
        }
        if let end = file.end { finish(file, handle, end, conversation) }
    }

    /// The last requests follow the writes at once: on one handle they are carried out in their order.
    private func finish(_ file: UnfinishedFile, _ handle: [UInt8], _ end: UInt64, _ conversation: FileConversation) {
        let change = FileChange(
            size: file.written < end ? end : nil,
            permissions: file.offered.permissions,
            modified: file.offered.modified
        )
        if !change.isEmpty { asked[conversation.ask(.setOpenAttributes(handle, change))] = .setting(file) }
        if file.offered.isSynchronized, conversation.features.names.contains(.synchronize) {
            asked[conversation.ask(.extendedOnOpen(.synchronize, handle))] = .setting(file)
        }
        asked[conversation.ask(.close(handle))] = .closing(file)
        file.isClosing = true
    }

    // MARK: - Taking

    func take(_ answer: FileAnswer, to id: UInt32, _ conversation: FileConversation) throws(SSHError) {
        switch asked.removeValue(forKey: id) {
        case .opening(let file):
            guard case .handle(let handle) = answer else { throw answer.failure(file.offered.path) }
            file.handle = handle
        case .writing(let file, let count):
            guard answer == .status(.ok) else { throw answer.failure(file.offered.path) }
            bytesAsked -= count
            total += UInt64(count)
            self.count(count)
        case .setting(let file), .closing(let file):
            guard answer == .status(.ok) else { throw answer.failure(file.offered.path) }
        case nil: break
        }
    }
}

/// A file that is being written.
///
/// Not Sendable: it stays in its session.
private final class UnfinishedFile {
    let offered: OfferedFile
    var handle: [UInt8]?
    /// What waits to be sent.
    var pieces: [(offset: UInt64, bytes: ArraySlice<UInt8>)] = []
    /// The length, as soon as all bytes are there.
    var end: UInt64?
    /// How far bytes were sent.
    var written: UInt64
    /// Whether what was there behind the begin is gone.
    var isCut = false
    var isClosing = false

    init(_ offered: OfferedFile) {
        self.offered = offered
        written = offered.offset
    }

    var hasWork: Bool { handle != nil && !isClosing }
}
