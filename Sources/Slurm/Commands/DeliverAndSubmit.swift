/// Delivers the small files of many jobs and submits each exactly once, in one remote command.
///
/// In each job's folder `root/key`: if the file `jobid` exists, its line is the answer; if somebody else's marker
/// `submitting` exists, that command is waited for while it works, and when it died between sbatch and its answer, the
/// outcome is unknown; otherwise the marker is made, which only one can, the files are written and checked,
/// `sbatch --parsable` runs, and its answer is written before the marker goes. The script goes on when the connection
/// dies.
package struct DeliverAndSubmit: RemoteCommand {
    /// A small file for the job's folder.
    package struct File: Sendable, Equatable {
        package var path: String
        package var bytes: [UInt8]
        package var isExecutable: Bool

        /// Names a file relative to the job's folder.
        package init(path: String, bytes: [UInt8], isExecutable: Bool = false) {
            self.path = path
            self.bytes = bytes
            self.isExecutable = isExecutable
        }
    }

    /// One job to submit.
    package struct Entry: Sendable, Equatable {
        /// The attempt's key: the name of the job and of its folder, `[A-Za-z0-9._-]`.
        package var key: String
        package var files: [File]
        /// Paths below the job's folder that must be there already.
        package var expected: [String]
        /// Which of the files sbatch gets.
        package var script: String
        /// What becomes `--comment`, in the place of the script's own; nil leaves that.
        package var comment: String?
        /// Submit although a former try left its marker: only after a search has found no job of this key.
        package var resubmits: Bool

        package init(
            key: String,
            files: [File],
            expected: [String] = [],
            script: String,
            comment: String? = nil,
            resubmits: Bool
        ) {
            self.key = key
            self.files = files
            self.expected = expected
            self.script = script
            self.comment = comment
            self.resubmits = resubmits
        }
    }

    /// What came of one entry.
    package enum Result: Sendable, Equatable {
        /// Slurm has the job, from this try or a former one.
        case accepted(jobID: SlurmJobID, cluster: String?)
        /// Slurm will not take it; the same request fails again.
        case refused(SlurmRefusal)
        /// Nothing was submitted, and the same request can succeed later.
        case notSubmitted(reason: String)
        /// Nothing was submitted: what should be in the job's folder is not there.
        case incomplete(reason: String)
        /// A job may or may not exist: look for it by name before trying again.
        case unknown(reason: String)
    }

    package let entries: [Entry]
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = true
    private let shell: RemoteShell

    /// Builds the command.
    ///
    /// - Parameters:
    ///   - entries: the jobs.
    ///   - root: the folder of all jobs: absolute, or `~/…` for one in the remote user's home.
    ///   - shell: wraps the script.
    ///   - lockWaitSeconds: how long to wait for another command that works on the same job.
    ///   - deadline: of the whole command.
    /// - Throws: `SlurmError` if a key, folder or file name could escape its place, or two entries share a key.
    package init(
        _ entries: [Entry],
        root: String,
        shell: RemoteShell,
        lockWaitSeconds: Int = 20,
        deadline: Duration = .seconds(120)
    ) throws(SlurmError) {
        try RemoteFolder.check(root)
        var keys: Set<String> = []
        for entry in entries {
            try entry.check()
            guard keys.insert(entry.key).inserted else {
                throw .invalidValue(field: "key", reason: "\(entry.key) is there twice")
            }
        }
        self.entries = entries
        self.shell = shell
        self.deadline = deadline
        self.input = shell.wrap(DeliveryScript(entries: entries, root: root, lockWaitSeconds: lockWaitSeconds).text)
    }

    /// One result per entry, in the entries' order; an entry the answer does not tell of is unknown.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> [Result] {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        var results = [Result?](repeating: nil, count: entries.count)
        for (position, section) in transcript.sections.enumerated() where section.name == "result" {
            guard section.words.count >= 3, let index = Int(section.words[1]), results.indices.contains(index) else {
                continue
            }
            let isLast = position == transcript.sections.count - 1
            if isLast, !transcript.isComplete { continue }
            results[index] = Self.result(of: section)
        }
        let silence = Self.silence(exitStatus: exitStatus, standardError: standardError)
        return results.map { $0 ?? .unknown(reason: silence) }
    }

    private static func silence(exitStatus: Int32?, standardError: [UInt8]) -> String {
        let status = exitStatus.map { "exit status \($0)" } ?? "the connection was lost"
        let talk = PlainText.excerpt(standardError, limit: 200)
        return "no answer about this job (\(status))" + (talk.isEmpty ? "" : ": \(talk)")
    }

    private static func result(of section: Transcript.Section) -> Result {
        let text = section.text
        let excerpt = PlainText.excerpt(text, limit: 300)
        let detail = section.words.count > 3 ? section.words[3] : ""
        switch section.words[2] {
        case "accepted":
            let parts = excerpt.split(separator: ";", maxSplits: 1)
            guard let first = parts.first, let jobID = SlurmJobID(first) else {
                return .unknown(reason: "the stored job id is not readable: \(excerpt)")
            }
            return .accepted(jobID: jobID, cluster: parts.count > 1 ? String(parts[1]) : nil)
        case "definite":
            if SubmissionTexts.holds(text, SubmissionTexts.notSubmitted) { return .notSubmitted(reason: excerpt) }
            return .refused(SlurmRefusal(text: text))
        case "unsent" where detail == "inputs": return .incomplete(reason: excerpt)
        case "unsent":
            return .notSubmitted(reason: "\(unsentReasons[detail] ?? detail): \(excerpt)")
        case "unknown":
            return .unknown(reason: "\(unknownReasons[detail] ?? detail): \(excerpt)")
        case let word:
            return .unknown(reason: "unreadable result \(PlainText.excerpt(word, limit: 40))")
        }
    }

    private static let unsentReasons = [
        "folder": "the job's folder could not be made",
        "files": "the job's files could not be written whole",
        "marker": "the mark of submission could not be written",
        "controller": "the site's controller did not answer for another job of this batch",
        "sbatch": "the site's login shell does not find sbatch (give its folder as a search path)",
    ]

    private static let unknownReasons = [
        "lock": "somebody else is working on this job",
        "marker": "a former try ended between sbatch and its answer",
        "answer": "sbatch did not hear what became of its request",
    ]
}

extension DeliverAndSubmit.Entry {
    /// Checks what will become names at the site.
    fileprivate func check() throws(SlurmError) {
        try JobKey.check(key)
        if let comment { _ = try DirectiveValue.text(comment, field: "comment", longest: 1024) }
        var paths: Set<String> = []
        for file in files {
            try RemoteFolder.checkRelative(file.path)
            guard !["jobid", "submitting"].contains(file.path), !file.path.hasPrefix(".farfield-") else {
                throw .invalidValue(field: "file", reason: "\(file.path) is a name of our own")
            }
            guard paths.insert(file.path).inserted else {
                throw .invalidValue(field: "file", reason: "\(file.path) is there twice")
            }
        }
        for path in expected { try RemoteFolder.checkRelative(path) }
        guard paths.contains(script) else {
            throw .invalidValue(field: "script", reason: "\(script) is not among the files")
        }
    }
}
