/// Gives a job's outputs, whose digests are known, a second name in the site's cache: whoever needs them there later
/// finds them, and no byte travels.
package struct AdoptOutputs: RemoteCommand {
    /// One output.
    package struct File: Sendable, Hashable {
        let path: String
        let digest: String

        /// An output.
        ///
        /// - Parameters:
        ///   - path: below the job's folder.
        ///   - digest: 64 lower-case hexadecimal digits.
        package init(path: String, digest: String) { (self.path, self.digest) = (path, digest) }
    }

    /// What is in the cache now, and how much the job's folder takes.
    package struct Report: Sendable, Hashable {
        /// The outputs that have their second name.
        package let adopted: [CachedFile]
        /// Bytes on the site's disk, without files that the cache has too; nil where the site cannot tell.
        package let folderSize: Int64?

        /// A report from its parts.
        package init(adopted: [CachedFile], folderSize: Int64?) {
            (self.adopted, self.folderSize) = (adopted, folderSize)
        }
    }

    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - files: the outputs.
    ///   - key: the attempt's key.
    ///   - root: the folder of all jobs.
    ///   - shell: the wrapper.
    ///   - deadline: the longest it may take.
    /// - Throws: ``SlurmError`` for a name that could leave its place.
    package init(
        _ files: [File],
        key: String,
        root: String,
        shell: RemoteShell,
        deadline: Duration = .seconds(120)
    ) throws(SlurmError) {
        try RemoteFolder.check(root)
        try JobKey.check(key)
        try SiteCache.check(files.map(\.digest))
        self.shell = shell
        self.deadline = deadline
        var calls: [String] = []
        for file in files {
            let place = try ShellWord.quote("\(key)/\(file.path)")
            calls.append("adopt \(file.digest) \(place) \(SiteCache.path(file.digest)) \(file.digest.prefix(2))")
        }
        input = shell.wrap(
            """
            umask 077
            cd \(RemoteFolder.word(root)) && mkdir -p \(SiteCache.incoming) || exit 0
            adopt() {
                [ -f "$2" ] && [ ! -L "$2" ] || return
                mkdir -p "\(SiteCache.folder)/sha256/$4"
                [ -f "$3" ] || ln -- "$2" "$3" 2>/dev/null || return
                section adopted "$1" $(stat -c '%s %Y' -- "$3")
            }
            \(calls.joined(separator: "\n"))
            # What has a second name is counted where that is: in the cache.
            section size $(find \(key) -type f -links 1 -printf '%b\\n' 2>/dev/null \\
                | { total=0; while read -r one; do total=$((total + one)); done; echo "$total"; })
            """
        )
    }

    /// What is in the cache now.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Report {
        let transcript = try Transcript.whole(
            "adopt outputs",
            marker: shell.marker,
            exitStatus: exitStatus,
            standardOutput: standardOutput,
            standardError: standardError
        )
        let blocks = transcript.section("size")?.words.dropFirst().first.flatMap { Int64($0) }
        let adopted: [CachedFile] = transcript.sections.compactMap { section in
            guard section.name == "adopted", section.words.count == 4, let size = Int64(section.words[2]),
                let modified = Int64(section.words[3])
            else { return nil }
            return CachedFile(digest: section.words[1], size: size, modified: modified)
        }
        return Report(adopted: adopted, folderSize: blocks.map { $0 << 9 })
    }
}
