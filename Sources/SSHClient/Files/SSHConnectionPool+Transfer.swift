extension SSHConnectionPool {
    /// Bytes that wait between the network and whoever gives or takes them.
    static let buffer = 4 << 20

    /// Streams a file to a consumer, piece by piece in order; more is fetched while the consumer works.
    ///
    /// When the connection is lost, what the consumer has is right: go on with `offset` at its end.
    ///
    /// - Parameters:
    ///   - place: the file at the site.
    ///   - offset: where to begin.
    ///   - limit: the most bytes to take; a longer file is an error as soon as that shows.
    ///   - expected: bytes that will come, for the progress.
    ///   - stall: how long the site may send nothing; the transfer as a whole may last as long as it moves.
    ///   - progress: is told at most every 100 ms, and at the end.
    ///   - consumer: gets pieces of about 512 KiB, never an empty one; what it throws ends the download.
    /// - Returns: the number of bytes.
    /// - Throws: `SSHError`, or what the consumer threw.
    @discardableResult
    package func download(
        _ place: some RemotePlace,
        offset: UInt64 = 0,
        limit: UInt64,
        expected: UInt64? = nil,
        stall: Duration = .seconds(60),
        progress: (@Sendable (TransferProgress) -> Void)? = nil,
        to consumer: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> UInt64 {
        let path = try place.remotePath.checked()
        let files = WorkList([WantedFile(path: path, offset: offset)])
        let meter = TransferMeter(total: expected, progress)
        let total = try await fetch(files, "downloading \(path)", limit: limit, stall: stall, meter) { part in
            if !part.bytes.isEmpty { try await consumer(part.bytes) }
        }
        meter.finish()
        return total
    }

    /// Streams pieces into a file, many of them under way at once.
    ///
    /// Long runs of zeros become holes. When the connection is lost, what the site has of the file is right up to its size:
    /// go on with `offset` there. Not atomic: write under another name and `posixRename`.
    ///
    /// - Parameters:
    ///   - place: the file at the site.
    ///   - offset: 0 begins anew; else what is there before stays, and what is there after goes.
    ///   - permissions: exactly these mode bits at the end; until then nobody else may read it.
    ///   - modified: seconds since 1970 UTC; nil for the time of writing.
    ///   - isSynchronized: whether its content must be on the site's disk at the end, where the server can tell.
    ///   - expected: bytes that will be sent, for the progress.
    ///   - stall: how long the site may take nothing; the transfer as a whole may last as long as it moves.
    ///   - progress: is told of confirmed bytes at most every 100 ms, and at the end.
    ///   - next: gives the next piece, of any length; nil at the end. What it throws ends the upload.
    /// - Returns: the file's size at the end.
    /// - Throws: `SSHError`, or what `next` threw.
    @discardableResult
    package func upload(
        to place: some RemotePlace,
        offset: UInt64 = 0,
        permissions: UInt32 = 0o600,
        modified: Int64? = nil,
        isSynchronized: Bool = false,
        expected: UInt64? = nil,
        stall: Duration = .seconds(60),
        progress: (@Sendable (TransferProgress) -> Void)? = nil,
        next: @escaping @Sendable () async throws -> [UInt8]?
    ) async throws -> UInt64 {
        let path = try place.remotePath.checked()
        let file = OfferedFile(
            path: path,
            offset: offset,
            permissions: permissions,
            modified: modified,
            isSynchronized: isSynchronized
        )
        let meter = TransferMeter(total: expected, progress)
        let size = try await send("uploading \(path)", stall: stall, meter) { offer in
            guard await offer(.begin(file)) else { return offset }
            var end = offset
            while let piece = try await next() {
                for run in ZeroRuns.dense(piece, at: end) where !run.bytes.isEmpty {
                    guard await offer(.bytes(run.bytes, offset: run.offset)) else { return end }
                }
                end += UInt64(piece.count)
            }
            _ = await offer(.end(size: end))
            return end
        }
        meter.finish()
        return size
    }

    // MARK: - The two directions

    /// Fetches files over one channel while a consumer takes the parts.
    func fetch(
        _ files: WorkList<WantedFile>,
        _ what: String,
        limit: UInt64,
        stall: Duration,
        skipsZeros: Bool = false,
        isExtra: Bool = false,
        _ meter: TransferMeter,
        to consumer: @escaping @Sendable (FetchedPart) async throws -> Void
    ) async throws -> UInt64 {
        let parts = Handover<FetchedPart>(limit: Self.buffer)
        let spares = FetchErrand.spareBuffers()
        async let consumption: Void = consume(parts, spares, consumer)
        let result = await transfer(what, stall, isExtra, parts) {
            FetchErrand({ files.take() }, to: parts, spares: spares, limit: limit, skipsZeros: skipsZeros) {
                meter.add($0)
            }
        }
        // Also after a failure: what has come is right, and the caller can go on behind it.
        parts.end()
        // The consumer's error counts before the one that it caused.
        try await consumption
        return try result.get()
    }

    private func consume(
        _ parts: Handover<FetchedPart>,
        _ spares: SpareBuffers,
        _ consumer: @Sendable (FetchedPart) async throws -> Void
    ) async throws {
        do {
            while let batch = await parts.next() {
                // The last is the first to come out: so that nothing but the spares holds what was consumed.
                var rest = Array(batch.reversed())
                while let part = rest.popLast() {
                    try await consumer(part)
                    spares.put(part.bytes)
                }
            }
        } catch {
            parts.abandon()
            throw error
        }
    }

    /// Sends what a producer offers over one channel.
    func send<Value: Sendable>(
        _ what: String,
        stall: Duration,
        isExtra: Bool = false,
        _ meter: TransferMeter,
        from producer: @escaping @Sendable (@Sendable (OfferedPart) async -> Bool) async throws -> Value
    ) async throws -> Value {
        let parts = Handover<OfferedPart>(limit: Self.buffer)
        async let production = produce(parts, producer)
        let result = await transfer(what, stall, isExtra, parts) { SendErrand(from: parts) { meter.add($0) } }
        // The producer's error counts before the one that it caused; else it has nothing more to wait for.
        if case .failure(let error) = result, !parts.isAbandoned {
            parts.abandon()
            throw error
        }
        let value = try await production
        _ = try result.get()
        return value
    }

    private func produce<Value: Sendable>(
        _ parts: Handover<OfferedPart>,
        _ producer: @Sendable (@Sendable (OfferedPart) async -> Bool) async throws -> Value
    ) async throws -> Value {
        do {
            guard await parts.whenOpen() else { throw CancellationError() }
            let value = try await producer { await parts.put($0, weight: $0.weight) }
            parts.end()
            return value
        } catch {
            parts.abandon()
            throw error
        }
    }

    /// Does an errand whose other end is a task of ours.
    private func transfer<Errand: FileErrand, Element: Sendable>(
        _ what: String,
        _ stall: Duration,
        _ isExtra: Bool,
        _ parts: Handover<Element>,
        _ make: @Sendable () -> Errand
    ) async -> Result<Errand.Outcome, SSHError> {
        do throws(SSHError) {
            let outcome = try await onSession(what, stall, mayGoOn: true, isExtra: isExtra) {
                session,
                allowance throws(SSHError) in
                parts.onChange { session.interrupt() }
                return try await session.carryOut(
                    {
                        parts.open()
                        return make()
                    },
                    allowance
                )
            }
            return .success(outcome)
        } catch {
            return .failure(error)
        }
    }
}
