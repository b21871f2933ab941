import CCurl

/// One request on its way: the part curl's thread writes and the part a task reads.
///
/// `@unchecked Sendable` is safe: `delivery` and `feed` are guarded by their locks, and what follows them is touched by
/// the loop's thread only.
final class Transfer: @unchecked Sendable {
    let request: HTTPRequest
    private let loop: TransferLoop
    private let delivery = Guarded(Delivery())
    private let feed: Guarded<UploadFeed>

    // The loop's thread only.
    var handle: EasyHandle?
    private var headReader = ResponseHeadReader()
    private var forbidden: [String] = []
    private var headByteCount = 0
    private var lastHeard = ContinuousClock.now

    /// Heads are held in memory: no server needs this many bytes for all of a transfer's.
    private static let maximumHeadByteCount = 256 << 10

    init(_ request: HTTPRequest, on loop: TransferLoop) {
        self.request = request
        self.loop = loop
        feed = Guarded(UploadFeed(byteCount: request.upload?.byteCount ?? 0))
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
        cancel(because: .cancelled)
    }

    private func cancel(because error: HTTPClientError) {
        finish(.failure(error))
        loop.post(.cancel(self))
    }
}

// MARK: - For the task that reads what is sent

extension Transfer {
    /// Reads a source as fast as curl sends it, until the task is cancelled; then nothing more is sent.
    func send(_ source: ByteSource) async {
        while let demand = await nextDemand() {
            do {
                let bytes = try await source.read(demand.range)
                if feed.withLock({ $0.supply(bytes, for: demand) }) { loop.post(.resume(self)) }
            } catch {
                guard !Task.isCancelled else { break }
                return cancel(because: .sourceFailed("\(error)"))
            }
        }
        // curl may be waiting for more: it must hear that there is none.
        loop.post(.resume(self))
    }

    private func nextDemand() async -> UploadFeed.Demand? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                if let (waiter, demand) = feed.withLock({ $0.awaitDemand(waiter) }) { waiter.resume(returning: demand) }
            }
        } onCancel: {
            feed.withLock { $0.close() }?.resume(returning: nil)
        }
    }

    /// Gives curl the next bytes of the upload.
    func supplyBody(_ target: UnsafeMutableRawBufferPointer) -> UploadFeed.Answer {
        let (answer, call) = feed.withLock { unsafe $0.send(into: target) }
        if case .bytes = answer { heard() }
        if let (waiter, demand) = call { waiter.resume(returning: demand) }
        return answer
    }

    /// Begins the upload anew at a place; false when that cannot be done.
    func rewindBody(to place: Int) -> Bool {
        let (isPossible, call) = feed.withLock { $0.rewind(to: place) }
        if let (waiter, demand) = call { waiter.resume(returning: demand) }
        return isPossible
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
        guard headByteCount <= Self.maximumHeadByteCount else { return .tooLarge(limit: Self.maximumHeadByteCount) }
        if !forbidden.isEmpty {
            switch error {
            // No socket for any address, or the check of a connection that was kept from another request.
            case .refused, .failed(code: Int(CURLE_ABORTED_BY_CALLBACK.rawValue), _):
                return .forbiddenAddress(forbidden.joined(separator: ", "))
            default: break
            }
        }
        guard case .failed(code: Int(CURLE_ABORTED_BY_CALLBACK.rawValue), _) = error else { return error }
        return .aborted("the server answered before it had everything")
    }

    func heard() {
        lastHeard = .now
    }

    /// The moment the server's silence becomes too long; `nil` without such a limit, or while we are the slow ones.
    var stallDeadline: ContinuousClock.Instant? {
        guard let stall = request.timeLimits.stall, !delivery.withLock({ $0.isPaused }),
            !feed.withLock({ $0.isStarving })
        else { return nil }
        return lastHeard.advanced(by: stall)
    }

    /// Takes a line of a head; false when the heads are too long to go on.
    func receiveHeader(_ line: String) -> Bool {
        heard()
        headByteCount += line.utf8.count
        guard headByteCount <= Self.maximumHeadByteCount else { return false }
        take(line)
        return true
    }

    private func take(_ line: String) {
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
