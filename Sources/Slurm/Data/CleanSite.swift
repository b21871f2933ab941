/// Removes folders of ended jobs and files of the cache at a site, and tells how much is left.
package struct CleanSite: RemoteCommand {
    /// What is left.
    package struct Report: Sendable, Hashable {
        /// Keys whose folders are not there any more.
        package let removed: Set<String>
        /// Bytes of the cache on the site's disk, where the site can tell.
        package let cacheSize: Int64?
    }

    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = true
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - keys: the folders.
    ///   - digests: files of the cache.
    ///   - root: the folder of all jobs.
    ///   - shell: the wrapper.
    ///   - deadline: the longest it may take.
    /// - Throws: ``SlurmError`` for a name that could leave its place.
    package init(
        folders keys: [String],
        cached digests: [String],
        root: String,
        shell: RemoteShell,
        deadline: Duration
    ) throws(SlurmError) {
        try RemoteFolder.check(root)
        for key in keys {
            try JobKey.check(key)
            guard key.hasPrefix("ff-") else {
                throw .invalidValue(field: "key", reason: "\(key) is no job folder of ours")
            }
        }
        try SiteCache.check(digests)
        self.shell = shell
        self.deadline = deadline
        let files = digests.map { "'\(SiteCache.path($0))'" }.joined(separator: " ")
        input = shell.wrap(
            """
            cd \(RemoteFolder.word(root)) || exit 0
            remove() {
                if [ -L "$1" ]; then rm -f -- "$1"; elif [ -e "$1" ]; then
                    rm -rf -- "$1" 2>/dev/null || { chmod -R u+rwX -- "$1" 2>/dev/null; rm -rf -- "$1" 2>/dev/null; }
                fi
                [ -e "$1" ] || section removed "$1"
            }
            \(keys.map { "remove \($0)" }.joined(separator: "\n"))
            \(digests.isEmpty ? ":" : "printf '%s\\0' \(files) | xargs -0 rm -f --")
            find \(SiteCache.incoming) -type f -mtime +2 -exec rm -f -- {} + 2>/dev/null
            section cache $(du -sk \(SiteCache.folder) 2>/dev/null)
            """
        )
    }

    /// What is left.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Report {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        guard let cache = transcript.section("cache") else {
            throw Transcript.unreadable(
                "clean up",
                exitStatus: exitStatus,
                standardOutput: standardOutput,
                standardError: standardError
            )
        }
        let removed = transcript.sections.filter { $0.name == "removed" }.compactMap { $0.words.dropFirst().first }
        let kibibytes = cache.words.dropFirst().first.flatMap { Int64($0) }
        return Report(removed: Set(removed), cacheSize: kibibytes.map { $0 << 10 })
    }
}
