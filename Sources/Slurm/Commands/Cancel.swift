/// Asks Slurm to end jobs or tasks of arrays.
///
/// Cancelling what has ended already is no error.
package struct Cancel: RemoteCommand {
    /// A job, or some of its tasks.
    package struct Target: Sendable, Hashable {
        package var jobID: SlurmJobID
        /// nil for the whole job.
        package var taskIndex: Int?

        package init(jobID: SlurmJobID, taskIndex: Int? = nil) {
            self.jobID = jobID
            self.taskIndex = taskIndex
        }

        var word: String { taskIndex.map { "\(jobID)_\($0)" } ?? "\(jobID)" }
    }

    /// What came of one target.
    package enum Result: Sendable, Equatable {
        /// Slurm took the request, or had nothing left to end.
        case accepted
        /// The job belongs to somebody else or the site forbids it.
        case notPermitted(String)
        /// Not known whether it arrived; asking again is harmless.
        case unknown(reason: String)
    }

    package let targets: [Target]
    package let input: [UInt8]
    package let deadline: Duration
    package let leavesRunning = true
    private let shell: RemoteShell

    package init(_ targets: [Target], shell: RemoteShell, deadline: Duration = .seconds(90)) {
        self.targets = targets
        self.shell = shell
        self.deadline = deadline
        let calls = targets.indices.map { "cancel \($0) \(targets[$0].word)" }.joined(separator: "\n")
        input = shell.wrap(
            """
            trap '' HUP PIPE
            down=no
            cancel() {
                if [ "$down" = yes ]; then return; fi
                text=$(scancel "$2" 2>&1)
                section result "$1" "$?"
                printf '%s\\n' "$text"
                case $text in *'Unable to contact slurm controller'* | *'timed out'*) down=yes ;; esac
            }
            \(calls)
            """
        )
    }

    /// One result per target, in order.
    package func parse(
        exitStatus: Int32?,
        standardOutput: [UInt8],
        standardError: [UInt8]
    ) throws(SlurmError) -> [Result] {
        let transcript = Transcript(standardOutput, marker: shell.marker)
        var results = [Result](repeating: .unknown(reason: "the site did not answer"), count: targets.count)
        for section in transcript.sections where section.name == "result" && section.words.count == 3 {
            guard let index = Int(section.words[1]), results.indices.contains(index) else { continue }
            results[index] = Self.result(status: section.words[2], text: section.text)
        }
        return results
    }

    private static func result(status: String, text: String) -> Result {
        let excerpt = PlainText.excerpt(text, limit: 300)
        let isGone = ["Invalid job id", "already completing or completed", "Job has already finished"]
            .contains { text.contains($0) }
        if status == "0" || isGone { return .accepted }
        if text.contains("permission denied") { return .notPermitted(excerpt) }
        return .unknown(reason: excerpt.isEmpty ? "scancel: exit status \(status)" : excerpt)
    }
}
