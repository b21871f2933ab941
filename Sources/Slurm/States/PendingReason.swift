/// Why a job waits, or why Slurm took it off the nodes: squeue(1), "JOB REASON CODES".
package struct PendingReason: Hashable, Sendable, CustomStringConvertible {
    /// Slurm's own word, such as `AssocGrpCPUMinutesLimit`.
    package let code: String
    /// What it means; Slurm's word itself when we do not know it.
    package let meaning: String
    /// What can be done; empty when waiting is all there is to do.
    package let advice: String
    /// Whether the job will wait for ever unless somebody changes something.
    package let isStuck: Bool

    /// Explains a reason as squeue or sacct write it, with or without parentheses and detail.
    package init(code text: some StringProtocol) {
        var word = text.drop { $0 == "(" || $0 == " " }
        if let end = word.firstIndex(where: { $0 == ")" || $0 == "," || $0 == " " || $0 == ":" }) {
            word = word[..<end]
        }
        let code = String(word)
        let known = Self.table[code] ?? Self.limit(code)
        self.code = code
        self.meaning = known?.meaning ?? "Slurm says: \(code)."
        self.advice = known?.advice ?? ""
        self.isStuck = known?.isStuck ?? false
    }

    package var description: String { advice.isEmpty ? meaning : "\(meaning) \(advice)" }

    /// The first limit (`Assoc…Limit`, `QOS…Limit`) named in a text of sbatch.
    static func limitNamed(in text: String) -> String? {
        text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
            .first { ($0.hasPrefix("Assoc") || $0.hasPrefix("QOS")) && $0.count > 5 && limit(String($0)) != nil }
            .map(String.init)
    }

    private struct Entry: Sendable {
        var meaning: String
        var advice = ""
        var isStuck = false

        init(_ meaning: String, _ advice: String = "", stuck: Bool = false) {
            self.meaning = meaning
            self.advice = advice
            self.isStuck = stuck
        }
    }

    /// Explains the families `Assoc…` and `QOS…` by their parts: whose limit, over what, of which resource.
    private static func limit(_ code: String) -> Entry? {
        let owner: String
        let rest: Substring
        if code.hasPrefix("Assoc") {
            (owner, rest) = ("allocation", code.dropFirst(5))
        } else if code.hasPrefix("QOS") {
            (owner, rest) = ("quality of service", code.dropFirst(3))
        } else {
            return nil
        }
        guard rest.hasPrefix("Grp") || rest.hasPrefix("Max") || rest.hasPrefix("Min") else { return nil }
        let subject = resource(rest)
        if rest.contains("Minutes") {
            return Entry(
                "The \(owner) has no budget left for this job (\(subject)).",
                "Ask for less time or fewer resources, use another allocation, or have it extended.",
                stuck: true
            )
        }
        if rest.hasPrefix("Min") {
            return Entry("The job is smaller than the \(owner) allows (\(subject)).", "Ask for more.", stuck: true)
        }
        if rest.contains("Submit") {
            return Entry("The \(owner) allows no more jobs in the queue.", "Wait until some have ended.")
        }
        if rest.hasPrefix("Grp") || rest.contains("PerUser") || rest.contains("PerAccount") || rest == "MaxJobsLimit" {
            return Entry("Running jobs use all that the \(owner) allows at once (\(subject)).", "Wait until some end.")
        }
        return Entry(
            "The job is larger than the \(owner) allows (\(subject)).",
            "Ask for less, or another QOS.",
            stuck: true
        )
    }

    private static func resource(_ rest: Substring) -> String {
        let names = [
            ("CPU", "CPUs"), ("Cpu", "CPUs"), ("Mem", "memory"), ("Node", "nodes"), ("GRES", "GPUs"), ("Gres", "GPUs"),
            ("Jobs", "jobs"), ("Job", "jobs"), ("Wall", "walltime"), ("Billing", "billing units"),
            ("BB", "burst buffer"),
            ("Energy", "energy"), ("License", "licences"),
        ]
        return names.first { rest.contains($0.0) }?.1 ?? "resources"
    }

    private static let table: [String: Entry] = [
        "None": Entry("Slurm has not looked at the job yet."),
        "": Entry("Slurm gives no reason."),
        "Resources": Entry("The job is next and waits for nodes to become free."),
        "Priority": Entry("Other jobs come first."),
        "BeginTime": Entry("The job's earliest start has not come yet."),
        "Dependency": Entry("The job waits for another job."),
        "DependencyNeverSatisfied": Entry(
            "The job it depends on did not end as required, so it can never start.",
            "Cancel it and submit anew.",
            stuck: true
        ),
        "JobHeldUser": Entry("The job is held by its owner.", "Release it at the site.", stuck: true),
        "JobHeldAdmin": Entry("The site's staff hold the job.", "Ask the site.", stuck: true),
        "JobHoldMaxRequeue": Entry(
            "The job failed to start too often and is held.",
            "Look for node or script trouble, then release it.",
            stuck: true
        ),
        "JobArrayTaskLimit": Entry("The array runs as many tasks at once as it asked for."),
        "PartitionTimeLimit": Entry(
            "The walltime is longer than the partition allows.",
            "Submit again with less walltime.",
            stuck: true
        ),
        "PartitionNodeLimit": Entry(
            "More or fewer nodes than the partition allows.",
            "Submit again with another number of nodes.",
            stuck: true
        ),
        "PartitionConfig": Entry(
            "The job does not fit the partition's configuration.",
            "Submit again with other resources.",
            stuck: true
        ),
        "PartitionDown": Entry("The partition is down.", "Wait, or use another partition."),
        "PartitionInactive": Entry("The partition is inactive.", "Wait, or use another partition."),
        "ReqNodeNotAvail": Entry(
            "Nodes that the job needs are down, drained or reserved.",
            "Wait, or loosen constraint and reservation."
        ),
        "NodeDown": Entry("A node that the job needs is down."),
        "BadConstraints": Entry("No node can ever fulfil the constraints.", "Submit again with others.", stuck: true),
        "Licenses": Entry("The job waits for a licence."),
        "Reservation": Entry("The reservation has not begun yet."),
        "ReservationDeleted": Entry("The job's reservation was deleted.", "Submit again without it.", stuck: true),
        "AccountNotAllowed": Entry(
            "The account may not use this partition.",
            "Use another partition or allocation.",
            stuck: true
        ),
        "QOSNotAllowed": Entry("The QOS may not be used here.", "Use another partition or QOS.", stuck: true),
        "AccountingPolicy": Entry("A limit of the account holds the job back.", "Wait, or ask for less."),
        "InvalidAccount": Entry("The account is no longer valid.", "Use another allocation.", stuck: true),
        "InvalidQOS": Entry("The QOS is no longer valid.", "Use another QOS.", stuck: true),
        "QOSResourceLimit": Entry("The quality of service is fully used.", "Wait until other jobs end."),
        "QOSJobLimit": Entry("The quality of service runs as many jobs as it may.", "Wait until other jobs end."),
        "QOSUsageThreshold": Entry("The required QOS usage threshold is exceeded.", "Wait."),
        "AssociationJobLimit": Entry("The allocation runs as many jobs as it may.", "Wait until other jobs end."),
        "AssociationResourceLimit": Entry("The allocation is fully used.", "Wait until other jobs end."),
        "AssociationTimeLimit": Entry("The allocation's time is used up.", "Have it extended.", stuck: true),
        "Cleaning": Entry("Slurm cleans up after the job's former run."),
        "Prolog": Entry("The site's start script is running."),
        "FrontEndDown": Entry("The site's front end is down."),
        "SchedDefer": Entry("Slurm puts off looking at the job."),
        "BurstBufferResources": Entry("The job waits for burst buffer space."),
        "BurstBufferStageIn": Entry("The burst buffer is being filled."),
        "JobLaunchFailure": Entry("The job could not be started on its nodes.", "Try again; then ask the site."),
        "LaunchFailedRequeued": Entry("The job could not be started and waits for another try."),
        "NonZeroExitCode": Entry("The job ended with an exit code other than 0."),
        "OutOfMemory": Entry("The job used more memory than it asked for.", "Ask for more memory."),
        "TimeLimit": Entry("The job ran out of walltime.", "Ask for more walltime."),
        "InactiveLimit": Entry("The job was idle for too long."),
        "SystemFailure": Entry("Slurm, a file system or the network failed.", "Submit again."),
        "RaisedSignal": Entry("A program of the job raised a signal."),
        "MaxMemPerLimit": Entry("More memory than the site allows per CPU or node.", "Ask for less.", stuck: true),
    ]
}
