/// The name of an allocation: `alc_` and 26 characters that sort by time of birth.
package struct AllocationID: Sendable, Hashable, CustomStringConvertible {
    private static let prefix = "alc_"

    /// The whole text, prefix included.
    package let text: String

    package var description: String { text }

    /// A new name.
    init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        text = Self.prefix + SortableID.make(at: now, random: &random)
    }

    /// Reads a name; nil when it is none.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), SortableID.isValid(text.dropFirst(Self.prefix.count)) else { return nil }
        self.text = text
    }
}

/// A project's budget at a site: a Slurm account and the service units that may be spent on it in a time.
package struct Allocation: Sendable, Hashable {
    /// Whether it can be spent.
    package enum Standing: String, Sendable, Hashable, CaseIterable {
        /// It can.
        case active
        /// Its time has not begun.
        case planned
        /// Its time is over.
        case ended
        /// An admin stopped it for now.
        case suspended
    }

    /// Its name.
    package let id: AllocationID
    /// Whose budget it is.
    package let project: String
    /// Where it can be spent.
    package let site: String
    /// The Slurm account there that is charged.
    package let account: String
    /// From when on it can be spent.
    package let startsAt: Timestamp
    /// Until when it can be spent.
    package let endsAt: Timestamp
    /// Whether an admin stopped it.
    package let isSuspended: Bool
    /// When it was made.
    package let createdAt: Timestamp
    /// What stands on its accounts.
    package let balance: Balance

    /// Whether it can be spent at a moment.
    package func standing(at now: Timestamp) -> Standing {
        if isSuspended { return .suspended }
        if now < startsAt { return .planned }
        return now < endsAt ? .active : .ended
    }
}

/// The running sums of an allocation's ledger; `granted` = `available` + `reserved` + `used`.
package struct Balance: Sendable, Hashable {
    /// What was given in all.
    package var granted = ServiceUnits.zero
    /// What no job has claimed; below zero when jobs used more than they had reserved.
    package var available = ServiceUnits.zero
    /// What accepted jobs may still use.
    package var reserved = ServiceUnits.zero
    /// What ended jobs used.
    package var used = ServiceUnits.zero

    /// The balance after a posting.
    package static func + (balance: Balance, posting: LedgerPosting) -> Balance {
        Balance(
            granted: balance.granted - posting[.granted],
            available: balance.available + posting[.available],
            reserved: balance.reserved + posting[.reserved],
            used: balance.used + posting[.used]
        )
    }
}
