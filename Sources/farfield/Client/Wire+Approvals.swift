import FoundationEssentials

/// The documents of approvals.
extension Wire {
    /// One entry of `GET /api/v1/approvals`.
    struct Approval: Decodable, Sendable {
        struct Decision: Decodable, Sendable {
            var person: String
            var decision: String
            var reason: String?
            var at: Date
        }

        struct AskedJob: Decodable, Sendable {
            var id: String
            var name: String
            var site: String
            var template: String
            var state: String
            var script: String
        }

        struct History: Decodable, Sendable {
            var jobs: [String: Int]
            var latest: [Past]
            var usedOfWalltime: Double?
        }

        struct Past: Decodable, Sendable {
            var id: String
            var name: String
            var state: String
        }

        struct LastApproved: Decodable, Sendable {
            struct Difference: Decodable, Sendable {
                var path: String
            }

            var job: String
            var differences: [Difference]
        }

        var id: String
        var state: String
        var reasons: [String]
        var needed: Int
        var given: Int
        var digest: String
        var changed: [String]
        var expiresAt: Date
        var owner: String
        var job: AskedJob
        var cost: Double
        var balance: Double?
        var estimate: Advice?
        var decisions: [Decision]
        var history: History
        var lastApproved: LastApproved?
    }

    /// One entry of the answer of `POST /api/v1/approvals/approve`.
    struct BulkApproval: Decodable, Sendable {
        struct Fault: Decodable, Sendable {
            var detail: String
        }

        var id: String
        var state: String?
        var error: Fault?
    }

    /// One entry of `GET /api/v1/standing-approvals`.
    struct StandingApproval: Decodable, Sendable {
        var id: String
        var person: String?
        var project: String?
        var site: String?
        var template: String?
        var partition: String?
        var costPerJob: Double
        var totalCost: Double
        var used: Double
        var expiresAt: Date
        var grantedBy: String
        var revokedAt: Date?

        /// Which jobs, as `person=alice template=gpu`.
        var subject: String {
            let members = [
                ("person", person), ("project", project), ("site", site), ("template", template),
                ("partition", partition),
            ]
            return members.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: " ")
        }
    }
}
