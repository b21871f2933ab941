extension SSHConnectionPool {
    /// Bytes `offset ..< offset + length` of a file; fewer when it ends before.
    package func readFile(
        _ place: some RemotePlace,
        offset: UInt64 = 0,
        length: Int,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) -> [UInt8] {
        let path = place.remotePath
        guard length > 0 else { return [] }
        return try await onFiles("reading \(path)", path, deadline, isRepeatable: true) {
            session,
            allowance throws(SSHError) in
            let wanted = WantedFile(path: path, offset: offset, end: offset + UInt64(length))
            let files = WorkList([wanted])
            let parts = Handover<FetchedPart>(limit: .max)
            _ = try await session.carryOut({ FetchErrand({ files.take() }, to: parts) }, allowance)
            return parts.poll()?.flatMap(\.bytes) ?? []
        }
    }

    /// Writes a whole file, replacing what was there; afterwards it has exactly these mode bits.
    ///
    /// Not atomic: a reader may see a part. Write under another name and `posixRename`.
    package func writeFile(
        _ place: some RemotePlace,
        _ bytes: [UInt8],
        permissions: UInt32 = 0o600,
        deadline: Duration = .seconds(300)
    ) async throws(SSHError) {
        let path = place.remotePath
        _ = try await onFiles("writing \(path)", path, deadline, isRepeatable: true) {
            session,
            allowance throws(SSHError) in
            let parts = Handover<OfferedPart>(limit: .max)
            parts.offer(.begin(OfferedFile(path: path, permissions: permissions)), weight: 0)
            parts.offer(.bytes(bytes, offset: 0), weight: 0)
            parts.offer(.end(size: UInt64(bytes.count)), weight: 0)
            parts.end()
            return try await session.carryOut({ SendErrand(from: parts) }, allowance)
        }
    }

    /// What is at a path; nil when nothing is.
    package func stat(
        _ place: some RemotePlace,
        followsLinks: Bool = true,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) -> SSHFileAttributes? {
        do throws(SSHError) {
            let reply = try await files(.attributes(followsLinks: followsLinks), place, deadline)
            if case .attributes(let attributes) = reply { return attributes }
            return nil
        } catch .fileFailure(_, _, notFound: true) {
            return nil
        }
    }

    /// The entries of a folder without `.` and `..`, in the server's order.
    package func listDirectory(
        _ place: some RemotePlace,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) -> [SSHDirectoryEntry] {
        if case .entries(let entries) = try await files(.list, place, deadline) { return entries }
        return []
    }

    /// Makes one folder; its parent must be there and it must not.
    package func createDirectory(
        _ place: some RemotePlace,
        permissions: UInt32 = 0o700,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) {
        _ = try await files(.createDirectory(permissions: permissions), place, deadline)
    }

    /// Removes a file or a link.
    package func remove(_ place: some RemotePlace, deadline: Duration = .seconds(60)) async throws(SSHError) {
        _ = try await files(.removeFile, place, deadline)
    }

    /// Removes an empty folder.
    package func removeDirectory(_ place: some RemotePlace, deadline: Duration = .seconds(60)) async throws(SSHError) {
        _ = try await files(.removeDirectory, place, deadline)
    }

    /// Gives a file another name; SFTP version 3 refuses when that name is taken.
    package func rename(
        _ place: some RemotePlace,
        to target: some RemotePlace,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) {
        let target = try target.remotePath.checked()
        _ = try await files(.rename(to: target, replaces: false), place, deadline)
    }

    /// Gives a file another name, replacing what bears it: in one step where the server can (OpenSSH's can), else what is
    /// there is removed first.
    package func posixRename(
        _ place: some RemotePlace,
        to target: some RemotePlace,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) {
        let target = try target.remotePath.checked()
        _ = try await files(.rename(to: target, replaces: true), place, deadline)
    }

    /// Changes attributes of what is at a path, links followed; what is nil stays.
    ///
    /// - Parameters:
    ///   - place: the file or folder.
    ///   - permissions: mode bits without the kind.
    ///   - modified: seconds since 1970 UTC, before 2106; the time of access becomes the same.
    ///   - deadline: for the whole call.
    /// - Throws: `SSHError`.
    package func setAttributes(
        _ place: some RemotePlace,
        permissions: UInt32? = nil,
        modified: Int64? = nil,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) {
        let change = FileChange(permissions: permissions, modified: modified)
        _ = try await files(.change(change), place, deadline)
    }

    /// Makes a symbolic link, whose target need not be there; its name must be free.
    package func makeSymbolicLink(
        _ place: some RemotePlace,
        to target: some RemotePlace,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) {
        let target = try target.remotePath.checked()
        _ = try await files(.makeLink(target: target), place, deadline)
    }

    /// What a symbolic link says, as it stands there.
    package func readLink(
        _ place: some RemotePlace,
        deadline: Duration = .seconds(60)
    ) async throws(SSHError) -> RemotePath {
        if case .path(let target) = try await files(.readLink, place, deadline) { return target }
        return ""
    }

    /// Lets the site put a file on its disk (fsync(2)); nothing where its server cannot be told to.
    package func synchronize(_ place: some RemotePlace, deadline: Duration = .seconds(60)) async throws(SSHError) {
        _ = try await files(.synchronize, place, deadline)
    }

    private func files(
        _ request: FileRequest,
        _ place: some RemotePlace,
        _ deadline: Duration
    ) async throws(SSHError) -> FileReply {
        let path = place.remotePath
        return try await onFiles("working on \(path)", path, deadline, isRepeatable: request.isRepeatable) {
            session,
            allowance throws(SSHError) in
            try await session.answer(request, path, allowance)
        }
    }

    /// Does something on a connection with a file whose path can be one.
    private func onFiles<Value: Sendable>(
        _ what: String,
        _ path: RemotePath,
        _ deadline: Duration,
        isRepeatable: Bool,
        _ body: @Sendable (any SSHConnection, Allowance) async throws(SSHError) -> Value
    ) async throws(SSHError) -> Value {
        _ = try path.checked()
        return try await onSession(what, deadline, isRepeatable: isRepeatable, body)
    }
}

extension RemotePath {
    /// The path itself.
    ///
    /// - Throws: when there is a NUL in it: the site would take what is before for the whole.
    func checked() throws(SSHError) -> RemotePath {
        guard !bytes.contains(0) else {
            throw .fileFailure(path: description, reason: "no file has a NUL in its name", notFound: false)
        }
        return self
    }
}
