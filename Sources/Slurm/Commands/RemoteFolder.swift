/// Names of folders and files at a site.
package enum RemoteFolder {
    /// Checks a folder's name: absolute or `~/…`, without `..`, control characters or a trailing slash.
    ///
    /// `%` and `\` are refused: Slurm expands them in the names of a job's logs, even in the folder's part.
    package static func check(_ folder: String) throws(SlurmError) {
        let path = folder.hasPrefix("~/") ? String(folder.dropFirst(2)) : String(folder.dropFirst())
        guard folder.hasPrefix("/") || folder.hasPrefix("~/") else {
            throw .invalidValue(field: "folder", reason: "must be absolute or begin with ~/")
        }
        guard !folder.contains("%"), !folder.contains("\\") else {
            throw .invalidValue(field: "folder", reason: "holds % or \\, which Slurm expands in the names of logs")
        }
        try checkRelative(path)
    }

    /// Checks a path relative to a folder: no empty, `.` or `..` part, no control characters, at most 4000 bytes.
    package static func checkRelative(_ path: String) throws(SlurmError) {
        guard !path.isEmpty, path.utf8.count <= 4000 else {
            throw .invalidValue(field: "path", reason: "must have 1 to 4000 bytes")
        }
        guard !path.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
            throw .invalidValue(field: "path", reason: "holds a control character")
        }
        for part in path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false) {
            guard !part.isEmpty, !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8), part.count <= 255 else {
                throw .invalidValue(field: "path", reason: "\(path) has an empty, dotted or overlong part")
            }
        }
    }

    /// The folder as a shell word; `~/` becomes the remote user's home.
    static func word(_ folder: String) -> String {
        folder.hasPrefix("~/")
            ? "\"$HOME\"/" + ShellWord.quoteWithoutNUL(String(folder.dropFirst(2)))
            : ShellWord.quoteWithoutNUL(folder)
    }
}
