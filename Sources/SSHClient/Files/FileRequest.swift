/// One thing to do on a site's files; a value, so that it can be repeated on a fresh connection.
enum FileRequest: Sendable {
    case attributes(followsLinks: Bool)
    case list
    case createDirectory(permissions: UInt32)
    case removeFile
    case removeDirectory
    case rename(to: RemotePath, replaces: Bool)
    case change(FileChange)
    case readLink
    case makeLink(target: RemotePath)
    case synchronize

    /// Whether doing it twice is the same as doing it once.
    var isRepeatable: Bool {
        switch self {
        case .attributes, .list, .change, .readLink, .synchronize: true
        case .createDirectory, .removeFile, .removeDirectory, .rename, .makeLink: false
        }
    }
}

/// What came of it.
enum FileReply: Sendable {
    case done
    case attributes(SSHFileAttributes)
    case entries([SSHDirectoryEntry])
    case path(RemotePath)
}

extension FileHost {
    /// Carries out one request.
    func answer(
        _ request: FileRequest,
        _ path: RemotePath,
        _ allowance: Allowance
    ) async throws(SSHError) -> FileReply {
        try await withFiles(allowance) { host, line throws(SSHError) in
            try await host.answer(request, path, line, allowance)
        }
    }

    private func answer(
        _ request: FileRequest,
        _ path: RemotePath,
        _ line: FileLine<Pipe>,
        _ allowance: Allowance
    ) async throws(SSHError) -> FileReply {
        switch request {
        case .attributes(let followsLinks):
            let answer = try await ask(.attributes(path, followsLinks: followsLinks), line, allowance)
            guard case .attributes(let attributes) = answer else { throw answer.failure(path) }
            return .attributes(attributes)
        case .list: return .entries(try await list(path, line, allowance))
        case .createDirectory(let permissions):
            try await change(.makeFolder(path, permissions: permissions), path, line, allowance)
        case .removeFile: try await change(.remove(path), path, line, allowance)
        case .removeDirectory: try await change(.removeFolder(path), path, line, allowance)
        case .rename(let target, false): try await change(.rename(path, to: target), path, line, allowance)
        case .rename(let target, true): try await replace(target, by: path, line, allowance)
        case .change(let change): try await self.change(.setAttributes(path, change), path, line, allowance)
        case .readLink:
            let answer = try await ask(.readLink(path), line, allowance)
            guard case .entries(let entries) = answer, entries.count == 1 else { throw answer.failure(path) }
            return .path(entries[0].path)
        case .makeLink(let target): try await change(.makeLink(path, target: target), path, line, allowance)
        case .synchronize: try await synchronize(path, line, allowance)
        }
        return .done
    }

    private func ask(
        _ packet: FilePacket,
        _ line: FileLine<Pipe>,
        _ allowance: Allowance
    ) async throws(SSHError) -> FileAnswer {
        try await drive(SingleErrand(packet), on: line, allowance)
    }

    /// A request that is answered by a status.
    private func change(
        _ packet: FilePacket,
        _ path: RemotePath,
        _ line: FileLine<Pipe>,
        _ allowance: Allowance
    ) async throws(SSHError) {
        let answer = try await ask(packet, line, allowance)
        guard answer == .status(.ok) else { throw answer.failure(path) }
    }

    /// Opens something, works with it and closes it, whatever the work came to.
    private func withOpen<Value>(
        _ packet: FilePacket,
        _ path: RemotePath,
        _ line: FileLine<Pipe>,
        _ allowance: Allowance,
        _ body: (isolated Self, FileLine<Pipe>, [UInt8]) async throws(SSHError) -> Value
    ) async throws(SSHError) -> Value {
        let answer = try await ask(packet, line, allowance)
        guard case .handle(let handle) = answer else { throw answer.failure(path) }
        do throws(SSHError) {
            let value = try await body(self, line, handle)
            _ = try await ask(.close(handle), line, allowance)
            return value
        } catch {
            if case .fileFailure = error { _ = try await ask(.close(handle), line, allowance) }
            throw error
        }
    }

    private func list(
        _ path: RemotePath,
        _ line: FileLine<Pipe>,
        _ allowance: Allowance
    ) async throws(SSHError) -> [SSHDirectoryEntry] {
        try await withOpen(.openFolder(path), path, line, allowance) { host, line, handle throws(SSHError) in
            var all: [SSHDirectoryEntry] = []
            while true {
                switch try await host.ask(.readFolder(handle), line, allowance) {
                case .entries(let entries): all += entries.filter { !$0.isSelfOrParent }
                case .status(.endOfFile): return all
                case let other: throw other.failure(path)
                }
            }
        }
    }

    /// In one step where the server can, as rename(2) does; else what has the name goes first.
    private func replace(
        _ target: RemotePath,
        by path: RemotePath,
        _ line: FileLine<Pipe>,
        _ allowance: Allowance
    ) async throws(SSHError) {
        if line.files.features.names.contains(.posixRename) {
            return try await change(.extended(.posixRename, [path, target]), path, line, allowance)
        }
        // A name that is free already is what is wanted; any other failure shows at the renaming.
        _ = try await ask(.remove(target), line, allowance)
        try await change(.rename(path, to: target), path, line, allowance)
    }

    /// Lets the site put a file's content on its disk, where its server can.
    private func synchronize(
        _ path: RemotePath,
        _ line: FileLine<Pipe>,
        _ allowance: Allowance
    ) async throws(SSHError) {
        guard line.files.features.names.contains(.synchronize) else { return }
        try await withOpen(.open(path, .reading, permissions: nil), path, line, allowance) {
            host,
            line,
            handle throws(SSHError) in
            try await host.change(.extendedOnOpen(.synchronize, handle), path, line, allowance)
        }
    }
}

extension SSHDirectoryEntry {
    /// `.` and `..`, which every folder has.
    var isSelfOrParent: Bool { nameBytes == [46] || nameBytes == [46, 46] }
}
