internal import Glibc

/// Files that hold secrets: written once, read only while nobody else can.
enum KeyFile {
    /// The longest file that is read, in bytes: four times any PEM key of this module.
    private static let limit = 16_384

    /// The bytes of a small file that its owner alone may read.
    ///
    /// - Parameter path: the file; its permissions are those of the opened file, so it cannot be exchanged in between.
    /// - Returns: its bytes.
    /// - Throws: ``SigningError/unreadable(path:reason:)``, ``SigningError/exposed(path:mode:)``.
    static func read(_ path: String) throws(SigningError) -> [UInt8] {
        // Not blocking, so that a pipe in the place of the file cannot hold the caller.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw .unreadable(path: path, reason: reason()) }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw .unreadable(path: path, reason: reason()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path: path, reason: "it is not a file") }
        guard status.st_mode & 0o077 == 0 else { throw .exposed(path: path, mode: status.st_mode & 0o777) }
        guard status.st_size <= limit else { throw .unreadable(path: path, reason: "it is longer than any key") }
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            // The buffer is the array's own and as long as is said.
            let read = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress?.advanced(by: count), limit - count)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .unreadable(path: path, reason: reason()) }
            if read == 0 { break }
            count += read
        }
        return Array(bytes.prefix(count))
    }

    /// Writes a file that must not be there yet, mode 0600, whole or not at all.
    ///
    /// It is written under another name and then linked to its own: a link, unlike a renaming, never replaces.
    static func create(_ path: String, _ bytes: [UInt8]) throws(SigningError) {
        let draft = "\(path).\(getpid()).\(UInt64.random(in: 0...UInt64.max))"
        let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .unwritable(path: path, reason: reason()) }
        defer { unsafe unlink(draft) }
        do {
            defer { close(file) }
            guard fchmod(file, 0o600) == 0, unsafe write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0
            else { throw SigningError.unwritable(path: path, reason: reason()) }
        }
        guard unsafe link(draft, path) == 0 else {
            throw errno == EEXIST ? .exists(path: path) : .unwritable(path: path, reason: reason())
        }
        try flushFolder(of: path)
    }

    /// Makes the new name outlive a power cut.
    private static func flushFolder(of path: String) throws(SigningError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
        let file = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw .unwritable(path: path, reason: reason()) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw .unwritable(path: path, reason: reason()) }
    }

    /// The system's words for the last error.
    private static func reason() -> String {
        // The text belongs to the C library and is copied at once.
        unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    }
}
