import CSSH2

/// One thing to do on a site's files; a value, so that it can be repeated on a fresh connection.
enum FileRequest: Sendable {
    case attributes(followsLinks: Bool)
    case list
    case createDirectory(permissions: UInt32)
    case removeFile
    case removeDirectory
    case rename(to: String)
    case write([UInt8], permissions: UInt32)

    /// Whether doing it twice is the same as doing it once.
    var isRepeatable: Bool {
        switch self {
        case .attributes, .list, .write: true
        case .createDirectory, .removeFile, .removeDirectory, .rename: false
        }
    }
}

/// What came of it.
enum FileReply: Sendable {
    case done
    case attributes(SSHFileAttributes)
    case entries([SSHDirectoryEntry])
}

extension SSHSession {
    /// Carries out one request.
    func answer(_ request: FileRequest, path: String, _ allowance: Allowance) async throws(SSHError) -> FileReply {
        beginOperation()
        defer { endOperation() }
        let files = try await takeFileChannel(allowance)
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
        _ files: FileChannel,
        _ allowance: Allowance
    ) async throws(SSHError) -> FileReply {
        let sftp = unsafe files.pointer
        let length = UInt32(path.utf8.count)
        switch request {
        case .attributes(let followsLinks):
            return .attributes(try await attributes(path, followsLinks, files, allowance))
        case .list:
            return .entries(try await list(path, files, allowance))
        case .createDirectory(let permissions):
            try await change(path, files, allowance) {
                unsafe libssh2_sftp_mkdir_ex(sftp, path, length, Int(permissions))
            }
        case .removeFile:
            try await change(path, files, allowance) { unsafe libssh2_sftp_unlink_ex(sftp, path, length) }
        case .removeDirectory:
            try await change(path, files, allowance) { unsafe libssh2_sftp_rmdir_ex(sftp, path, length) }
        case .rename(let target):
            let flags = LIBSSH2_SFTP_RENAME_ATOMIC | LIBSSH2_SFTP_RENAME_NATIVE
            try await change(path, files, allowance) {
                unsafe libssh2_sftp_rename_ex(sftp, path, length, target, UInt32(target.utf8.count), Int(flags))
            }
        case .write(let bytes, let permissions):
            try await write(bytes, permissions, path, files, allowance)
        }
        return .done
    }

    /// A call that answers with 0 or an error.
    private func change(
        _ path: String,
        _ files: FileChannel,
        _ allowance: Allowance,
        _ call: @escaping () -> Int32
    ) async throws(SSHError) {
        let code = try await perform(on: files, allowance) { () throws(SSHError) in try self.judge(Int(call())) }
        guard code == 0 else { throw fileFailure(files, path, code) }
    }

    private func attributes(
        _ path: String,
        _ followsLinks: Bool,
        _ files: FileChannel,
        _ allowance: Allowance
    ) async throws(SSHError) -> SSHFileAttributes {
        let box = AttributesBox()
        let sftp = unsafe files.pointer
        let kind = followsLinks ? LIBSSH2_SFTP_STAT : LIBSSH2_SFTP_LSTAT
        try await change(path, files, allowance) {
            unsafe libssh2_sftp_stat_ex(sftp, path, UInt32(path.utf8.count), kind, &box.value)
        }
        return SSHFileAttributes(box.value)
    }

    private func list(
        _ path: String,
        _ files: FileChannel,
        _ allowance: Allowance
    ) async throws(SSHError) -> [SSHDirectoryEntry] {
        try await openFile(path, LIBSSH2_SFTP_OPENDIR, on: files, allowance)
        let box = AttributesBox()
        var entries: [SSHDirectoryEntry] = []
        while let file = unsafe files.file {
            let count = try await perform(on: files, allowance) { () throws(SSHError) in
                try self.judge(
                    Int(
                        unsafe libssh2_sftp_readdir_ex(
                            file,
                            self.scratch.bytes,
                            self.scratch.capacity,
                            nil,
                            0,
                            &box.value
                        )
                    )
                )
            }
            guard count >= 0 else {
                let error = fileFailure(files, path, count)
                try await closeFile(files, allowance)
                throw error
            }
            if count == 0 { break }
            let name = unsafe [UInt8](scratch.prefix(count))
            if name == [46] || name == [46, 46] { continue }
            entries.append(SSHDirectoryEntry(nameBytes: name, attributes: SSHFileAttributes(box.value)))
        }
        try await closeFile(files, allowance)
        return entries
    }

