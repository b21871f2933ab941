import Glibc

/// A folder that only we can enter, for the control socket and what belongs to it; removed with its last user.
///
/// The path is short, for a socket's path has at most 107 bytes (unix(7)), of which `ssh` wants 17 for itself.
final class PrivateFolder: Sendable {
    let path: String

    init() throws(SystemFailure) {
        let wanted = unsafe getenv("XDG_RUNTIME_DIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let parent = wanted.hasPrefix("/") && wanted.utf8.count <= 40 ? wanted : "/tmp"
        do {
            path = try Self.make(in: parent)
        } catch {
            path = try Self.make(in: "/tmp")
        }
    }

    /// Makes it with mode 0700, mkdtemp(3).
    private static func make(in parent: String) throws(SystemFailure) -> String {
        var template = Array("\(parent)/farfield-XXXXXX".utf8CString)
        let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
        }
        guard isMade else {
            throw SystemFailure(errno)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file that only we can read.
    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws(SystemFailure) {
        let descriptor = unsafe open(path(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SystemFailure(errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw SystemFailure(errno) }
    }

    deinit {
        guard let folder = unsafe opendir(path) else { return }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { unsafe unlink("\(path)/\(name)") }
        }
        unsafe closedir(folder)
        unsafe rmdir(path)
    }
}
