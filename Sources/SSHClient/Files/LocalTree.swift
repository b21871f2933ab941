import Glibc

/// A folder on this machine as one side of a tree transfer.
///
/// Safe: every pointer is used within the call that makes it.
package struct LocalTree: Sendable {
    /// Where it is.
    package let root: RemotePath

    /// A tree below a folder that is there.
    package init(_ root: some RemotePlace) { self.root = root.remotePath }

    /// Everything below the folder, sorted by path; links are told and not followed.
    package func entries() throws -> [TreeEntry] {
        var all: [TreeEntry] = []
        var waiting: [RemotePath] = [""]
        while let folder = waiting.popLast() {
            for name in try names(in: folder) {
                guard let entry = try entry(folder.appending(RemotePath(name))) else { continue }
                if entry.kind == .directory { waiting.append(entry.path) }
                all.append(entry)
            }
        }
        return all.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
    }

    /// Bytes of a file, at most `count` and fewer only at its end.
    package func read(_ entry: TreeEntry, offset: UInt64, count: Int) throws -> [UInt8] {
        try withFile(entry, O_RDONLY | O_NOFOLLOW) { file in
            var length = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                length = unsafe pread(file, buffer.baseAddress, count, Int(offset))
                filled = max(length, 0)
            }
            try demand(length >= 0, entry.path)
            return bytes
        }
    }

    /// Takes a part of a file; with the last one the file gets its length, permissions and time.
    package func receive(_ entry: TreeEntry, _ part: TreePart) throws {
        try withFile(entry, O_WRONLY | O_CREAT | O_NOFOLLOW) { file in
            var written = 0
            while written < part.bytes.count {
                let count = unsafe part.bytes.withUnsafeBytes { bytes in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
                    return unsafe pwrite(file, rest.baseAddress, rest.count, Int(part.offset) + written)
                }
                try demand(count >= 0, entry.path)
                written += count
            }
            guard let end = part.end else { return }
            try demand(ftruncate(file, Int(end)) == 0, entry.path)
            try demand(fchmod(file, entry.permissions) == 0, entry.path)
            try demand(unsafe futimens(file, Self.times(entry)) == 0, entry.path)
        }
    }

    /// Makes the folders, before files come.
    package func begin(_ entries: [TreeEntry]) throws {
        for entry in entries.sorted(by: { $0.path.names.count < $1.path.names.count }) where entry.kind == .directory {
            let isMade = unsafe mkdir(name(entry.path), 0o700) == 0 || errno == EEXIST
            try demand(isMade, entry.path)
        }
    }

    /// Makes the links, and gives the folders their permissions and times, after all files have come.
    package func finish(_ entries: [TreeEntry]) throws {
        for entry in entries {
            guard case .symbolicLink(let target) = entry.kind else { continue }
            _ = unsafe unlink(name(entry.path))
            try demand(unsafe symlink(Self.name(target), name(entry.path)) == 0, entry.path)
        }
        for entry in entries.sorted(by: { $0.path.names.count > $1.path.names.count }) where entry.kind == .directory {
            let times = Self.times(entry)
            try demand(unsafe utimensat(AT_FDCWD, name(entry.path), times, AT_SYMLINK_NOFOLLOW) == 0, entry.path)
            try demand(unsafe chmod(name(entry.path), entry.permissions) == 0, entry.path)
        }
    }

    // MARK: - System calls

    private func names(in folder: RemotePath) throws -> [[UInt8]] {
        guard let stream = unsafe opendir(name(folder)) else { throw LocalFailure(folder, errno) }
        defer { unsafe closedir(stream) }
        var all: [[UInt8]] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { unsafe [UInt8]($0.prefix { $0 != 0 }) }
            if TreeRules.isName(inFolder: name) { all.append(name) }
        }
        return all
    }

    private func entry(_ path: RemotePath) throws -> TreeEntry? {
        var found = stat()
        try demand(unsafe lstat(name(path), &found) == 0, path)
        let kind: TreeEntry.Kind
        switch found.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .symbolicLink(try target(of: path))
        default: return nil
        }
        return TreeEntry(
            path: path,
            kind: kind,
            size: kind == .file ? UInt64(found.st_size) : 0,
            permissions: found.st_mode & 0o7777,
            modified: Int64(found.st_mtim.tv_sec)
        )
    }

    private func target(of path: RemotePath) throws -> RemotePath {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(name(path), &bytes, bytes.count)
        try demand(count >= 0, path)
        return RemotePath(bytes.prefix(count).map { UInt8(bitPattern: $0) })
    }

    private func withFile<Value>(_ entry: TreeEntry, _ flags: Int32, _ body: (Int32) throws -> Value) throws -> Value {
        let file = unsafe open(name(entry.path), flags | O_CLOEXEC, 0o600)
        try demand(file >= 0, entry.path)
        defer { close(file) }
        return try body(file)
    }

    private func demand(_ isDone: Bool, _ path: RemotePath) throws {
        if !isDone { throw LocalFailure(path, errno) }
    }

    private func name(_ path: RemotePath) -> [CChar] { Self.name(root.appending(path)) }

    private static func name(_ path: RemotePath) -> [CChar] { path.bytes.map { CChar(bitPattern: $0) } + [0] }

    /// Of access and of the content.
    private static func times(_ entry: TreeEntry) -> [timespec] {
        Array(repeating: timespec(tv_sec: Int(entry.modified), tv_nsec: 0), count: 2)
    }
}

/// A file of our own machine that cannot be used, with the system's words.
package struct LocalFailure: Error, CustomStringConvertible {
    /// The file, below its tree's root.
    package let path: RemotePath
    private let reason: SystemFailure

    init(_ path: RemotePath, _ number: Int32) {
        self.path = path
        reason = SystemFailure(number)
    }

    /// For a person.
    package var description: String { "\(path): \(reason)" }
}
