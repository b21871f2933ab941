/// The accounts of an allocation's ledger.
package enum LedgerAccount: String, Sendable, Hashable, CaseIterable {
    /// Where grants come from: what was given stands here with a minus.
    case granted
    /// What no job has claimed.
    case available
    /// What accepted jobs may still use.
    case reserved
    /// What ended jobs used.
    case used
}

/// One balanced change of an allocation's ledger: its entries sum to zero.
package struct LedgerPosting: Sendable, Hashable {
    /// Why something is posted.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A new allocation gets its units.
        case grant
        /// An admin gives more, or takes back.
        case adjust
        /// An accepted job claims the most it can cost.
        case reserve
        /// An ended job pays what it used.
        case settle
        /// A job that ran nowhere gives back what it claimed.
        case release
    }

    /// Why.
    package let kind: Kind
    private let amounts: [LedgerAccount: ServiceUnits]

    /// What an account gets; negative for what it loses.
    package subscript(_ account: LedgerAccount) -> ServiceUnits { amounts[account] ?? .zero }

    /// The entries, in the order of the accounts.
    package var entries: [(account: LedgerAccount, amount: ServiceUnits)] {
        LedgerAccount.allCases.compactMap { account in amounts[account].map { (account, $0) } }
    }

    private init(_ kind: Kind, _ amounts: [LedgerAccount: ServiceUnits]) {
        self.kind = kind
        self.amounts = amounts
    }

    /// Gives units to a new allocation.
    package static func grant(_ amount: ServiceUnits) -> LedgerPosting {
        LedgerPosting(.grant, [.granted: -amount, .available: amount])
    }

    /// Gives more, or takes back with a negative amount.
    package static func adjust(_ amount: ServiceUnits) -> LedgerPosting {
        LedgerPosting(.adjust, [.granted: -amount, .available: amount])
    }

    /// Claims the most a job can cost.
    package static func reserve(_ amount: ServiceUnits) -> LedgerPosting {
        LedgerPosting(.reserve, [.available: -amount, .reserved: amount])
    }

    /// Pays what a job used; what it claimed and did not use comes back, what it used beyond is taken all the same.
    package static func settle(reserved: ServiceUnits, used: ServiceUnits) -> LedgerPosting {
        LedgerPosting(.settle, [.available: reserved - used, .reserved: -reserved, .used: used])
    }

    /// Gives back what a job claimed.
    package static func release(_ amount: ServiceUnits) -> LedgerPosting {
        LedgerPosting(.release, [.available: amount, .reserved: -amount])
    }
}

/// One line of the ledger, as people read it.
package struct LedgerTransaction: Sendable, Hashable {
    /// Its place in the whole ledger; grows, may have gaps.
    package let number: Int64
    /// When it was written.
    package let at: Timestamp
    /// Why.
    package let kind: LedgerPosting.Kind
    /// Whose ledger.
    package let allocation: AllocationID
    /// The job it is about, if any.
    package let job: JobID?
    /// Attempts of the job it covers; nil where there is no job.
    package let attempts: Int?
    /// Who did it: a person's name, or `gateway`.
    package let person: String
    /// Why, in words.
    package let note: String?
    /// What each account got.
    package let amounts: [LedgerAccount: ServiceUnits]
}
