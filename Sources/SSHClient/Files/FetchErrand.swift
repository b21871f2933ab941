/// A file to be read.
struct WantedFile: Sendable {
    /// Which of the caller's files it is.
    var index = 0
    var path: RemotePath
    var offset: UInt64 = 0
    /// Where to stop; nil for the end that the file has when it is read.
    var end: UInt64?
}

/// Bytes of a file on their way to the caller, in order for each file.
struct FetchedPart: Sendable {
    var index: Int
    var offset: UInt64
    var bytes: [UInt8]
    /// The file's length, with its last part.
    var end: UInt64?
}

/// Reads files, many requests under way at once, also over the border between two files.
final class FetchErrand: FileErrand {
    /// Bytes asked for that have not come; over a distance this decides the speed.
    private static let window = 8 << 20
    /// Files open at once.
    private static let width = 64
    /// How much is handed to the caller at once.
    private static let piece = 512 << 10

    private enum Asked {
        case opening(OpenFile)
        case reading(OpenFile, offset: UInt64, count: Int)
        case closing
    }

    private let nextFile: @Sendable () -> WantedFile?
    private let handover: Handover<FetchedPart>
    private let spares: SpareBuffers
    private let limit: UInt64
    private let skipsZeros: Bool
    private let count: @Sendable (Int) -> Void

    private var isExhausted = false
    private var asked: [UInt32: Asked] = [:]
    private var open = 0
    /// Files of which there is more to ask for.
    private var unasked: [OpenFile] = []
    private var bytesAsked = 0
    private var total: UInt64 = 0

    /// - Parameters:
    ///   - nextFile: the files, one after another.
    ///   - handover: takes what has come; it ends with the last byte.
    ///   - spares: what the consumer gives back.
    ///   - limit: the most bytes to take of all files together.
    ///   - skipsZeros: whether long runs of zeros are left out.
    ///   - count: is told of bytes that have come.
    init(
        _ nextFile: @escaping @Sendable () -> WantedFile?,
        to handover: Handover<FetchedPart>,
        spares: SpareBuffers = FetchErrand.spareBuffers(),
        limit: UInt64 = .max,
        skipsZeros: Bool = false,
        count: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.nextFile = nextFile
        self.handover = handover
        self.spares = spares
        self.limit = limit
        self.skipsZeros = skipsZeros
        self.count = count
    }

    /// Room for a piece and the answer that completes it.
    static func spareBuffers() -> SpareBuffers { SpareBuffers(size: piece + 256 << 10, count: 16) }

    var outcome: UInt64? { isExhausted && asked.isEmpty && open == 0 ? total : nil }

    // MARK: - Asking

    func fill(_ files: FileConversation) throws(SSHError) {
        if handover.isAbandoned { throw .cancelled(commandMayHaveRun: true) }
        while let file = unasked.first, bytesAsked < Self.window, handover.hasRoom {
            guard askForMore(of: file, files) else {
                unasked.removeFirst()
                continue
            }
            // The first of a file of unknown length: the others may go on meanwhile.
            if !file.mayAskMore { unasked.removeFirst() }
        }
        while !isExhausted, open < Self.width, bytesAsked < Self.window, handover.hasRoom {
            guard let wanted = nextFile() else {
                isExhausted = true
                return
            }
            open += 1
            asked[files.ask(.open(wanted.path, .reading, permissions: nil))] = .opening(OpenFile(wanted))
        }
    }

    /// - Returns: whether there was anything to ask for.
    private func askForMore(of file: OpenFile, _ files: FileConversation) -> Bool {
        guard file.mayAskMore else { return false }
        let count = Int(min(UInt64(files.features.readLength), (file.end ?? .max) - file.next))
        askFor(file, file.next, count, files)
        file.next += UInt64(count)
        return true
    }

    private func askFor(_ file: OpenFile, _ offset: UInt64, _ count: Int, _ files: FileConversation) {
        asked[files.ask(.read(file.handle, offset: offset, count: count))] = .reading(
            file,
            offset: offset,
            count: count
        )
        file.asked += 1
        bytesAsked += count
    }

    // MARK: - Taking

