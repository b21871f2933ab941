/// What passes from the task that reads a source to curl's thread, which sends it: a state machine without any effect.
struct UploadFeed {
    typealias DemandWaiter = CheckedContinuation<Demand?, Never>

    /// What is to be read next; `pass` tells a reading apart from one before a rewind.
    struct Demand: Sendable, Equatable {
        let range: Range<Int>
        let pass: Int
    }

    /// What curl's question for bytes is answered with.
    enum Answer: Equatable {
        case bytes(Int)
        case pause
        case stop
    }

    /// The most that is read at once; at most twice as much waits to be sent.
    static let pieceByteCount = 256 << 10

    private let byteCount: Int
    private var buffer: [UInt8] = []
    /// How many bytes of the buffer curl has taken.
    private var taken = 0
    /// Where the next reading begins.
    private var position = 0
    private var pass = 0
    private var isReading = false
    private var isClosed = false
    private var waiter: DemandWaiter?
    /// Whether curl waits for bytes: then its silence is not the server's.
    private(set) var isStarving = false

    init(byteCount: Int) {
        self.byteCount = byteCount
    }

    private var demand: Demand? {
        guard !isReading, !isClosed, position < byteCount, buffer.count - taken < Self.pieceByteCount else {
            return nil
        }
        return Demand(range: position..<min(position + Self.pieceByteCount, byteCount), pass: pass)
    }

    /// Whom to tell of what is to be read next.
    private mutating func call() -> (DemandWaiter, Demand)? {
        guard let demand, let waiter else { return nil }
        self.waiter = nil
        isReading = true
        return (waiter, demand)
    }

    /// Keeps who reads until there is something to read; `nil` in `.some` when there is nothing more to do.
    mutating func awaitDemand(_ waiter: DemandWaiter) -> (DemandWaiter, Demand?)? {
        if isClosed { return (waiter, nil) }
        self.waiter = waiter
        return call().map { ($0.0, $0.1) }
    }

    /// Takes bytes that were read, or drops them if curl began anew meanwhile; true when curl waits for them.
    mutating func supply(_ bytes: [UInt8], for demand: Demand) -> Bool {
        guard demand.pass == pass else { return false }
        isReading = false
        buffer.removeFirst(taken)
        taken = 0
        buffer += bytes
        position += bytes.count
        return isStarving
    }

    /// Copies what is here into curl's buffer.
    mutating func send(into target: UnsafeMutableRawBufferPointer) -> (Answer, (DemandWaiter, Demand)?) {
        let count = min(target.count, buffer.count - taken)
        guard count > 0 else {
            guard position < byteCount else { return (.bytes(0), nil) }
            guard !isClosed else { return (.stop, nil) }
            isStarving = true
            return (.pause, call())
        }
        isStarving = false
        unsafe target.copyBytes(from: buffer[taken..<taken + count])
        taken += count
        return (.bytes(count), call())
    }

    /// Begins anew at a place.
    mutating func rewind(to place: Int) -> (isPossible: Bool, (DemandWaiter, Demand)?) {
        guard (0...byteCount).contains(place), !isClosed else { return (false, nil) }
        buffer = []
        taken = 0
        position = place
        pass += 1
        isReading = false
        return (true, call())
    }

    /// Ends it: who waits has nothing more to do, and curl gets no more.
    mutating func close() -> DemandWaiter? {
        isClosed = true
        defer { waiter = nil }
        return waiter
    }
}
