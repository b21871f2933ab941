/// Checks files that were brought to a site, by their SHA-256 computed there, and gives them their place in the cache.
///
/// A file under its final name was whole and right when it got there: it is renamed after it was checked and written
/// to the disk. What does not fit its name is removed.
package struct TakeIntoCache: RemoteCommand {
    /// What came of one file.
    package enum Result: Sendable, Hashable {
        /// It is in the cache.
        case taken(CachedFile)
        /// Its bytes hash to something else; it was removed.
        case differs(actual: String)
        /// It is not there, or could not be read or moved.
        case failed(reason: String)
    }

    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = true
    private let digests: [String]
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - digests: what stands under ``SiteCache/incomingPath(_:)``.
    ///   - root: the folder of all jobs.
    ///   - shell: the wrapper.
    ///   - deadline: the longest it may take; a site hashes about 300 MB each second.
    /// - Throws: ``SlurmError`` for what is no digest.
    package init(_ digests: [String], root: String, shell: RemoteShell, deadline: Duration) throws(SlurmError) {
        try RemoteFolder.check(root)
        try SiteCache.check(digests)
        self.digests = digests
        self.shell = shell
        self.deadline = deadline
        input = shell.wrap(
            """
            cd \(RemoteFolder.word(root)) && cd \(SiteCache.folder) || exit 0
            take() {
                file=incoming/$1 place=sha256/$2/$3
                text=$({ sha256sum <"$file"; } 2>&1)
                actual=${text%% *}
                if [ "${#actual}" -ne 64 ]; then
                    section failed "$1"; printf '%s\\n' "$text"; return
                fi
                if [ "$actual" != "$1" ]; then rm -f -- "$file"; section differs "$1" "$actual"; return; fi
                sync -d "$file" 2>/dev/null
                text=$({ chmod 444 "$file" && mkdir -p "sha256/$2" && mv -f -- "$file" "$place"; } 2>&1) || {
                    section failed "$1"; printf '%s\\n' "$text"; return
                }
                section taken "$1" $(stat -c '%s %Y' "$place")
            }
            \(digests.map { "take \($0) \($0.prefix(2)) \($0.dropFirst(2))" }.joined(separator: "\n"))
            """
        )
    }

    /// One result for each digest.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> [String: Result] {
        let transcript = try Transcript.whole(
            "take into the cache",
            marker: shell.marker,
            exitStatus: exitStatus,
            standardOutput: standardOutput,
            standardError: standardError
        )
        var results: [String: Result] = [:]
        for section in transcript.sections where section.words.count >= 2 {
            switch section.name {
            case "taken":
                guard section.words.count == 4, let size = Int64(section.words[2]),
                    let modified = Int64(section.words[3])
                else { continue }
                results[section.words[1]] = .taken(
                    CachedFile(digest: section.words[1], size: size, modified: modified)
                )
            case "differs" where section.words.count == 3:
                results[section.words[1]] = .differs(actual: section.words[2])
            case "failed":
                results[section.words[1]] = .failed(reason: PlainText.excerpt(section.body, limit: 300))
            default: break
            }
        }
        for digest in digests where results[digest] == nil {
            results[digest] = .failed(reason: "the site did not tell of it")
        }
        return results
    }
}
