internal import Documents
internal import Gateway
internal import Slurm

extension ReplayPlan {
    /// What only means something at the site it was written for.
    private static let localResources = ["partition", "account", "qos", "reservation", "constraint"]
    /// What counts against somebody.
    private static let personalResources = ["account", "qos", "reservation"]

    /// Chooses the site.
    ///
    /// - Returns: whether it is another one than the original's.
    mutating func place(
        _ members: inout [String: JSONValue],
        _ facts: ReplayFacts,
        _ changes: ReplayChanges
    ) -> Bool {
        let before = facts.finished.job.site
        guard let site = site(before, facts.sites, changes.site) else { return true }
        members["site"] = .string(site)
        let isMoved = site != before
        let dropped = isMoved ? Self.localResources : facts.isOwner ? [] : Self.personalResources
        let isPaid = members["project"] != nil
        if isMoved || !facts.isOwner { members["project"] = nil }
        if case .object(var resources)? = members["resources"] {
            // The account follows from who pays now.
            if isPaid { resources["account"] = nil }
            let gone = dropped.filter { resources.removeValue(forKey: $0) != nil }
            members["resources"] = .object(resources)
            if !gone.isEmpty {
                let list = gone.joined(separator: ", ")
                note("resources", isMoved ? .warn : .ok, "site-defaults", "The site's defaults hold for \(list).")
            }
        }
        // Whose turn it is in the gateway's queue is not for somebody else's manifest to say.
        if !facts.isOwner { members["priority"] = nil }
        judgeSoftware(facts, isMoved: isMoved)
        return isMoved
    }

    private mutating func site(_ before: String, _ known: [String], _ wanted: String?) -> String? {
        if let wanted {
            guard known.contains(wanted) else {
                let list = known.isEmpty ? "none" : known.joined(separator: ", ")
                note("site \(wanted)", .block, "site-unknown", "There is no such site; there is \(list).")
                return nil
            }
            if wanted != before {
                note("site \(wanted)", .warn, "site-other", "It ran at \(before); \(wanted) runs Slurm too.")
                return wanted
            }
        }
        if known.contains(before) {
            note("site \(before)", .ok, "site-same", "It runs where the original ran.")
            return before
        }
        guard let other = known.first else {
            note("site \(before)", .block, "site-gone", "The site is gone, and there is no other.")
            return nil
        }
        note("site \(before)", .warn, "site-gone", "The site is gone; it runs at \(other), which runs Slurm too.")
        return other
    }

    private mutating func judgeSoftware(_ facts: ReplayFacts, isMoved: Bool) {
        let modules = facts.finished.node?.modules ?? facts.finished.manifest?.modules ?? []
        if !modules.isEmpty {
            let list = modules.joined(separator: ", ")
            let words = isMoved ? "They must exist at the other site: \(list)." : "The site still has to have \(list)."
            note("modules", isMoved ? .warn : .ok, "modules-by-name", words)
        }
        guard isMoved else { return }
        if let container = facts.finished.manifest?.container {
            note(
                "container \(container.image)",
                .warn,
                "container-elsewhere",
                "The image must lie at the same path of the other site."
            )
        }
        if facts.finished.manifest?.resources.gpus != nil {
            let model = facts.finished.node?.gpuModels.first.map { "The original ran on \($0)." } ?? ""
            note("GPU", .warn, "gpu-may-differ", "The other site may have another GPU and driver. \(model)")
        }
    }
}
