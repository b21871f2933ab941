extension SSHConnectionPool {
    /// How much is asked for at once when reading in bulk; over a distance this decides the speed.
    private static let window = 2 << 20

    /// Bytes `offset ..< offset + length` of a file; fewer when it ends before.
    package func readFile(
        _ path: String,
        offset: UInt64 = 0,
        length: Int,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) -> [UInt8] {
        try await onSession("reading \(path)", deadline, isRepeatable: true) { session, allowance throws(SSHError) in
            let file = try await session.openForReading(path, offset: offset, allowance)
            do throws(SSHError) {
                let window = min(length, Self.window)
                let bytes = try await session.read(file, length: length, window: window, allowance)
                await session.close(file, allowance)
                return bytes
            } catch {
                await session.close(file, allowance)
                throw error
            }
        }
    }

    /// Streams a whole file to a consumer, piece by piece in order; the next is fetched when the consumer is ready.
    ///
    /// - Parameters:
    ///   - path: the file at the site.
    ///   - limit: the most bytes to take; a longer file is an error as soon as that shows.
    ///   - deadline: for the whole download.
    ///   - consumer: gets pieces of at most 2 MiB, never an empty one; what it throws ends the download.
    /// - Returns: the number of bytes.
    /// - Throws: `SSHError`, or what the consumer threw.
    @discardableResult
    package func download(
        _ path: String,
        limit: UInt64,
        deadline: Duration = .seconds(3600),
        to consumer: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> UInt64 {
        let outcome: Result<UInt64, any Error> =
            try await onSession("downloading \(path)", deadline) { session, allowance throws(SSHError) in
                let file = try await session.openForReading(path, offset: 0, allowance)
                var total: UInt64 = 0
                do {
                    while true {
                        let piece = try await session.read(file, length: Self.window, window: Self.window, allowance)
                        total += UInt64(piece.count)
                        if total > limit { throw SSHError.outputTooLarge(limit: Int(clamping: limit)) }
                        if !piece.isEmpty { try await consumer(piece) }
                        if piece.count < Self.window { break }
                    }
                    await session.close(file, allowance)
                    return .success(total)
                } catch {
                    await session.close(file, allowance)
                    if let error = error as? SSHError { throw error }
                    return .failure(error)
                }
            }
        return try outcome.get()
    }

    /// Writes a whole file, replacing what was there; afterwards it has exactly these mode bits.
    ///
    /// Not atomic: a reader may see a part. Write under another name and `rename`.
    package func writeFile(
        _ path: String,
        _ bytes: [UInt8],
        permissions: UInt32 = 0o600,
        deadline: Duration = .seconds(300)
    ) async throws(SSHError) {
        _ = try await files(.write(bytes, permissions: permissions), path, deadline)
    }

    /// What is at a path; nil when nothing is.
    package func stat(
        _ path: String,
        followsLinks: Bool = true,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) -> SSHFileAttributes? {
        do throws(SSHError) {
            let reply = try await files(.attributes(followsLinks: followsLinks), path, deadline)
            if case .attributes(let attributes) = reply { return attributes }
            return nil
        } catch .fileFailure(_, _, notFound: true) {
            return nil
        }
    }

    /// The entries of a folder without `.` and `..`, in the server's order.
    package func listDirectory(
        _ path: String,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) -> [SSHDirectoryEntry] {
        if case .entries(let entries) = try await files(.list, path, deadline) { return entries }
        return []
    }

    /// Makes one folder; its parent must be there and it must not.
    package func createDirectory(
        _ path: String,
        permissions: UInt32 = 0o700,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) {
        _ = try await files(.createDirectory(permissions: permissions), path, deadline)
    }

    /// Removes a file or a link.
    package func remove(_ path: String, deadline: Duration = .seconds(60)) async throws(SSHError) {
        _ = try await files(.removeFile, path, deadline)
    }

    /// Removes an empty folder.
    package func removeDirectory(_ path: String, deadline: Duration = .seconds(60)) async throws(SSHError) {
        _ = try await files(.removeDirectory, path, deadline)
    }

    /// Gives a file another name; SFTP version 3 refuses when that name is taken.
    package func rename(
        _ path: String,
        to target: String,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) {
        _ = try await files(.rename(to: target), path, deadline)
    }

    private func files(
        _ request: FileRequest,
        _ path: String,
        _ deadline: Duration
    ) async throws(SSHError) -> FileReply {
        try await onSession("working on \(path)", deadline, isRepeatable: request.isRepeatable) {
            session,
            allowance throws(SSHError) in
            try await session.answer(request, path: path, allowance)
        }
    }
}
