extension MasterSession {
    /// How much travels in one request; servers need take no more (draft §3: 34000 bytes in all).
    private static let piece = 32 << 10
    /// Requests under way at once; together with `piece` this decides the speed over a distance.
    private static let pieces = 128

    /// Carries out one request.
    func answer(_ request: FileRequest, path: String, _ allowance: Allowance) async throws(SSHError) -> FileReply {
        beginOperation()
        defer { endOperation() }
        let files = try await takeFiles(allowance)
        try checkAlive()
        do throws(SSHError) {
            let reply = try await answer(request, path, files, allowance)
            settle(files)
            return reply
        } catch {
            settle(files, after: error)
            throw error.afterSending
        }
    }

    private func answer(
        _ request: FileRequest,
        _ path: String,
        _ files: FileConversation,
        _ allowance: Allowance
    ) async throws(SSHError) -> FileReply {
        switch request {
        case .attributes(let followsLinks):
            let answer = try await ask(.attributes(path, followsLinks: followsLinks), on: files, allowance)
            guard case .attributes(let attributes) = answer else { throw answer.failure(path) }
            return .attributes(attributes)
        case .list: return .entries(try await list(path, files, allowance))
        case .createDirectory(let permissions):
            try await change(.makeFolder(path, permissions: permissions), path, files, allowance)
        case .removeFile: try await change(.remove(path), path, files, allowance)
        case .removeDirectory: try await change(.removeFolder(path), path, files, allowance)
        case .rename(let target): try await change(.rename(path, to: target), path, files, allowance)
        case .write(let bytes, let permissions): try await write(bytes, permissions, path, files, allowance)
        }
        return .done
    }

    /// A request that is answered by a status.
    private func change(
        _ packet: FilePacket,
        _ path: String,
        _ files: FileConversation,
        _ allowance: Allowance
    ) async throws(SSHError) {
        let answer = try await ask(packet, on: files, allowance)
        guard answer == .status(.ok) else { throw answer.failure(path) }
    }

    private func open(
        _ packet: FilePacket,
        _ path: String,
        _ files: FileConversation,
        _ allowance: Allowance
    ) async throws(SSHError) -> [UInt8] {
        let answer = try await ask(packet, on: files, allowance)
        guard case .handle(let handle) = answer else { throw answer.failure(path) }
        return handle
    }

    private func list(
        _ path: String,
        _ files: FileConversation,
        _ allowance: Allowance
    ) async throws(SSHError) -> [SSHDirectoryEntry] {
        let handle = try await open(.openFolder(path), path, files, allowance)
        var all: [SSHDirectoryEntry] = []
        while true {
            switch try await ask(.readFolder(handle), on: files, allowance) {
            case .entries(let entries): all += entries.filter { ![[46], [46, 46]].contains($0.nameBytes) }
            case .status(.endOfFile):
                _ = try await ask(.close(handle), on: files, allowance)
                return all
            case let other:
                _ = try await ask(.close(handle), on: files, allowance)
                throw other.failure(path)
            }
        }
    }

    private func write(
        _ bytes: [UInt8],
        _ permissions: UInt32,
        _ path: String,
        _ files: FileConversation,
        _ allowance: Allowance
    ) async throws(SSHError) {
        let handle = try await open(.openForWriting(path, permissions: permissions), path, files, allowance)
        var problem: SSHError?
        var written = 0
        var pending: [UInt32] = []
        while written < bytes.count && problem == nil || !pending.isEmpty {
            while problem == nil, pending.count < Self.pieces, written < bytes.count {
                let part = bytes[written..<min(written + Self.piece, bytes.count)]
                pending.append(files.ask(.write(handle, offset: UInt64(written), part)))
                written = part.endIndex
            }
            let answer = try await answer(to: pending.removeFirst(), on: files, allowance)
            if answer != .status(.ok), problem == nil { problem = answer.failure(path) }
        }
        // Exactly these mode bits, whatever the umask and whether the file was there before.
        if problem == nil {
            let answer = try await ask(.setPermissions(handle, permissions), on: files, allowance)
            if answer != .status(.ok) { problem = answer.failure(path) }
        }
        let answer = try await ask(.close(handle), on: files, allowance)
        if let problem { throw problem }
        guard answer == .status(.ok) else { throw answer.failure(path) }
    }

