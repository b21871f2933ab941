extension SSHConnectionPool {
    /// Channels that one tree uses at once: more than these bring nothing, and others want to work too.
    private static let lanes = 3

    /// Everything below a folder, sorted by path; links are told and not followed, devices and sockets left out.
    ///
    /// - Parameters:
    ///   - place: the folder, which is not among the entries.
    ///   - limit: the most entries; more are an error.
    ///   - stall: how long the site may answer nothing.
    /// - Returns: the entries, with paths below the folder.
    /// - Throws: `SSHError`, also when the server gives a name that is none (`..`, or one with a slash).
    package func listTree(
        _ place: some RemotePlace,
        limit: Int = 1_000_000,
        stall: Duration = .seconds(60)
    ) async throws(SSHError) -> [TreeEntry] {
        let root = try place.remotePath.checked()
        let entries = try await onSession("listing \(root)", stall, isRepeatable: true, mayGoOn: true) {
            session,
            allowance throws(SSHError) in
            try await session.carryOut({ WalkErrand(root, limit: limit) }, allowance)
        }
        return entries.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
    }

    /// Fetches the files among some entries, many at once; nothing is fetched when one of the entries would leave the tree.
    ///
    /// Folders and links are the receiver's: it has all it needs in the entries.
    ///
    /// - Parameters:
    ///   - entries: what ``listTree(_:limit:stall:)`` gave, or a part of it.
    ///   - place: the folder that the entries are below.
    ///   - stall: how long the site may send nothing.
    ///   - progress: is told at most every 100 ms, and at the end.
    ///   - receive: gets the parts of each file in order, the last with `end`; long runs of zeros are left out. Several
    ///     files come at once. What it throws ends the transfer.
    /// - Returns: the number of bytes that came.
    /// - Throws: `SSHError`, or what `receive` threw.
    @discardableResult
    package func fetchTree(
        _ entries: [TreeEntry],
        from place: some RemotePlace,
        stall: Duration = .seconds(60),
        progress: (@Sendable (TransferProgress) -> Void)? = nil,
        receive: @escaping @Sendable (TreeEntry, TreePart) async throws -> Void
    ) async throws -> UInt64 {
        try TreeRules.check(entries)
        let root = try place.remotePath.checked()
        let meter = TransferMeter(total: entries.totalSize, progress)
        let wanted = entries.enumerated().compactMap { index, entry in
            entry.kind == .file ? WantedFile(index: index, path: root.appending(entry.path), end: entry.size) : nil
        }
        let files = WorkList(wanted)
        let total = try await onLanes(for: wanted.count, stall) { isExtra in
            try await self.fetch(
                files,
                "fetching \(root)",
                limit: .max,
                stall: stall,
                skipsZeros: true,
                isExtra: isExtra,
                meter
            ) { part in
                let entry = entries[part.index]
                try await receive(entry, TreePart(offset: part.offset, bytes: part.bytes, end: part.end))
            }
        }
        meter.finish()
        return total
    }

    /// Sends a tree, many files at once; nothing is sent when one of the entries would leave the tree.
    ///
    /// Folders that are there stay; files that are there are replaced. Permissions and times are those of the entries; links
    /// come last, so that none of ours is ever written through.
    ///
    /// - Parameters:
    ///   - entries: what is to be there, folders before what is in them not being necessary.
    ///   - place: the folder that the entries come below; it is made when it is not there.
    ///   - stall: how long the site may take nothing.
    ///   - progress: is told of confirmed bytes at most every 100 ms, and at the end.
    ///   - read: bytes of a file from an offset, at most so many and fewer only at its end. Several files are read at once.
    /// - Returns: the number of bytes that were sent.
    /// - Throws: `SSHError`, or what `read` threw.
    @discardableResult
    package func sendTree(
        _ entries: [TreeEntry],
        to place: some RemotePlace,
        stall: Duration = .seconds(60),
        progress: (@Sendable (TransferProgress) -> Void)? = nil,
        read: @escaping @Sendable (TreeEntry, UInt64, Int) async throws -> [UInt8]
    ) async throws -> UInt64 {
        try TreeRules.check(entries)
        let root = try place.remotePath.checked()
        try await makeFolders(entries, root, stall)
        let meter = TransferMeter(total: entries.totalSize, progress)
        let files = WorkList(entries.filter { $0.kind == .file })
        let total = try await onLanes(for: files.count, stall) { isExtra in
            try await self.send("sending \(root)", stall: stall, isExtra: isExtra, meter) { offer in
                var total: UInt64 = 0
                while let entry = files.take(), try await Self.offer(entry, root, read, offer, &total) {}
                return total
            }
        }
        try await makeLinks(entries, root, stall)
        try await finishFolders(entries, root, stall)
        meter.finish()
        return total
    }

    /// - Returns: whether anybody still takes.
    private static func offer(
        _ entry: TreeEntry,
        _ root: RemotePath,
        _ read: @Sendable (TreeEntry, UInt64, Int) async throws -> [UInt8],
        _ offer: @Sendable (OfferedPart) async -> Bool,
        _ total: inout UInt64
    ) async throws -> Bool {
        let file = OfferedFile(
            path: root.appending(entry.path),
            permissions: entry.permissions,
            modified: entry.modified
        )
        guard await offer(.begin(file)) else { return false }
        var end: UInt64 = 0
        // A file that grows while it is read is sent as it was listed; one that shrinks, as it is.
        while end < entry.size {
            let piece = try await read(entry, end, Int(min(entry.size - end, 512 << 10)))
            for run in ZeroRuns.dense(piece, at: end) where !run.bytes.isEmpty {
                guard await offer(.bytes(run.bytes, offset: run.offset)) else { return false }
            }
            end += UInt64(piece.count)
            if piece.isEmpty { break }
        }
        total += end
        return await offer(.end(size: end))
    }

    /// Does the same on several channels at once, as far as there is work and place for them.
    private func onLanes(
        for count: Int,
        _ stall: Duration,
        _ body: @escaping @Sendable (_ isExtra: Bool) async throws -> UInt64
    ) async throws -> UInt64 {
        guard count > 0 else { return 0 }
        try await connect(deadline: stall)
        // Commands want a place too.
        let lanes = min(Self.lanes, max(1, line.limits.maxSessions - 2), count)
        return try await withThrowingTaskGroup(of: UInt64.self) { group in
            for number in 0..<lanes {
                group.addTask {
                    do {
                        return try await body(number > 0)
                    } catch SSHError.timedOut(_, commandMayHaveRun: false) where number > 0 {
                        // There was no place; it has taken no file, so the others do them all.
                        return 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
    }
}

/// A part of a file on its way to the near side.
package struct TreePart: Sendable {
    /// Its place in the file.
    package var offset: UInt64
    /// The bytes; what is between parts is zeros.
    package var bytes: [UInt8]
    /// The file's length, with its last part: it may end in zeros that were left out.
    package var end: UInt64?
}

extension [TreeEntry] {
    fileprivate var totalSize: UInt64 { reduce(0) { $1.kind == .file ? $0 + $1.size : $0 } }
}
