internal import Attestation
internal import Documents
internal import Gateway

/// A pure decision: how a job is run again, and what was found on the way.
///
/// Inputs are pinned to the bytes they had and the template to its text, so whatever became newer since changes nothing.
struct ReplayPlan: Sendable {
    /// What was looked at.
    private(set) var lines: [ReplayLine] = []
    /// The new job's manifest; nil when the old one cannot be read.
    private(set) var manifest: JSONValue?
    /// Artifacts that the new job may use.
    private(set) var granted: [SHA256Digest] = []
    /// The template as it was; nil when it is gone.
    let templateText: String?

    /// The label that names what was run again.
    static let label = "replay-of"

    var report: ReplayReport { ReplayReport(lines: lines) }

    init(_ facts: ReplayFacts, _ changes: ReplayChanges) {
        templateText = facts.finished.templateText
        guard let before = facts.finished.manifest, case .object(var members) = before.json else {
            note("manifest", .block, "manifest-unreadable", "The job's manifest cannot be read by this version.")
            return
        }
        judgeParent(facts)
        judgeTemplate(facts)
        judgeContainer(before)
        let isMoved = place(&members, facts, changes)
        members["inputs"] = .array(
            inputs(before, facts, changes, isMoved: isMoved)
        )
        setParameters(&members, before, changes)
        members["cache"] = "off"
        members["labels"] = .object(
            before.labels.merging([Self.label: facts.origin]) { $1 }.mapValues { .string($0) }
        )
        members["dryRun"] = nil
        if members.removeValue(forKey: "dependencies") != nil {
            note("dependencies", .ok, "dependencies-dropped", "The jobs it waited for have ended; it waits for none.")
        }
        judgeCost(facts)
        manifest = .object(members)
    }

    mutating func note(_ what: String, _ level: ReplayLine.Level, _ code: String, _ text: String) {
        lines.append(ReplayLine(what, level, code, text))
    }

    mutating func grant(_ digest: SHA256Digest) {
        if !granted.contains(digest) { granted.append(digest) }
    }

    // MARK: - What it comes from

    private mutating func judgeParent(_ facts: ReplayFacts) {
        if facts.finished.job.state != .completed {
            let state = facts.finished.job.state.rawValue
            note("original", .warn, "parent-not-completed", "The original did not complete: it is \(state).")
        }
        switch facts.status?.kind {
        case .retracted?:
            let reason = facts.status?.reason.map { " \($0.text)" } ?? ""
            note("original", .warn, "parent-retracted", "The analysis was retracted.\(reason)")
        case .concern?:
            note("original", .warn, "parent-doubted", "There is an expression of concern about the analysis.")
        case .updated?:
            let newer = facts.status?.successor.map { ": \($0)" } ?? ""
            note("original", .warn, "parent-updated", "There is a newer version of the analysis\(newer).")
        case .current?, nil: break
        }
        for flag in facts.flags {
            let (code, words) =
                switch flag.kind {
                case .inputRetracted: ("rests-on-retracted", "came from an analysis that was retracted")
                case .superseded: ("rests-on-superseded", "has a newer version; the one of then is used")
                case .withdrawn: ("rests-on-withdrawn", "was withdrawn")
                }
            note(flag.digest, .warn, code, "What it rests on \(words): \(flag.reason)")
        }
    }

    private mutating func judgeTemplate(_ facts: ReplayFacts) {
        let job = facts.finished.job
        let what = "template \(job.template)"
        if facts.finished.templateText == nil {
            note(what, .block, "template-gone", "Its text (\(job.templateDigest)) was not kept.")
        } else if facts.templateToday == job.templateDigest {
            note(what, .ok, "template-same", "It is the same as then, \(job.templateDigest).")
        } else {
            let today =
                facts.templateToday.map { "there is a newer text of that name, \($0)" } ?? "its file is gone since"
            note(what, .warn, "template-newer", "The text of then is used, \(job.templateDigest); \(today).")
        }
    }

    private mutating func judgeContainer(_ manifest: JobManifest) {
        guard let container = manifest.container else { return }
        let what = "container \(container.image)"
        if let digest = container.digest {
            note(what, .ok, "container-pinned", "The job runs only if the image still is \(digest).")
        } else {
            note(
                what,
                .warn,
                "container-not-pinned",
                "No digest was declared; nobody can tell whether it is the same image."
            )
        }
    }

    private mutating func setParameters(
        _ members: inout [String: JSONValue],
        _ before: JobManifest,
        _ changes: ReplayChanges
    ) {
        var parameters = before.parameters
        for (name, value) in changes.parameters.sorted(by: { $0.key < $1.key }) {
            if let old = parameters[name] {
                note("parameter \(name)", .ok, "parameter-changed", "It was '\(old)' and is '\(value)'.")
            } else {
                note(
                    "parameter \(name)",
                    .warn,
                    "parameter-new",
                    "The original had no such parameter; it is '\(value)'."
                )
            }
            parameters[name] = value
        }
        members["parameters"] = parameters.isEmpty ? nil : .object(parameters.mapValues { .string($0) })
    }

    private mutating func judgeCost(_ facts: ReplayFacts) {
        let slurm = facts.finished.job.slurm
        let cpus = slurm?.tresAllocated["cpu"].map { " on \($0) CPUs" } ?? ""
        let took =
            slurm?.elapsedSeconds.map { "the original ran \($0) s\(cpus)" } ?? "how long the original ran is unknown"
        note("cost", .ok, "cost-unknown", "This gateway estimates no cost yet; \(took).")
    }
}
