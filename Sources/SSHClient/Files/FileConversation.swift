/// The requests and answers of one SFTP subsystem, without the channel that carries them.
///
/// Not Sendable: it stays in its session.
final class FileConversation {
    /// More than a server may send for what we ask.
    var incoming = PacketStream(limit: 1 << 20)
    var features = FileFeatures()
    private(set) var lastID: UInt32 = 0
    /// Requests that have no answer yet.
    private(set) var outstanding = 0
    private var outgoing = PacketWriter()
    private var sent = 0

    /// What the channel has not taken yet.
    var unsent: ArraySlice<UInt8> { outgoing.bytes[sent...] }
    var unsentCount: Int { outgoing.bytes.count - sent }

    /// Bytes in memory for what is to be sent, those included that are gone.
    var heldCount: Int { outgoing.bytes.count }

    /// Puts a request into the queue.
    ///
    /// - Returns: its number, which the answer bears.
    func ask(_ packet: FilePacket) -> UInt32 {
        lastID &+= 1
        outstanding += 1
        packet.put(id: lastID, into: &outgoing)
        return lastID
    }

    /// Puts the first packet of all, whose answer bears the number 0.
    func greet() {
        outstanding += 1
        outgoing.putFramed { packet in
            packet.put(UInt8(1))
            packet.put(UInt32(3))
        }
    }

    /// The channel has taken so many bytes.
    func didSend(_ count: Int) {
        sent += count
        // At the end for nothing; before that often enough that what is gone never outweighs what waits by much.
        guard sent == outgoing.bytes.count || sent > 1 << 20 else { return }
        outgoing.removeFirst(sent)
        sent = 0
    }

    /// The next answer; nil when none is there in full.
    func nextAnswer() throws(SSHError) -> (id: UInt32, answer: FileAnswer)? {
        do throws(PacketStream.TooLong) {
            guard let packet = try incoming.next() else { return nil }
            guard let answer = FileAnswer.read(packet) else { throw PacketStream.TooLong() }
            outstanding -= 1
            return answer
        } catch {
            throw .connectionLost(commandMayHaveRun: true)
        }
    }
}

/// A conversation and the channel that carries it; used by one errand at a time.
///
/// Not Sendable: it stays in its session.
final class FileLine<Pipe> {
    let pipe: Pipe
    let files = FileConversation()

    init(_ pipe: Pipe) { self.pipe = pipe }
}

/// Something to be done on a site's files by any number of requests, many of them under way at once.
///
/// It never waits: it is told what came, and asked what may go. Not Sendable: it stays in its session.
protocol FileErrand: AnyObject, SendableMetatype {
    associatedtype Outcome: Sendable

    /// Puts the requests that may go now; is asked again after every answer, and when the local side has moved.
    func fill(_ files: FileConversation) throws(SSHError)

    /// Takes the answer to a request of this errand.
    func take(_ answer: FileAnswer, to id: UInt32, _ files: FileConversation) throws(SSHError)

    /// What came of it; nil while there is more to do.
    var outcome: Outcome? { get }
}

/// One request.
final class SingleErrand: FileErrand {
    private let packet: FilePacket
    private var isAsked = false
    private(set) var outcome: FileAnswer?

    init(_ packet: FilePacket) { self.packet = packet }

    func fill(_ files: FileConversation) {
        guard !isAsked else { return }
        isAsked = true
        _ = files.ask(packet)
    }

    func take(_ answer: FileAnswer, to id: UInt32, _ files: FileConversation) { outcome = answer }
}

/// The two packets that begin every conversation.
final class GreetingErrand: FileErrand {
    private var isAsked = false
    private(set) var outcome: FileAnswer?

    func fill(_ files: FileConversation) {
        guard !isAsked else { return }
        isAsked = true
        files.greet()
    }

    func take(_ answer: FileAnswer, to id: UInt32, _ files: FileConversation) { outcome = answer }
}

/// Many requests of which none needs the answer of another, in any number.
final class BatchErrand: FileErrand {
    /// Requests under way at once; a distant server is kept busy, and no memory of any size is needed.
    private static let width = 256

    private let packets: [FilePacket]
    private var asked = 0
    private var places: [UInt32: Int] = [:]
    private var answers: [FileAnswer?]
    private var answered = 0

    init(_ packets: [FilePacket]) {
        self.packets = packets
        answers = Array(repeating: nil, count: packets.count)
    }

    /// One answer for each request, in their order.
    var outcome: [FileAnswer]? { answered == packets.count ? answers.compactMap(\.self) : nil }

    func fill(_ files: FileConversation) {
        while asked < packets.count, asked - answered < Self.width {
            places[files.ask(packets[asked])] = asked
            asked += 1
        }
    }

    func take(_ answer: FileAnswer, to id: UInt32, _ files: FileConversation) {
        guard let place = places.removeValue(forKey: id) else { return }
        answers[place] = answer
        answered += 1
    }
}
