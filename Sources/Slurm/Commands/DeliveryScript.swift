import FoundationEssentials

/// The shell text of `DeliverAndSubmit`.
///
/// On a login node a new process costs as much as everything else together, so the script does with the shell's own
/// words what it can: apart from sbatch, no program is started for a job. Jobs are handed round to a few lanes that
/// work side by side, as a person would use `xargs -P`.
struct DeliveryScript {
    /// More sbatch commands at once gain nothing; Slurm's controller takes them one by one.
    private static let lanes = 4

    let entries: [DeliverAndSubmit.Entry]
    let root: String
    let lockWaitSeconds: Int

    /// The whole body: functions, two functions for each job, then the lanes.
    var text: String {
        """
        umask 077
        trap '' HUP PIPE
        root=\(RemoteFolder.word(root))
        patience=\(max(0, lockWaitSeconds))
        \(Self.answers)
        \(Self.cleanliness)
        \(Self.decoder)
        \(Self.session)
        \(Self.taking)
        \(Self.lane)
        \(submission)
        \(entries.indices.map(job).joined(separator: "\n"))
        \(work)
        """
    }

    /// Makes the folders, begins the session, and lets the lanes run.
    private var work: String {
        let keys = entries.map(\.key).joined(separator: " ")
        let all = entries.indices.map(String.init).joined(separator: " ")
        return """
            trouble=$(mkdir -p "$root" 2>&1 && cd "$root" && mkdir -p .farfield-sessions \(keys) 2>&1)
            if begin; then
            \(lanesText)
            rm -f "$held" "$held.down"
            else for index in \(all); do unsent folder "$trouble"; done
            fi
            """
    }

    private var lanesText: String {
        let count = min(Self.lanes, entries.count)
        if count == 1 { return "lane 0" }
        let calls = (0..<count).map { lane in
            let indexes = stride(from: lane, to: entries.count, by: count).map(String.init).joined(separator: " ")
            return "lane \(indexes) &"
        }
        return (calls + ["wait"]).joined(separator: "\n")
    }

    // MARK: - One job

    private func job(_ index: Int) -> String {
        let entry = entries[index]
        let paths = entry.files.map { "./\(entry.key)/\($0.path)" }
        let executables = zip(entry.files, paths).filter(\.0.isExecutable).map(\.1)
        let sums = entry.files.map { " " + ByteChecksum.line($0.bytes) }.joined()
        return """
            job_\(index)() {
            key=\(entry.key) script=\(ShellWord.quoteWithoutNUL("./\(entry.script)")) again=\(entry.resubmits ? "yes" : "no")
            comment=\(ShellWord.quoteWithoutNUL(entry.comment ?? ""))
            job_files=\(Self.list(paths)) job_modes=\(Self.list(executables)) job_sums=\(ShellWord.quoteWithoutNUL(sums))
            }
            expect_\(index)() {
            \(entry.expected.map(Self.expectation).joined(separator: "\n"))
            return 0
            }
            deliver_\(index)() {
            \(entry.files.map(Self.delivery).joined(separator: "\n"))
            }
            """
    }

    private static func expectation(_ path: String) -> String {
        let word = ShellWord.quoteWithoutNUL("./" + path)
        return "[ -e \(word) ] || { text=\(ShellWord.quoteWithoutNUL(path)); return 1; }"
    }

    /// Words that `eval` reads back, each with a space before it, as one word.
    private static func list(_ paths: [String]) -> String {
        ShellWord.quoteWithoutNUL(paths.map { " " + ShellWord.quoteWithoutNUL($0) }.joined())
    }

    private static func delivery(_ file: DeliverAndSubmit.File) -> String {
        let word = ShellWord.quoteWithoutNUL("./\(file.path)")
        let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
        let parent = folder.isEmpty ? "" : "mkdir -p \(ShellWord.quoteWithoutNUL("./\(folder)")) || return 1\n"
        if isPlain(file.bytes) {
            let text = ShellWord.quoteWithoutNUL(String(decoding: file.bytes, as: UTF8.self))
            return "\(parent)printf %s \(text) >\(word) || return 1"
        }
        return """
            \(parent)decode >\(word) <<'FARFIELD_END' || return 1
            \(encoded(file.bytes))FARFIELD_END
            """
    }

    /// Whether every shell's own `printf` writes these bytes unchanged.
    private static func isPlain(_ bytes: [UInt8]) -> Bool {
        bytes.count <= 64 << 10 && bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x09 }
    }

    /// Base64 in lines of 76 characters, each with its end.
    private static func encoded(_ bytes: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 57) {
            text += Data(bytes[start..<min(start + 57, bytes.count)]).base64EncodedString() + "\n"
        }
        return text
    }
}
