/// What a wire format says in one frame.
protocol ReplyFormat: Sendable {
    /// Reads the next frame.
    ///
    /// - Returns: its events, in order; a `finish` is the last.
    /// - Throws: ``ModelFailure``; none of the frame's events counts then.
    mutating func read(_ frame: [UInt8]) throws(ModelFailure) -> [ModelEvent]
}

/// From the bytes of a body to events: pure, pulled, and with exactly one end.
struct ReplyReader: Sendable {
    /// The most bytes of a whole body: some thousand times an answer's.
    static let usualLimit = 64 << 20

    private var framing: any ReplyFraming
    private var format: any ReplyFormat
    private let limit: Int
    private var byteCount = 0
    private var hasEnded = false
    private var waiting: ArraySlice<ModelEvent> = []
    /// Whether the end was told; nothing follows.
    private(set) var isOver = false

    init(_ framing: any ReplyFraming, _ format: any ReplyFormat, limit: Int = usualLimit) {
        self.framing = framing
        self.format = format
        self.limit = limit
    }

    /// Takes the next bytes, cut anywhere.
    ///
    /// - Throws: `tooLarge`.
    mutating func append(_ bytes: [UInt8]) throws(ModelFailure) {
        byteCount += bytes.count
        guard byteCount <= limit else { throw .tooLarge(limit) }
        framing.append(bytes)
    }

    /// No more bytes come.
    mutating func end() {
        hasEnded = true
        framing.end()
    }

    /// The next event; nil when more bytes are needed, or after the end.
    ///
    /// - Throws: ``ModelFailure``, in place of the end.
    mutating func next() throws(ModelFailure) -> ModelEvent? {
        guard !isOver else { return nil }
        while waiting.isEmpty {
            guard let frame = try nextFrame() else {
                guard hasEnded else { return nil }
                throw over(.noTerminal("the stream ended in the middle: its end was never told"))
            }
            waiting = try read(frame)[...]
        }
        let event = waiting.removeFirst()
        if case .finish = event { isOver = true }
        return event
    }

    private mutating func nextFrame() throws(ModelFailure) -> ReplyFrame? {
        do throws(ModelFailure) {
            return try framing.next()
        } catch {
            throw over(error)
        }
    }

    private mutating func read(_ frame: ReplyFrame) throws(ModelFailure) -> [ModelEvent] {
        do throws(ModelFailure) {
            return try format.read(frame.bytes)
        } catch {
            let isHalf = frame.isCut && error.kind == .malformedResponse(.notJSON)
            throw over(isHalf ? .noTerminal("the stream ended in the middle of a line") : error)
        }
    }

    private mutating func over(_ failure: ModelFailure) -> ModelFailure {
        isOver = true
        return failure
    }
}

extension ModelFailure {
    /// The end was never told.
    static func noTerminal(_ detail: String) -> ModelFailure {
        ModelFailure(.malformedResponse(.noTerminal), detail)
    }
}