    // MARK: - Reading

    /// Opens a file and goes to `offset`.
    func openForReading(_ path: String, offset: UInt64, _ allowance: Allowance) async throws(SSHError) -> OpenFile {
        beginOperation()
        do throws(SSHError) {
            let files = try await takeFiles(allowance)
            do throws(SSHError) {
                let handle = try await open(.openForReading(path), path, files, allowance)
                return OpenFile(id: keep(RemoteFile(files, handle: handle, offset: offset)), path: path)
            } catch {
                settle(files, after: error)
                throw error.afterSending
            }
        } catch {
            endOperation()
            throw error
        }
    }

    /// The next bytes, at most `length`, fewer only at the end of the file.
    func read(
        _ open: OpenFile,
        length: Int,
        window: Int,
        _ allowance: Allowance
    ) async throws(SSHError) -> [UInt8] {
        guard let file = openFiles[open.id] else { return [] }
        do throws(SSHError) {
            return try await read(file, open.path, length: length, allowance)
        } catch {
            file.problem = error
            throw error.afterSending
        }
    }

    private func read(
        _ file: RemoteFile,
        _ path: String,
        length: Int,
        _ allowance: Allowance
    ) async throws(SSHError) -> [UInt8] {
        var result: [UInt8] = []
        var pending: [(id: UInt32, offset: UInt64, count: Int)] = []
        let end = file.offset + UInt64(length)
        var next = file.offset
        var isAtEnd = false
        var problem: SSHError?
        func ask(_ offset: UInt64, _ count: Int) -> (id: UInt32, offset: UInt64, count: Int) {
            (file.files.ask(.read(file.handle, offset: offset, count: count)), offset, count)
        }
        while true {
            while !isAtEnd, problem == nil, pending.count < Self.pieces, next < end {
                let count = Int(min(UInt64(Self.piece), end - next))
                pending.append(ask(next, count))
                next += UInt64(count)
            }
            guard !pending.isEmpty else { break }
            let request = pending.removeFirst()
            switch try await answer(to: request.id, on: file.files, allowance) {
            // What was asked for beyond the end, or after an error, is only waited for.
            case _ where isAtEnd || problem != nil: break
            case .data(let bytes) where !bytes.isEmpty && bytes.count <= request.count:
                result += bytes
                // A server may give less than was asked for; the rest is asked for again, in its place.
                let rest = request.count - bytes.count
                if rest > 0 { pending.insert(ask(request.offset + UInt64(bytes.count), rest), at: 0) }
            case .status(.endOfFile): isAtEnd = true
            case let other: problem = other.failure(path)
            }
        }
        if let problem { throw problem }
        file.offset += UInt64(result.count)
        return result
    }

    /// Closes the file, also behind the back of a caller whose time is over.
    func close(_ open: OpenFile, _ allowance: Allowance) async {
        defer { endOperation() }
        guard let file = openFiles.removeValue(forKey: open.id) else { return }
        do throws(SSHError) {
            switch file.problem {
            case nil, .fileFailure: break
            case let problem?: throw problem
            }
            _ = try await ask(.close(file.handle), on: file.files, allowance)
            settle(file.files)
        } catch {
            settle(file.files, after: error)
        }
    }
}

extension FileAnswer {
    /// What it means where something else was expected.
    fileprivate func failure(_ path: String) -> SSHError {
        if case .status(let status) = self { return status.failure(path) }
        return .fileFailure(path: path, reason: "the server's answer makes no sense", notFound: false)
    }
}
