/// What cuts the bytes of a body into the units its format speaks of.
///
/// How the bytes were cut on their way never changes what comes out, nor how it ends.
protocol ReplyFraming: Sendable {
    /// Takes the next bytes, cut anywhere.
    mutating func append(_ bytes: [UInt8])

    /// No more bytes come.
    mutating func end()

    /// The next frame; nil when more bytes are needed, or there are no more.
    ///
    /// - Throws: `tooLarge`.
    mutating func next() throws(ModelFailure) -> ReplyFrame?
}

/// One unit of a body.
struct ReplyFrame: Equatable {
    let bytes: [UInt8]
    /// Whether the body ended before the frame's own end was told.
    var isCut = false
}

/// Lines that end at 0x0A and nowhere else: U+2028, U+0085 and NUL are text.
///
/// A return before the line feed is dropped, and so are empty lines.
struct LineSplitter: ReplyFraming {
    /// The longest line that is taken, in bytes; Ollama's own client (`api/client.go`) takes no longer one.
    static let usualLimit = 8_000_000

    private let limit: Int
    private var bytes: [UInt8] = []
    private var start = 0
    private var searched = 0
    private var hasEnded = false

    init(limit: Int = usualLimit) { self.limit = limit }

    mutating func append(_ more: [UInt8]) {
        bytes.removeSubrange(..<start)
        searched -= start
        start = 0
        bytes += more
    }

    mutating func end() { hasEnded = true }

    mutating func next() throws(ModelFailure) -> ReplyFrame? {
        while let end = bytes[searched...].firstIndex(of: 0x0a) {
            let line = try line(upTo: end)
            start = end + 1
            searched = start
            if !line.isEmpty { return ReplyFrame(bytes: line) }
        }
        searched = bytes.count
        guard bytes.count - start <= limit else { throw .tooLarge(limit) }
        guard hasEnded else { return nil }
        let rest = try line(upTo: bytes.count)
        start = bytes.count
        return rest.isEmpty ? nil : ReplyFrame(bytes: rest, isCut: true)
    }

    private func line(upTo end: Int) throws(ModelFailure) -> [UInt8] {
        guard end - start <= limit else { throw .tooLarge(limit) }
        let line = bytes[start..<end]
        return Array(line.last == 0x0d ? line.dropLast() : line)
    }
}

extension ModelFailure {
    /// More came than is taken.
    static func tooLarge(_ limit: Int) -> ModelFailure {
        ModelFailure(.malformedResponse(.tooLarge), "the model's answer has a part of more than \(limit) bytes")
    }
}
