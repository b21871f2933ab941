/// One channel as the client sees it (RFC 4254 §5): windows, what came in and is not fetched, and how it ended.
///
/// A value without socket: it takes messages and says what to send.
struct ChannelState: Sendable {
    let number: UInt32
    /// How much the server may send before we have fetched it.
    let window: UInt32
    private(set) var remote: UInt32?
    private(set) var refusal: String?
    private(set) var output: [UInt8] = []
    private(set) var errorOutput: [UInt8] = []
    private(set) var isEnded = false
    /// The server has closed it: nothing more comes.
    private(set) var isClosed = false
    private(set) var exitStatus: UInt32?
    private(set) var exitSignal: String?
    /// The server's answer to the last request.
    var answer: Bool?

    private var sendWindow = 0
    private var maxPacket = 0
    private var fetched: UInt32 = 0
    private var hasEnded = false
    private var hasClosed = false

    init(number: UInt32, window: UInt32 = 2 << 20) {
        self.number = number
        self.window = window
    }

    /// Takes one message in.
    ///
    /// - Returns: what has to be sent at once.
    mutating func take(_ message: ChannelMessage) -> [UInt8] {
        switch message {
        case .opened(let remote, let window, let size):
            self.remote = remote
            sendWindow = Int(window)
            maxPacket = min(Int(size), Int(ChannelMessage.packetSize))
        case .refused(let reason): refusal = reason
        case .window(let count): sendWindow += Int(count)
        case .output(let bytes): output += bytes
        case .errorOutput(let bytes): errorOutput += bytes
        case .ended: isEnded = true
        case .closed: isClosed = true
        case .exitStatus(let status): exitStatus = status
        case .exitSignal(let name): exitSignal = name
        case .answered(let isYes): answer = isYes
        case .question(let wantsAnswer):
            if wantsAnswer, let remote, !hasClosed { return ChannelMessage.cannot(remote) }
        }
        return []
    }

    /// Fetches what has come in, and lets the server send as much again.
    mutating func fetch() -> (output: [UInt8], errorOutput: [UInt8], reply: [UInt8]) {
        let result = (output, errorOutput)
        output = []
        errorOutput = []
        return (result.0, result.1, widen(by: result.0.count + result.1.count))
    }

    /// The same into a stream of packets; the memory is used again, and standard error has no meaning there.
    mutating func fetch(into stream: inout PacketStream) -> (count: Int, reply: [UInt8]) {
        let (count, errorCount) = (output.count, errorOutput.count)
        stream.append(output)
        output.removeAll(keepingCapacity: true)
        errorOutput = []
        return (count, widen(by: count + errorCount))
    }

    private mutating func widen(by count: Int) -> [UInt8] {
        fetched += UInt32(count)
        guard fetched >= window / 4, let remote, !hasClosed, !isClosed else { return [] }
        defer { fetched = 0 }
        return ChannelMessage.widen(by: fetched, to: remote)
    }

    /// The next packet of data; nil when the server takes none now.
    ///
    /// - Parameter bytes: what is to be sent.
    /// - Returns: the packet, and how many bytes of the data are in it.
    mutating func send(_ bytes: ArraySlice<UInt8>) -> (packet: [UInt8], count: Int)? {
        let count = min(bytes.count, sendWindow, maxPacket)
        guard count > 0, let remote, !hasEnded, !hasClosed, !isClosed else { return nil }
        sendWindow -= count
        return (ChannelMessage.data(bytes.prefix(count), to: remote), count)
    }

    /// Says that no more input comes, once.
    mutating func end() -> [UInt8] {
        guard let remote, !hasEnded, !hasClosed, !isClosed else { return [] }
        hasEnded = true
        return ChannelMessage.end(remote)
    }

    /// Says that we are through with it, once.
    mutating func close() -> [UInt8] {
        guard let remote, !hasClosed else { return [] }
        hasClosed = true
        return ChannelMessage.close(remote)
    }

    /// Whether both sides are through with it.
    var isGone: Bool { refusal != nil || isClosed && hasClosed }
}
