/// Puts a job's inputs into its folder before it is submitted: links into the site's cache, copies, or symbolic links to
/// files elsewhere at the site.
///
/// A job that was submitted already is not touched.
package struct LinkInputs: RemoteCommand {
    /// One input.
    package struct Link: Sendable, Hashable {
        /// Where the bytes are.
        package enum Target: Sendable, Hashable {
            /// In the cache, under this digest.
            case cached(String)
            /// Elsewhere at the site, under this absolute path.
            case siteFile(String)
        }

        /// Where its bytes are.
        package let target: Target
        let path: String
        let isCopy: Bool
        let isExecutable: Bool

        /// An input.
        ///
        /// - Parameters:
        ///   - target: where its bytes are.
        ///   - path: its place below the job's folder.
        ///   - isCopy: whether the program may change it.
        ///   - isExecutable: whether it gets the executable bit; it is then a copy too.
        package init(_ target: Target, at path: String, isCopy: Bool, isExecutable: Bool) {
            (self.target, self.path) = (target, path)
            (self.isCopy, self.isExecutable) = (isCopy, isExecutable)
        }
    }

    /// What came of it.
    package enum Result: Sendable, Hashable {
        /// All stand in the job's folder.
        case linked
        /// The job was submitted before.
        case begun
        /// These digests are not in the cache.
        case missing([String])
        /// Something else is wrong.
        case failed(reason: String)
    }

    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - links: the inputs.
    ///   - key: the attempt's key.
    ///   - root: the folder of all jobs.
    ///   - shell: the wrapper.
    ///   - deadline: the longest it may take.
    /// - Throws: ``SlurmError`` for a name that could leave its place.
    package init(
        _ links: [Link],
        key: String,
        root: String,
        shell: RemoteShell,
        deadline: Duration
    ) throws(SlurmError) {
        try RemoteFolder.check(root)
        try JobKey.check(key)
        self.shell = shell
        self.deadline = deadline
        var calls: [String] = []
        for link in links { calls.append(try Self.call(link)) }
        input = shell.wrap(
            """
            umask 077
            text=$({ cd \(RemoteFolder.word(root)) && mkdir -p \(key); } 2>&1)
            cd \(RemoteFolder.word(root)) && cd \(key) || { section failed; printf '%s\\n' "$text"; section end; exit 0; }
            set -- ./*
            if [ -s jobid ] || [ -e submitting ]; then section begun; section end; exit 0; fi
            failed() { section failed; printf '%s\\n' "$text"; section end; exit 0; }
            parent() { [ -z "$1" ] || text=$(mkdir -p -- "$1" 2>&1) || failed; }
            cached() {
                parent "$4"
                [ -f "../$2" ] || { section missing "$1"; return; }
                text=$(ln -f -- "../$2" "$3" 2>&1) || text=$(cp -f -- "../$2" "$3" 2>&1) || failed
            }
            copied() {
                parent "$4"
                [ -f "../$2" ] || { section missing "$1"; return; }
                text=$({ rm -f -- "$3" && cp --sparse=auto -- "../$2" "$3" && chmod "$5" -- "$3"; } 2>&1) || failed
            }
            elsewhere() {
                parent "$3"
                [ -e "$1" ] || { text="there is no $1"; failed; }
                text=$({ rm -f -- "$2" && ln -s -- "$1" "$2"; } 2>&1) || failed
            }
            fresh() {
                parent "$4"
                text=$({ rm -f -- "$2" && cp --sparse=auto -- "$1" "$2" && chmod "$3" -- "$2"; } 2>&1) || failed
            }
            \(calls.joined(separator: "\n"))
            section linked
            """
        )
    }

    private static func call(_ link: Link) throws(SlurmError) -> String {
        try RemoteFolder.checkRelative(link.path)
        let place = ShellWord.quoteWithoutNUL("./" + link.path)
        let parts = link.path.split(separator: "/").dropLast()
        let parent = parts.isEmpty ? "''" : ShellWord.quoteWithoutNUL("./" + parts.joined(separator: "/"))
        let mode = link.isCopy ? (link.isExecutable ? "700" : "600") : "500"
        switch link.target {
        case .cached(let digest):
            try SiteCache.check([digest])
            let file = SiteCache.path(digest)
            return link.isCopy || link.isExecutable
                ? "copied \(digest) \(file) \(place) \(parent) \(mode)" : "cached \(digest) \(file) \(place) \(parent)"
        case .siteFile(let path):
            let source = try ShellWord.quote(path)
            return link.isCopy || link.isExecutable
                ? "fresh \(source) \(place) \(mode) \(parent)" : "elsewhere \(source) \(place) \(parent)"
        }
    }

    /// What came of it.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Result {
        let transcript = try Transcript.whole(
            "link inputs",
            marker: shell.marker,
            exitStatus: exitStatus,
            standardOutput: standardOutput,
            standardError: standardError
        )
        if transcript.section("begun") != nil { return .begun }
        if let failed = transcript.section("failed") {
            return .failed(reason: PlainText.excerpt(failed.body, limit: 300))
        }
        let missing = transcript.sections.filter { $0.name == "missing" }.compactMap { $0.words.dropFirst().first }
        if !missing.isEmpty { return .missing(missing) }
        return transcript.section("linked") != nil ? .linked : .failed(reason: "the site did not tell the end")
    }
}
