internal import CurlClient

/// The data of server-sent events (WHATWG HTML §9.2.6); their ids and types mean nothing here.
struct EventSplitter: ReplyFraming {
    private let limit: Int
    private var events: ServerSentEvents
    private var pending: ArraySlice<UInt8> = []
    private var hasEnded = false
    private var isFlushed = false

    init(limit: Int = LineSplitter.usualLimit) {
        self.limit = limit
        events = ServerSentEvents(limit: limit)
    }

    mutating func append(_ bytes: [UInt8]) { pending += bytes }

    mutating func end() { hasEnded = true }

    /// Line by line, so that what stood before a fault is handed over first.
    mutating func next() throws(ModelFailure) -> ReplyFrame? {
        while !pending.isEmpty {
            let line = pending.prefix { $0 != 0x0a && $0 != 0x0d }
            let piece = pending.prefix(line.count + 1)
            pending = pending.dropFirst(piece.count)
            if let data = try read(piece) { return ReplyFrame(bytes: data) }
        }
        guard hasEnded, !isFlushed else { return nil }
        // An event without its empty line is thrown away by the standard; some servers end on `data: [DONE]` all the same.
        isFlushed = true
        guard let data = try read([0x0a, 0x0a]) else { return nil }
        return ReplyFrame(bytes: data, isCut: true)
    }

    private mutating func read(_ piece: ArraySlice<UInt8>) throws(ModelFailure) -> [UInt8]? {
        do throws(ServerSentEvents.TooLong) {
            return try events.append(piece).first.map { Array($0.data.utf8) }
        } catch {
            throw .tooLarge(limit)
        }
    }
}

/// The whole body as one frame.
struct WholeBody: ReplyFraming {
    private let limit: Int
    private var bytes: [UInt8] = []
    private var hasEnded = false

    init(limit: Int = LineSplitter.usualLimit) { self.limit = limit }

    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func end() { hasEnded = true }

    mutating func next() throws(ModelFailure) -> ReplyFrame? {
        guard bytes.count <= limit else { throw .tooLarge(limit) }
        guard hasEnded, !bytes.isEmpty else { return nil }
        defer { bytes = [] }
        return ReplyFrame(bytes: bytes)
    }
}
