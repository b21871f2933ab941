/// Asks which files of a site's cache are there.
package struct LookIntoCache: RemoteCommand {
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - digests: what is asked for.
    ///   - root: the folder of all jobs.
    ///   - shell: the wrapper.
    ///   - deadline: the longest it may take.
    /// - Throws: ``SlurmError`` for what is no digest.
    package init(
        _ digests: [String],
        root: String,
        shell: RemoteShell,
        deadline: Duration = .seconds(120)
    ) throws(SlurmError) {
        try RemoteFolder.check(root)
        try SiteCache.check(digests)
        self.shell = shell
        self.deadline = deadline
        let words = digests.map { "'\(SiteCache.path($0))'" }.joined(separator: " ")
        input = shell.wrap(
            """
            cd \(RemoteFolder.word(root)) || exit 0
            section files
            [ -d \(SiteCache.folder) ] && printf '%s\\0' \(words) | xargs -0 stat -c '%s %Y %n' -- 2>/dev/null
            section looked
            """
        )
    }

    /// The files that are there.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> [CachedFile] {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        guard transcript.section("looked") != nil, let files = transcript.section("files") else {
            throw Transcript.unreadable(
                "look into the cache",
                exitStatus: exitStatus,
                standardOutput: standardOutput,
                standardError: standardError
            )
        }
        return files.lines.compactMap { line in
            let words = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 3, let size = Int64(words[0]), let modified = Int64(words[1]) else { return nil }
            let digest = words[2].split(separator: "/").suffix(2).joined()
            return CachedFile(digest: digest, size: size, modified: modified)
        }
    }
}
