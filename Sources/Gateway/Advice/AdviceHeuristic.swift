internal import Documents
internal import LanguageModels

/// What can be said of a job without a model: rules and an estimate, the same for the same job.
enum AdviceHeuristic {
    /// An opinion; a pure function.
    ///
    /// Only what the site's own formula forbids is held against a job: what past jobs did is a remark, for theirs may
    /// have been larger.
    ///
    /// - Parameters:
    ///   - manifest: the job.
    ///   - formula: how long it takes by the site's own formula, in minutes; nil where the site has none.
    ///   - past: how jobs of the same kind went.
    ///   - now: the present moment.
    /// - Returns: the opinion.
    static func opinion(
        on manifest: JobManifest,
        formula: Double?,
        past: PastJobs?,
        at now: Timestamp
    ) -> Opinion {
        let walltime = manifest.resources.walltime.map { Double($0) / 60 }
        let objection = objection(formula, walltime)
        let estimate = estimate(formula, past, walltime)
        return Opinion(
            isValid: objection == nil,
            feedback: objection ?? remark(past, walltime, isArray: manifest.array != nil) ?? "",
            confidence: objection == nil ? estimate.confidence : 95,
            estimatedMinutes: estimate.minutes.map(whole),
            reasoning: estimate.reasoning,
            source: .heuristic,
            model: nil,
            digest: nil,
            at: now
        )
    }

    private static func objection(_ formula: Double?, _ walltime: Double?) -> String? {
        guard let formula, let walltime, walltime < formula else { return nil }
        return "The walltime of \(text(walltime)) is too short: by the site's formula the job takes \(text(formula))."
            + " Ask for more, or for less work."
    }

    private static func estimate(
        _ formula: Double?,
        _ past: PastJobs?,
        _ walltime: Double?
    ) -> (minutes: Double?, confidence: Int, reasoning: String) {
        if let formula { return (formula, 90, "The site's own formula.") }
        if let past, let median = past.medianMinutes {
            let whose = past.scope == .owner ? "your" : "all"
            let confidence = past.jobs >= 10 ? 70 : past.jobs >= PastJobs.fewest ? 50 : 30
            return (median, confidence, "The median of \(whose) last \(past.jobs) jobs of this template here.")
        }
        if let walltime { return (walltime / 2, 20, "Half of the walltime; nothing is known of jobs of this kind.") }
        return (nil, 0, "Nothing is known of jobs of this kind.")
    }

    private static func remark(_ past: PastJobs?, _ walltime: Double?, isArray: Bool) -> String? {
        guard let past, past.jobs >= PastJobs.fewest else { return nil }
        if past.completedShare == 0 { return "None of the last \(past.jobs) jobs of this kind completed." }
        if !isArray, let walltime, let median = past.medianMinutes, walltime < median {
            return "Half of the last \(past.jobs) jobs of this kind took longer than the walltime of \(text(walltime))."
        }
        let percent = Int((past.completedShare * 100).rounded())
        return past.completedShare < 0.5 ? "Of the last \(past.jobs) jobs of this kind \(percent) % completed." : nil
    }

    private static func whole(_ minutes: Double) -> Int { Int(min(max(1, minutes.rounded(.up)), 100_000)) }

    private static func text(_ minutes: Double) -> String {
        let tenths = (minutes * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int(min(tenths, 1e9))) min" : "\(tenths) min"
    }
}
