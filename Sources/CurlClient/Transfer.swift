/// One request on its way: the part curl's thread writes and the part a task reads.
///
/// `@unchecked Sendable` is safe: `delivery` is guarded by its lock, and what follows it is touched by the loop's
/// thread only.
final class Transfer: @unchecked Sendable {
    let request: HTTPRequest
    private let loop: TransferLoop
    private let delivery = Guarded(Delivery())

    // The loop's thread only.
    var handle: EasyHandle?
    private var headReader = ResponseHeadReader()
    private var forbidden: [String] = []
    private var lastHeard = ContinuousClock.now

    init(_ request: HTTPRequest, on loop: TransferLoop) {
        self.request = request
        self.loop = loop
    }

    /// Ends the transfer, with the first outcome that is given; wakes whoever waits.
    func finish(_ result: Result<Void, HTTPClientError>) {
        let (waiters, isFirst) = delivery.withLock { $0.finish(result) }
        guard isFirst else { return }
        let (head, chunk) = waiters
        switch result {
        case .success:
            head?.resume(returning: .failure(.aborted("the server sent no response")))
            chunk?.resume(returning: .success(nil))
        case .failure(let error):
            head?.resume(returning: .failure(error))
            chunk?.resume(returning: .failure(error))
        }
    }
}

// MARK: - For the task that reads

extension Transfer {
    /// Waits for the head; cancelling the task aborts the transfer.
    func head() async throws(HTTPClientError) -> HTTPResponseHead {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                if let ready = delivery.withLock({ $0.awaitHead(waiter) }) { waiter.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// Waits for the next bytes, `nil` at the end; cancelling the task aborts the transfer.
    func nextChunk() async throws(HTTPClientError) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let (ready, resumes) = delivery.withLock { $0.awaitChunk(waiter) }
                if let ready { waiter.resume(returning: ready) }
                if resumes { loop.post(.resume(self)) }
            }
        } onCancel: {
            cancel()
        }
        return try result.get()
    }

    /// Ends the transfer for its reader at once and on the wire soon after.
    func cancel() {
        finish(.failure(.cancelled))
        loop.post(.cancel(self))
    }
}

// MARK: - For the loop's thread

extension Transfer {
    /// What curl is to do after handing over bytes.
    enum Answer {
        case go
        case pause
        case stop
    }

    var isOver: Bool { delivery.withLock { $0.isOver } }

    /// Whether a connection to an address may be made; what is forbidden is kept for the error.
    func allows(_ address: NetworkAddress?) -> Bool {
        guard let mayConnect = request.mayConnect else { return true }
        if let address, mayConnect(address) { return true }
        forbidden.append(address?.description ?? "an address of an unknown family")
        return false
    }

    /// What curl's error means for this request.
    func explain(_ error: HTTPClientError) -> HTTPClientError {
        guard case .refused = error, !forbidden.isEmpty else { return error }
        return .forbiddenAddress(forbidden.joined(separator: ", "))
    }

    func heard() {
        lastHeard = .now
    }

    /// The moment the server's silence becomes too long; `nil` without such a limit, or while the reader is slow.
    var stallDeadline: ContinuousClock.Instant? {
        guard let stall = request.timeLimits.stall, !delivery.withLock({ $0.isPaused }) else { return nil }
        return lastHeard.advanced(by: stall)
    }

    func receiveHeader(_ line: String) {
        heard()
        guard let head = headReader.read(line), head.status >= 200, !isFollowed(head) else { return }
        delivery.withLock { $0.deliver(head) }?.resume(returning: .success(head))
    }

    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Answer {
        heard()
        switch delivery.withLock({ unsafe $0.receive(bytes) }) {
        case .taken(let waiter, let chunk):
            waiter?.resume(returning: .success(chunk))
            return .go
        case .pause: return .pause
        case .stop: return .stop
        }
    }

    /// Whether curl goes on to another URL after this head.
    private func isFollowed(_ head: HTTPResponseHead) -> Bool {
        request.maximumRedirects > 0 && (300..<400).contains(head.status) && head.headers["Location"] != nil
    }
}
