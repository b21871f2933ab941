import FoundationEssentials

/// The documents of projects, allocations and their ledger; amounts are SU.
extension Wire {
    /// Somebody's place in a project.
    struct ProjectMember: Codable, Sendable {
        var person: String
        var role: String
    }

    /// The body of `POST /api/v1/projects`.
    struct ProjectWish: Encodable, Sendable {
        var name: String
        var title: String
        var contact: String?
        var members: [ProjectMember]
    }

    /// The body of `PUT /api/v1/projects/NAME/members`.
    struct MembersWish: Encodable, Sendable {
        var members: [ProjectMember]
    }

    /// One entry of `GET /api/v1/projects`.
    struct Project: Decodable, Sendable {
        var name: String
        var title: String
        var contact: String?
        var members: [ProjectMember]
    }

    /// The body of `POST /api/v1/projects/NAME/allocations`.
    struct AllocationWish: Encodable, Sendable {
        var site: String
        var account: String
        var granted: String
        var startsAt: String
        var endsAt: String
    }

    /// The body of `POST /api/v1/allocations/ID/adjust`.
    struct AdjustmentWish: Encodable, Sendable {
        var amount: String
        var reason: String
    }

    /// The body of `POST /api/v1/allocations/ID/suspend` and `…/resume`.
    struct ReasonWish: Encodable, Sendable {
        var reason: String?
    }

    /// One entry of `GET /api/v1/projects/NAME/allocations`.
    struct Allocation: Decodable, Sendable {
        /// How fast it is spent, and where that leads.
        struct Forecast: Decodable, Sendable {
            var perDay7: Double
            var perDay30: Double
            var exhaustedAt: Date?
            var expiresUnused: Double
        }

        var id: String
        var project: String
        var site: String
        var account: String
        var state: String
        var startsAt: Date
        var endsAt: Date
        var granted: Double
        var available: Double
        var reserved: Double
        var used: Double
        var forecast: Forecast?
    }

    /// `GET /api/v1/allocations/ID/usage`.
    struct AllocationUsage: Decodable, Sendable {
        /// What Slurm says of the account.
        struct Slurm: Decodable, Sendable {
            var observedAt: Date?
            var problems: [String]
            var used: Double?
            var rawUsage: Int?
            var limits: [String: String]
        }

        var allocation: Allocation
        var slurm: Slurm
        var ledgerUsed: Double
        var drift: Double?
    }

    /// One entry of `GET /api/v1/allocations/ID/ledger`.
    struct LedgerLine: Decodable, Sendable {
        var number: Int
        var at: Date
        var kind: String
        var job: String?
        var person: String
        var note: String?
        var amounts: [String: Double]
    }

    /// `GET /api/v1/ledger/verification`.
    struct LedgerVerification: Decodable, Sendable {
        /// Something that must never be.
        struct Fault: Decodable, Sendable {
            var subject: String
            var reason: String
        }

        var isSound: Bool
        var allocations: Int
        var transactions: Int
        var jobs: Int
        var unsettled: Int
        var faults: [Fault]
    }

    /// What a job can cost, of `POST /api/v1/jobs?dryRun=true`.
    struct Price: Decodable, Sendable {
        var worstCase: Double
        var calculation: String
        var project: String?
        var available: Double?
        var isCovered: Bool?
    }
}