    private func write(
        _ bytes: [UInt8],
        _ permissions: UInt32,
        _ path: String,
        _ files: FileChannel,
        _ allowance: Allowance
    ) async throws(SSHError) {
        let flags = LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC
        try await openFile(
            path,
            LIBSSH2_SFTP_OPENFILE,
            flags: UInt(flags),
            permissions: Int(permissions),
            on: files,
            allowance
        )
        guard let file = unsafe files.file else { return }
        var written = 0
        while written < bytes.count {
            let start = written
            let count = try await perform(on: files, allowance) { () throws(SSHError) in
                try self.judge(
                    unsafe bytes.withUnsafeBytes { bytes in
                        // Whole and long pieces: how much is under way at once is what decides over distance.
                        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(4 << 20))
                        return unsafe libssh2_sftp_write(
                            file,
                            rest.baseAddress?.assumingMemoryBound(to: CChar.self),
                            rest.count
                        )
                    }
                )
            }
            guard count >= 0 else {
                let error = fileFailure(files, path, count)
                try await closeFile(files, allowance)
                throw error
            }
            written += count
        }
        // Exactly these mode bits, whatever the umask and whether the file was there before.
        let box = AttributesBox()
        box.value.flags = UInt(LIBSSH2_SFTP_ATTR_PERMISSIONS)
        box.value.permissions = UInt(permissions)
        try await change(path, files, allowance) { unsafe libssh2_sftp_fstat_ex(file, &box.value, 1) }
        try await closeFile(files, allowance)
    }

    // MARK: - Open files

    func openFile(
        _ path: String,
        _ kind: Int32,
        flags: UInt = 0,
        permissions: Int = 0,
        on files: FileChannel,
        _ allowance: Allowance
    ) async throws(SSHError) {
        let isOpen = try await perform(on: files, allowance) { () throws(SSHError) -> Attempt<Bool> in
            let pointer = unsafe libssh2_sftp_open_ex(
                files.pointer,
                path,
                UInt32(path.utf8.count),
                flags,
                permissions,
                kind
            )
            if unsafe pointer != nil {
                unsafe files.file = unsafe pointer
                return .done(true)
            }
            return try self.judgeLastError() ? .done(false) : .again
        }
        if !isOpen { throw fileFailure(files, path, lastErrorNumber) }
    }

    func closeFile(_ files: FileChannel, _ allowance: Allowance) async throws(SSHError) {
        guard let file = unsafe files.file else { return }
        unsafe files.file = nil
        _ = try await perform(on: files, allowance) { () throws(SSHError) in
            try self.judge(Int(unsafe libssh2_sftp_close_handle(file)))
        }
    }
}

extension SSHFileAttributes {
    fileprivate init(_ raw: LIBSSH2_SFTP_ATTRIBUTES) {
        let hasMode = raw.flags & UInt(LIBSSH2_SFTP_ATTR_PERMISSIONS) != 0
        let mode = hasMode ? UInt32(truncatingIfNeeded: raw.permissions) : 0
        let kind: Kind =
            switch Int32(mode) & LIBSSH2_SFTP_S_IFMT {
            case LIBSSH2_SFTP_S_IFREG: .file
            case LIBSSH2_SFTP_S_IFDIR: .directory
            case LIBSSH2_SFTP_S_IFLNK: .symbolicLink
            default: .other
            }
        self.init(
            kind: kind,
            size: raw.flags & UInt(LIBSSH2_SFTP_ATTR_SIZE) != 0 ? raw.filesize : 0,
            permissions: mode & 0o7777,
            userID: UInt32(truncatingIfNeeded: raw.uid),
            groupID: UInt32(truncatingIfNeeded: raw.gid),
            modified: Int64(truncatingIfNeeded: raw.mtime)
        )
    }
}
