/// Lists the regular files of a job's folder that match the patterns of its outputs.
///
/// The list travels separated by NUL, so a name is never anything but data; matching is done here. Symbolic links are
/// not followed: one that matches is reported as refused.
package struct ListOutputs: RemoteCommand {
    /// A file that matches.
    package struct File: Sendable, Hashable {
        /// The path's bytes relative to the job's folder.
        package var path: [UInt8]
        package var size: Int
        /// Seconds since 1970.
        package var modified: Int
        /// The path as text; bytes that are not UTF-8 show as U+FFFD.
        package var name: String { String(decoding: path, as: UTF8.self) }
    }

    /// What the folder holds.
    package struct Listing: Sendable, Equatable {
        /// Sorted by path.
        package var files: [File]
        /// Matching names that are links, devices, sockets or not UTF-8, with why.
        package var refused: [String: String]
        /// Patterns nothing matched.
        package var unmatched: [Glob]
        /// Whether the folder held more entries than were looked at.
        package var isCutOff: Bool
    }

    package let folder: String
    package let patterns: [Glob]
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = false
    private let shell: RemoteShell
    private let mostEntries: Int

    /// Builds the command; at most `mostEntries` directory entries are looked at.
    package init(
        folder: String,
        patterns: [Glob],
        shell: RemoteShell,
        mostEntries: Int = 200_000,
        deadline: Duration = .seconds(120)
    ) throws(SlurmError) {
        try RemoteFolder.check(folder)
        self.folder = folder
        self.patterns = patterns
        self.shell = shell
        self.mostEntries = mostEntries
        self.deadline = deadline
        // -printf is GNU's; where find lacks it (busybox, BSD), the answer has no status 0 and says so.
        input = shell.wrap(
            """
            text=$(cd \(RemoteFolder.word(folder)) 2>&1) && cd \(RemoteFolder.word(folder)) || {
                section missing; printf '%s\\n' "$text"; section end; exit 0
            }
            section files
            find . -mindepth 1 ! -type d -printf '%y %s %T@ %P\\0' 2>/dev/null | head -z -n \(mostEntries + 1)
            section listed
            """
        )
    }

    /// Reads the list; throws if the folder is not there or the list is not whole.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> Listing {
        if let missing = Transcript(standardOutput, marker: shell.marker).section("missing") {
            throw .invalidValue(field: "folder", reason: PlainText.excerpt(missing.body, limit: 300))
        }
        guard let body = Self.body(standardOutput, marker: shell.marker) else {
            throw Transcript.unreadable(
                "list",
                exitStatus: exitStatus,
                standardOutput: standardOutput,
                standardError: standardError
            )
        }
        let records = body.split(separator: 0)
        return listing(records.prefix(mostEntries), isCutOff: records.count > mostEntries)
    }

    /// The bytes between the framing lines; not through `Transcript`, because names may hold newlines.
    private static func body(_ output: [UInt8], marker: String) -> ArraySlice<UInt8>? {
        guard let start = output.firstRange(of: Array("\(marker) files\n".utf8)),
            let end = output[start.upperBound...].firstRange(of: Array("\n\(marker) listed\n".utf8))
        else { return nil }
        return output[start.upperBound..<end.lowerBound]
    }

    private func listing(_ records: ArraySlice<ArraySlice<UInt8>>, isCutOff: Bool) -> Listing {
        var listing = Listing(files: [], refused: [:], unmatched: [], isCutOff: isCutOff)
        var matched: Set<Glob> = []
        for record in records {
            let columns = record.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
            guard columns.count == 4 else { continue }
            let path = Array(columns[3])
            let fitting = patterns.filter { $0.matches(path: path) }
            guard !fitting.isEmpty else { continue }
            matched.formUnion(fitting)
            let name = String(decoding: path, as: UTF8.self)
            guard columns[0].elementsEqual("f".utf8) else {
                listing.refused[name] = "is not a regular file but \(Self.kind(columns[0]))"
                continue
            }
            guard Array(name.utf8) == path else {
                listing.refused[name] = "has a name that is not UTF-8"
                continue
            }
            let modified = String(decoding: columns[2].prefix { $0 != 0x2E }, as: UTF8.self)
            listing.files.append(
                File(
                    path: path,
                    size: Int(String(decoding: columns[1], as: UTF8.self)) ?? 0,
                    modified: Int(modified) ?? 0
                )
            )
        }
        listing.files.sort { $0.path.lexicographicallyPrecedes($1.path) }
        listing.unmatched = patterns.filter { !matched.contains($0) }
        return listing
    }

    private static func kind(_ letter: ArraySlice<UInt8>) -> String {
        let kinds = ["l": "a symbolic link", "p": "a pipe", "s": "a socket", "b": "a device", "c": "a device"]
        return kinds[String(decoding: letter, as: UTF8.self)] ?? "something else"
    }
}
