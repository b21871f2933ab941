/// Whether the ledger adds up.
package struct LedgerAudit: Sendable, Hashable {
    /// Something that must never be.
    package struct Fault: Sendable, Hashable {
        /// The allocation, the transaction or the job, by its name.
        package let subject: String
        /// What is wrong with it.
        package let reason: String

        /// A fault.
        package init(subject: String, reason: String) {
            self.subject = subject
            self.reason = reason
        }
    }

    /// How many allocations there are.
    package let allocations: Int
    /// How many transactions there are.
    package let transactions: Int64
    /// How many jobs have a price.
    package let jobs: Int
    /// Jobs that have ended and are not settled yet: their sites' accounting is waited for.
    package let unsettled: Int
    /// Everything that is wrong, at most a thousand lines.
    package let faults: [Fault]
}

/// The rules of a ledger that adds up, as pure functions on its sums.
enum LedgerRules {
    /// An allocation's balances beside the sums of its entries.
    static func faults(of allocation: AllocationID, balance: Balance, sums: Balance) -> [LedgerAudit.Fault] {
        let pairs = [
            ("granted", balance.granted, sums.granted), ("available", balance.available, sums.available),
            ("reserved", balance.reserved, sums.reserved), ("used", balance.used, sums.used),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { name, stands, adds in
            .init(subject: allocation.text, reason: "\(name) stands at \(stands), and its entries add up to \(adds)")
        } + (balance.reserved < .zero ? [.init(subject: allocation.text, reason: "reserved is below zero")] : [])
    }

    /// What a job's transactions must come to, by how far its cost is.
    static func faults(of cost: JobCost, posted: JobPostings, jobHasEnded: Bool?) -> [LedgerAudit.Fault] {
        func fault(_ reason: String) -> LedgerAudit.Fault { .init(subject: cost.job.text, reason: reason) }
        var faults: [LedgerAudit.Fault] = []
        if posted.reservations != 1 { faults.append(fault("it was reserved \(posted.reservations) times")) }
        let ends = posted.settlements + posted.releases
        switch cost.state {
        case .reserved:
            if ends > 0 { faults.append(fault("it is open, and was settled \(ends) times")) }
            if posted.reserved != cost.reserved { faults.append(fault("its claim is not what was reserved")) }
            if jobHasEnded == true, cost.endedAt == nil { faults.append(fault("it has ended, and nobody settles it")) }
            if jobHasEnded == nil { faults.append(fault("there is no such job, and its claim stands")) }
        case .settled, .released:
            if ends != 1 { faults.append(fault("it was settled or released \(ends) times")) }
            if posted.reserved != .zero { faults.append(fault("its claim was not given back whole")) }
            if posted.used != cost.used { faults.append(fault("what it used is not what was paid")) }
        }
        return faults
    }
}

/// What the ledger holds of one job.
struct JobPostings: Sendable, Hashable {
    var reservations = 0
    var settlements = 0
    var releases = 0
    /// What stands on `reserved` for it.
    var reserved = ServiceUnits.zero
    /// What stands on `used` for it.
    var used = ServiceUnits.zero
}