    func take(_ answer: FileAnswer, to id: UInt32, _ files: FileConversation) throws(SSHError) {
        switch asked.removeValue(forKey: id) {
        case .opening(let file):
            guard case .handle(let handle) = answer else { throw answer.failure(file.wanted.path) }
            file.handle = handle
            if file.isWhole { finish(file, files) } else { unasked.append(file) }
        case .reading(let file, let offset, let count):
            bytesAsked -= count
            file.asked -= 1
            try take(answer, of: file, offset, count, files)
            if file.isWhole {
                finish(file, files)
            } else if file.end == nil, file.mayAskMore, !unasked.contains(where: { $0 === file }) {
                unasked.append(file)
            }
        case .closing, nil: break
        }
    }

    private func take(
        _ answer: FileAnswer,
        of file: OpenFile,
        _ offset: UInt64,
        _ count: Int,
        _ files: FileConversation
    ) throws(SSHError) {
        switch answer {
        case .data(let bytes) where !bytes.isEmpty && bytes.count <= count:
            // Twice as many in flight with every answer's time, as long as the end is not known.
            file.width += 1
            total += UInt64(bytes.count)
            if total > limit { throw .outputTooLarge(limit: Int(clamping: limit)) }
            self.count(bytes.count)
            file.put(bytes, at: offset)
            if file.buffer.count >= Self.piece { emit(file) }
            // A server may give less than was asked for; the rest is asked for again.
            if bytes.count < count { askFor(file, offset + UInt64(bytes.count), count - bytes.count, files) }
        case .status(.endOfFile): file.end = min(file.end ?? offset, offset)
        case let other: throw other.failure(file.wanted.path)
        }
    }

    private func finish(_ file: OpenFile, _ files: FileConversation) {
        emit(file, end: file.delivered)
        open -= 1
        asked[files.ask(.close(file.handle))] = .closing
    }

    private func emit(_ file: OpenFile, end: UInt64? = nil) {
        let offset = file.delivered - UInt64(file.buffer.count)
        let bytes = file.takeBuffer(replacedFrom: spares)
        var runs = skipsZeros ? ZeroRuns.dense(bytes, at: offset) : [(offset, bytes)]
        // The end of the file travels with its last bytes, or alone.
        if runs.isEmpty, end != nil { runs.append((file.delivered, [])) }
        for (number, run) in runs.enumerated() {
            let end = number == runs.count - 1 ? end : nil
            let part = FetchedPart(index: file.wanted.index, offset: run.offset, bytes: run.bytes, end: end)
            handover.offer(part, weight: run.bytes.count + 256)
        }
    }
}

/// A file that is being read.
///
/// Not Sendable: it stays in its session.
private final class OpenFile {
    let wanted: WantedFile
    var handle: [UInt8] = []
    /// Where the next request begins.
    var next: UInt64
    /// Where the file ends, as soon as that is known.
    var end: UInt64?
    /// Requests under way, and how many there may be while the end is not known.
    var asked = 0
    var width = 2
    /// Up to here everything has come.
    private(set) var delivered: UInt64
    private(set) var buffer: [UInt8] = []
    /// What came before its turn.
    private var early: [UInt64: [UInt8]] = [:]

    init(_ wanted: WantedFile) {
        self.wanted = wanted
        next = wanted.offset
        end = wanted.end.map { max($0, wanted.offset) }
        delivered = wanted.offset
    }

    var mayAskMore: Bool { if let end { next < end } else { asked < width } }

    /// Every place before `end` has been asked for and answered with bytes, so nothing is missing between.
    var isWhole: Bool { asked == 0 && end.map { delivered >= $0 } ?? false }

    func put(_ bytes: ArraySlice<UInt8>, at offset: UInt64) {
        guard offset == delivered else {
            early[offset] = Array(bytes)
            return
        }
        buffer += bytes
        delivered += UInt64(bytes.count)
        while !early.isEmpty, let bytes = early.removeValue(forKey: delivered) {
            buffer += bytes
            delivered += UInt64(bytes.count)
        }
    }

    /// What has come; a file of which much is to come goes on in a spare buffer.
    func takeBuffer(replacedFrom spares: SpareBuffers) -> [UInt8] {
        let isOver = end.map { $0 <= delivered } ?? false
        let bytes = buffer
        buffer = isOver ? [] : spares.take()
        return bytes
    }
}
