/// Why Slurm did not take a job, in its own words and in plain ones.
package struct SlurmRefusal: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    /// A stable word for programs, such as `invalid-partition`; `other` when the text is not known to us.
    package var code: String
    /// What the refusal means.
    package var meaning: String
    /// What the researcher can change; empty when nothing is known.
    package var advice: String
    /// The limit Slurm named, such as `AssocMaxSubmitJobLimit`; nil when it named none.
    package var limit: String?
    /// What sbatch wrote, shortened, without control characters.
    package var text: String

    package var description: String {
        [meaning, advice, "(\(text))"].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension SlurmRefusal {
    /// Finds the refusal that a text of sbatch tells.
    package init(text: String) {
        let entry = Self.table.first { entry in entry.needles.contains { text.contains($0) } } ?? Self.other
        let limit = PendingReason.limitNamed(in: text)
        self.init(
            code: entry.code,
            meaning: entry.meaning,
            advice: limit.map { PendingReason(code: $0).advice } ?? entry.advice,
            limit: limit,
            text: PlainText.excerpt(text, limit: 600)
        )
    }

    private struct Entry: Sendable {
        var code: String
        var needles: [String]
        var meaning: String
        var advice: String

        init(_ code: String, _ needles: [String], _ meaning: String, _ advice: String) {
            self.code = code
            self.needles = needles
            self.meaning = meaning
            self.advice = advice
        }
    }

    private static let other = Entry("other", [], "Slurm refused the job.", "")

    /// Texts of slurm_errno.c and of sbatch itself (22.05 to 24.11); the first that fits is taken.
    private static let table: [Entry] = [
        Entry(
            "invalid-partition",
            ["Invalid partition name specified", "invalid partition specified"],
            "The site has no such partition.",
            "Choose a partition from the site's list, or leave it out."
        ),
        Entry(
            "invalid-account",
            ["Invalid account or account/partition combination"],
            "The account does not exist, or you may not use it in this partition.",
            "Check the allocation's name and that your site user belongs to it."
        ),
        Entry(
            "invalid-qos",
            ["Invalid qos specification"],
            "The quality of service does not exist or is not open to this account.",
            "Leave out qos, or ask the site."
        ),
        Entry(
            "invalid-walltime",
            ["Requested time limit is invalid"],
            "The walltime is missing or longer than the partition allows.",
            "Ask for less walltime."
        ),
        Entry(
            "limit-exceeded",
            ["Job violates accounting/QOS policy"],
            "A limit of the account or quality of service forbids the job.",
            "Ask for less, or wait for other jobs."
        ),
        Entry(
            "no-such-nodes",
            ["Requested node configuration is not available", "Memory specification can not be satisfied"],
            "No node of the partition has what was asked for.",
            "Ask for fewer CPUs or GPUs, or less memory per node."
        ),
        Entry(
            "too-many-cpus",
            ["More processors requested than permitted", "CPU count per node can not be satisfied"],
            "More CPUs than the partition or its nodes offer.",
            "Ask for fewer CPUs or more nodes."
        ),
        Entry(
            "too-many-nodes",
            ["Node count specification invalid"],
            "The number of nodes is not possible here.",
            "Ask for fewer nodes."
        ),
        Entry(
            "invalid-tasks",
            ["Task count specification invalid", "Requested ntasks-per-"],
            "The number of tasks does not fit the nodes.",
            "Make tasks fit nodes times tasks per node."
        ),
        Entry(
            "invalid-gpu",
            ["Invalid generic resource (gres) specification", "Invalid GRES", "Invalid Trackable RESource"],
            "The site has no such GPU type, or the count is wrong.",
            "Check the GPU type's name in the site's list."
        ),
        Entry(
            "invalid-constraint",
            ["Invalid feature specification"],
            "The site's nodes do not have that feature.",
            "Check the constraint against the site's node features."
        ),
        Entry(
            "invalid-reservation",
            [
                "Requested reservation is invalid", "Access denied to requested reservation",
                "Requested reservation not usable now",
            ],
            "The reservation does not exist, is not open to you, or is not usable now.",
            "Check the reservation."
        ),
        Entry(
            "invalid-array",
            ["Invalid job array specification"],
            "The array is malformed or larger than the site allows.",
            "Use fewer or smaller indices (MaxArraySize)."
        ),
        Entry(
            "invalid-dependency",
            ["Job dependency problem", "Invalid dependency specification"],
            "The dependency does not make sense to Slurm.",
            "Depend on jobs that the site still knows."
        ),
        Entry(
            "invalid-job-id",
            ["Invalid job id specified"],
            "A job named in the request is not known to the controller.",
            "Depend on jobs that the site still knows."
        ),
        Entry(
            "partition-closed",
            ["Required partition not available", "Requested partition configuration not available now"],
            "The partition takes no jobs now.",
            "Try another partition, or later."
        ),
        Entry(
            "not-permitted",
            [
                "Access/permission denied", "User's group not permitted to use this partition",
                "not permitted to use", "Invalid user id",
            ],
            "Your site user may not do this.",
            "Ask the site for access, or use another partition."
        ),
        Entry(
            "unusable-script",
            [
                "This does not look like a batch script", "Batch script contains DOS line breaks",
                "Batch script is empty", "Unable to open file", "Invalid directive found in batch script",
            ],
            "sbatch could not use the batch script.",
            "Check the template: line ends, first line, directives."
        ),
        Entry(
            "value-too-long",
            ["other parameter too long"],
            "A value is longer than Slurm takes.",
            "Shorten names and comments to 1024 bytes."
        ),
        Entry(
            "script-too-large",
            ["Job script exceeds", "script_size"],
            "The batch script is larger than the site allows.",
            "Move data from the script into input files."
        ),
        Entry(
            "unusable-option",
            ["unrecognized option", "Invalid --", "invalid --", "Invalid numeric value", "unrecognized"],
            "sbatch does not understand one of the directives.",
            "Check the values of the resources."
        ),
    ]
}
