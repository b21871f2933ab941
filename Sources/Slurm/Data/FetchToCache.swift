/// Lets a site fetch a file itself, by `curl` and an address that holds its own permission (a pre-signed one).
///
/// The address goes to curl by standard input, so no list of processes shows it.
package struct FetchToCache: RemoteCommand {
    /// What came of it.
    package enum Result: Sendable, Hashable {
        /// It stands under ``SiteCache/incomingPath(_:)``, unchecked.
        case fetched(size: Int64)
        /// The site cannot: no curl, no way to the server, or a refusal.
        case failed(reason: String)
    }

    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - url: the address.
    ///   - digest: what it should hash to.
    ///   - size: the most bytes it may have.
    ///   - root: the folder of all jobs.
    ///   - shell: the wrapper.
    ///   - deadline: the longest it may take.
    /// - Throws: ``SlurmError`` for an address curl would read as something else.
    package init(
        _ url: String,
        digest: String,
        size: Int64,
        root: String,
        shell: RemoteShell,
        deadline: Duration
    ) throws(SlurmError) {
        try RemoteFolder.check(root)
        try SiteCache.check([digest])
        let isPlain = url.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 0x22 && $0 != 0x5C }
        guard isPlain, url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw .invalidValue(field: "url", reason: "is no plain http or https address")
        }
        self.shell = shell
        self.deadline = deadline
        let address = try ShellWord.quote("url = \"\(url)\"\n")
        input = shell.wrap(
            """
            umask 077
            cd \(RemoteFolder.word(root)) && mkdir -p \(SiteCache.incoming) && cd \(SiteCache.incoming) || exit 0
            command -v curl >/dev/null 2>&1 || { section failed; echo 'there is no curl'; section end; exit 0; }
            text=$(printf %s \(address) | curl --config - --fail --silent --show-error --globoff --proto =http,https \\
                --max-redirs 0 --connect-timeout 10 --speed-limit 1000 --speed-time 30 --max-filesize \(size) \\
                --continue-at - --output \(digest) 2>&1) || { section failed; printf '%s\\n' "$text"; section end; exit 0; }
            [ -e \(digest) ] || : >\(digest)
            section fetched $(stat -c %s \(digest))
            """
        )
    }

    /// What came of it.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Result {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        if let fetched = transcript.section("fetched"), fetched.words.count == 2, let size = Int64(fetched.words[1]) {
            return .fetched(size: size)
        }
        guard let failed = transcript.section("failed") else {
            throw Transcript.unreadable(
                "fetch to the cache",
                exitStatus: exitStatus,
                standardOutput: standardOutput,
                standardError: standardError
            )
        }
        return .failed(reason: PlainText.excerpt(failed.body, limit: 200))
    }
}
