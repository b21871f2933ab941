/// Computes the SHA-256 of files where they are.
///
/// A folder is hashed as `dirHash1` of in-toto's digest set: the SHA-256 of the lines `sha256sum` prints for the files
/// below it, sorted by name.
package struct HashFiles: RemoteCommand {
    /// What was found under a path.
    package enum Result: Sendable, Hashable {
        /// A regular file.
        case file(HashedFile)
        /// A folder with so many bytes in regular files.
        case folder(dirHash1: String, size: Int64)
        /// Nothing that could be read.
        case failed(reason: String)
    }

    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let count: Int
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - paths: absolute, or below `folder`.
    ///   - folder: where it works.
    ///   - protects: whether the write permission is taken away before.
    ///   - shell: the wrapper.
    ///   - deadline: the longest it may take.
    /// - Throws: ``SlurmError`` for a path that cannot be.
    package init(
        _ paths: [String],
        in folder: String,
        protects: Bool = false,
        shell: RemoteShell,
        deadline: Duration
    ) throws(SlurmError) {
        try RemoteFolder.check(folder)
        for path in paths where path.utf8.contains(0) || path.isEmpty {
            throw .invalidValue(field: "path", reason: "is empty or holds a NUL byte")
        }
        count = paths.count
        self.shell = shell
        self.deadline = deadline
        let calls = paths.enumerated().map { index, path in
            let place = path.hasPrefix("/") ? path : "./" + path
            return "hash \(index) \(ShellWord.quoteWithoutNUL(place))"
        }
        input = shell.wrap(
            """
            cd \(RemoteFolder.word(folder)) || exit 0
            sum() { text=$({ sha256sum <"$1"; } 2>&1); sum=${text%% *}; [ "${#sum}" -eq 64 ]; }
            hash() {
                if [ -d "$2" ]; then hash_folder "$@"; return; fi
                [ -f "$2" ] || {
                    [ -e "$2" ] && why='it is no regular file' || why='there is no such file'
                    section failed "$1"; printf '%s\\n' "$why"; return
                }
                \(protects ? "chmod a-w -- \"$2\" 2>/dev/null" : ":")
                if sum "$2"; then section file "$1" "$sum" $(stat -L -c '%s %Y %i' -- "$2")
                else section failed "$1"; printf '%s\\n' "$text"; fi
            }
            hash_folder() {
                text=$({ cd -- "$2" && find . -type f -printf '%P\\0' | sort -z | xargs -0 -r sha256sum -- \\
                    | sha256sum; } 2>&1)
                sum=${text%% *}
                size=$(find "$2/" -type f -printf '%s\\n' 2>/dev/null \\
                    | { total=0; while read -r one; do total=$((total + one)); done; echo "$total"; })
                if [ "${#sum}" -eq 64 ]; then section folder "$1" "$sum" "$size"
                else section failed "$1"; printf '%s\\n' "$text"; fi
            }
            \(calls.joined(separator: "\n"))
            """
        )
    }

    /// One result for each path, in order.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> [Result] {
        let transcript = try Transcript.whole(
            "hash files",
            marker: shell.marker,
            exitStatus: exitStatus,
            standardOutput: standardOutput,
            standardError: standardError
        )
        var results = [Result](repeating: .failed(reason: "the site did not tell of it"), count: count)
        for section in transcript.sections {
            guard section.words.count >= 2, let index = Int(section.words[1]), results.indices.contains(index) else {
                continue
            }
            results[index] = Self.result(section)
        }
        return results
    }

    private static func result(_ section: Transcript.Section) -> Result {
        let numbers = section.words.dropFirst(3).compactMap { Int64($0) }
        switch (section.name, numbers.count) {
        case ("file", 3):
            return .file(
                HashedFile(digest: section.words[2], size: numbers[0], modified: numbers[1], inode: numbers[2])
            )
        case ("folder", 1): return .folder(dirHash1: section.words[2], size: numbers[0])
        default: return .failed(reason: PlainText.excerpt(section.body, limit: 300))
        }
    }
}

/// A file that was hashed where it is.
package struct HashedFile: Sendable, Hashable {
    /// 64 lower-case hexadecimal digits.
    package let digest: String
    /// Bytes.
    package let size: Int64
    /// Seconds since 1970.
    package let modified: Int64
    /// The number by which a change of the file behind the name shows.
    package let inode: Int64
}
