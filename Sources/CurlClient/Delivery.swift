/// What passes from the transfer's thread to the task that reads it: a state machine without any effect.
///
/// Each operation answers what is to be done outside the lock: whom to resume, whether to let curl go on.
struct Delivery {
    typealias HeadWaiter = CheckedContinuation<Result<HTTPResponseHead, HTTPClientError>, Never>
    typealias ChunkWaiter = CheckedContinuation<Result<[UInt8]?, HTTPClientError>, Never>

    /// With this many unread bytes the transfer pauses, until the reader has taken them.
    static let highWater = 256 << 10

    private var head: HTTPResponseHead?
    private var buffer: [UInt8] = []
    private(set) var isPaused = false
    private var outcome: Result<Void, HTTPClientError>?
    private var headWaiter: HeadWaiter?
    private var chunkWaiter: ChunkWaiter?

    /// Whether nothing more will be taken.
    var isOver: Bool { outcome != nil }

    /// What to do with bytes that came in.
    enum Reception {
        case taken(ChunkWaiter?, [UInt8])
        case pause
        case stop
    }

    mutating func deliver(_ newHead: HTTPResponseHead) -> HeadWaiter? {
        guard head == nil, !isOver else { return nil }
        head = newHead
        return take(&headWaiter)
    }

    mutating func receive(_ bytes: UnsafeRawBufferPointer) -> Reception {
        guard !isOver else { return .stop }
        guard buffer.count < Self.highWater else {
            isPaused = true
            return .pause
        }
        guard let waiter = take(&chunkWaiter) else {
            unsafe buffer.append(contentsOf: bytes)
            return .taken(nil, [])
        }
        // A waiter only waits on an empty buffer.
        return unsafe .taken(waiter, Array(bytes))
    }

    /// Ends the delivery; the first outcome holds.
    ///
    /// Bytes already here are still read, unless it failed.
    mutating func finish(
        _ result: Result<Void, HTTPClientError>
    ) -> (waiters: (HeadWaiter?, ChunkWaiter?), isFirst: Bool) {
        guard outcome == nil else { return ((nil, nil), false) }
        outcome = result
        if case .failure = result { buffer = [] }
        return ((take(&headWaiter), take(&chunkWaiter)), true)
    }

    /// The head if it is known, or `nil` after keeping the waiter.
    mutating func awaitHead(_ waiter: HeadWaiter) -> Result<HTTPResponseHead, HTTPClientError>? {
        if let head { return .success(head) }
        switch outcome {
        case .failure(let error): return .failure(error)
        case .success: return .failure(.aborted("the server sent no response"))
        case nil:
            headWaiter = waiter
            return nil
        }
    }

    /// Everything that is here, or `nil` after keeping the waiter; `resumes` when curl may go on.
    mutating func awaitChunk(
        _ waiter: ChunkWaiter
    ) -> (ready: Result<[UInt8]?, HTTPClientError>?, resumes: Bool) {
        if !buffer.isEmpty {
            let chunk = buffer
            buffer = []
            let resumes = isPaused
            isPaused = false
            return (.success(chunk), resumes)
        }
        switch outcome {
        case .success: return (.success(nil), false)
        case .failure(let error): return (.failure(error), false)
        case nil:
            guard chunkWaiter == nil else {
                return (.failure(.invalidRequest("a body is read by one reader at a time")), false)
            }
            chunkWaiter = waiter
            return (nil, false)
        }
    }
}

/// The value, leaving `nil` behind.
private func take<Waiter>(_ waiter: inout Waiter?) -> Waiter? {
    defer { waiter = nil }
    return waiter
}
