/// Reads an event stream piece by piece (WHATWG HTML §9.2.6, "Interpreting an event stream").
package struct ServerSentEvents: Sendable {
    /// One event as it was dispatched.
    package struct Event: Sendable, Equatable {
        /// The last event id at this point of the stream, empty when none was set.
        package var id: String
        /// The type, `message` unless the server named one.
        package var type: String
        /// The data lines joined by line feeds.
        package var data: String
    }

    /// A line or an event of the stream is longer than allowed.
    package struct TooLong: Error, Equatable {
        /// The limit that was passed, in bytes.
        package var limit: Int
    }

    /// What to send as `Last-Event-ID` on a new connection; empty when none was set.
    package private(set) var lastEventID: String
    /// The pause before a new connection that the server asked for.
    package private(set) var reconnectionTime: Duration?

    private let limit: Int
    private var line: [UInt8] = []
    private var lastByteWasReturn = false
    private var isFirstLine = true
    private var pendingID: String
    private var type = ""
    private var data = ""

    /// A reader at the start of a stream.
    /// - Parameters:
    ///   - lastEventID: What an earlier connection had reached.
    ///   - limit: The most bytes of one line, and of the data of one event.
    package init(lastEventID: String = "", limit: Int = 1 << 20) {
        self.lastEventID = lastEventID
        pendingID = lastEventID
        self.limit = limit
    }

    /// Takes the next bytes, cut anywhere, and answers the events they complete.
    package mutating func append(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            defer { lastByteWasReturn = byte == 0x0d }
            switch byte {
            case 0x0a where lastByteWasReturn: break
            case 0x0a, 0x0d:
                if let event = try endLine() { events.append(event) }
            default:
                guard line.count < limit else { throw TooLong(limit: limit) }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() throws(TooLong) -> Event? {
        var bytes = line[...]
        line.removeAll(keepingCapacity: true)
        if isFirstLine, bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes = bytes.dropFirst(3) }
        isFirstLine = false
        guard !bytes.isEmpty else { return dispatch() }
        let colon = bytes.firstIndex(of: 0x3a) ?? bytes.endIndex
        var value = bytes[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        try take(String(decoding: bytes[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        return nil
    }

    private mutating func take(_ field: String, _ value: String) throws(TooLong) {
        switch field {
        case "event": type = value
        case "data":
            guard data.utf8.count + value.utf8.count < limit else { throw TooLong(limit: limit) }
            data += value + "\n"
        case "id": if !value.utf8.contains(0) { pendingID = value }
        case "retry":
            guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let milliseconds = Int32(value)
            else { return }
            reconnectionTime = .milliseconds(milliseconds)
        // Unknown fields, and comments: their name is empty.
        default: return
        }
    }

    /// The id holds only from here: an event cut off before its empty line must be sent again.
    private mutating func dispatch() -> Event? {
        lastEventID = pendingID
        defer {
            type = ""
            data = ""
        }
        guard !data.isEmpty else { return nil }
        return Event(id: lastEventID, type: type.isEmpty ? "message" : type, data: String(data.dropLast()))
    }
}
