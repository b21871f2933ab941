/// What the server says about a channel (RFC 4254 §5 and §6), as the control master passes it on.
///
/// Framing: PROTOCOL.mux of OpenSSH, section "Request proxy mode": a byte of padding length, always 0, the message number and the
/// payload.
enum ChannelMessage: Sendable, Hashable {
    case opened(remote: UInt32, window: UInt32, maxPacket: UInt32)
    case refused(reason: String)
    case window(UInt32)
    /// A view of what came in: to be copied before more is read.
    case output(ArraySlice<UInt8>)
    case errorOutput(ArraySlice<UInt8>)
    case ended
    case closed
    case exitStatus(UInt32)
    case exitSignal(String)
    case answered(Bool)
    /// A request of the server that we do not know.
    case question(wantsAnswer: Bool)

    /// Reads one packet; nil when it is for no channel or makes no sense.
    static func read(_ packet: ArraySlice<UInt8>) -> (channel: UInt32, message: ChannelMessage)? {
        var reader = PacketReader(packet)
        guard reader.byte() != nil, let number = reader.byte(), let channel = reader.uint32(),
            let message = message(number, &reader)
        else { return nil }
        return (channel, message)
    }

    private static func message(_ number: UInt8, _ reader: inout PacketReader) -> ChannelMessage? {
        switch number {
        case 91:
            guard let remote = reader.uint32(), let window = reader.uint32(), let size = reader.uint32() else {
                return nil
            }
            return .opened(remote: remote, window: window, maxPacket: size)
        case 92:
            guard reader.uint32() != nil else { return nil }
            return .refused(reason: reader.text() ?? "")
        case 93: return reader.uint32().map { .window($0) }
        case 94: return reader.string().map { .output($0) }
        case 95:
            guard reader.uint32() != nil else { return nil }
            return reader.string().map { .errorOutput($0) }
        case 96: return .ended
        case 97: return .closed
        case 98: return request(&reader)
        case 99: return .answered(true)
        case 100: return .answered(false)
        default: return nil
        }
    }

    private static func request(_ reader: inout PacketReader) -> ChannelMessage? {
        guard let kind = reader.text(), let wantsAnswer = reader.byte() else { return nil }
        switch kind {
        case "exit-status": return reader.uint32().map { .exitStatus($0) }
        case "exit-signal": return reader.text().map { .exitSignal($0) }
        default: return .question(wantsAnswer: wantsAnswer != 0)
        }
    }

    // MARK: - What we say

    static let packetSize: UInt32 = 32 << 10

    static func open(_ channel: UInt32, window: UInt32) -> [UInt8] {
        framed(90) { packet in
            packet.put("session")
            packet.put(channel)
            packet.put(window)
            packet.put(packetSize)
        }
    }

    /// `exec` and `subsystem` (RFC 4254 §6.5), both with an answer.
    static func start(_ kind: String, _ text: String, to remote: UInt32) -> [UInt8] {
        framed(98) { packet in
            packet.put(remote)
            packet.put(kind)
            packet.put(UInt8(1))
            packet.put(text)
        }
    }

    static func widen(by count: UInt32, to remote: UInt32) -> [UInt8] {
        framed(93) { packet in
            packet.put(remote)
            packet.put(count)
        }
    }

    static func data(_ bytes: some Collection<UInt8>, to remote: UInt32) -> [UInt8] {
        framed(94) { packet in
            packet.put(remote)
            packet.put(string: bytes)
        }
    }

    static func end(_ remote: UInt32) -> [UInt8] { framed(96) { $0.put(remote) } }
    static func close(_ remote: UInt32) -> [UInt8] { framed(97) { $0.put(remote) } }
    static func cannot(_ remote: UInt32) -> [UInt8] { framed(100) { $0.put(remote) } }

    private static func framed(_ number: UInt8, _ build: (inout PacketWriter) -> Void) -> [UInt8] {
        PacketWriter.framed { packet in
            packet.put(UInt8(0))
            packet.put(number)
            build(&packet)
        }
    }
}
