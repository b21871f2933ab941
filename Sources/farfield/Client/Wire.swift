import FoundationEssentials

/// The gateway's documents, as far as the client reads them; fields that may be missing are optional.
enum Wire {
    /// One page of a list.
    struct Page<Item: Decodable & Sendable>: Decodable, Sendable {
        var items: [Item]
        /// The cursor of the next page; `nil` on the last.
        var next: String?
    }

    /// `GET /api/v1/jobs/ID`.
    struct Job: Decodable, Sendable {
        var id: String
        var name: String?
        var site: String?
        var state: String
        var reason: String?
        var template: String?
        var labels: [String: String]?
        var priority: Int?
        var attempt: Int?
        var cancelRequestedAt: Date?
        var slurm: Slurm?
        var stages: [Stage]?
        var array: JobArray?
        var cache: Cache?
        var advice: Advice?
        var createdAt: Date?
        var updatedAt: Date?
        var observedAt: Date?
        var finishedAt: Date?

        /// Whether it never changes any more.
        var isFinal: Bool { Wire.finalStates.contains(state) }
    }

    /// What Slurm says of a job.
    struct Slurm: Decodable, Sendable {
        var jobId: String?
        var state: String?
        var exitCode: Int?
        var signal: Int?
        var reason: String?
        var nodes: String?
        var partition: String?
        var account: String?
        var qos: String?
        var submitTime: Date?
        var startTime: Date?
        var endTime: Date?
        var startEstimate: Date?
        var elapsedSeconds: Int?
        var queuePosition: Int?
        var tresAllocated: [String: String]?
        var tresUsed: [String: String]?
        var simulated: Bool?

        /// Who told it.
        var teller: String { simulated == true ? "simulated" : "Slurm" }
    }

    /// A stage of a job that runs as a pipeline.
    struct Stage: Decodable, Sendable {
        var name: String
        var progress: Int
        var startedAt: Date?
        var completedAt: Date?
        var steps: [Step]?

        struct Step: Decodable, Sendable { var name: String }
    }

    /// How far a job array is.
    struct JobArray: Decodable, Sendable {
        var tasks: Int
        var byState: [String: Int]?
    }

    /// One fact of `GET /api/v1/jobs/ID/events`.
    struct Event: Decodable, Sendable {
        var sequence: Int
        var type: String
        var at: Date?
        var state: String?
        var reason: String?
        /// How far a transfer is, for events of that type.
        var data: Transfer?

        /// Whether no event can follow.
        var isLast: Bool { type == "job.state" && state.map(Wire.finalStates.contains) == true }
    }

    /// `POST /api/v1/jobs?dryRun=true`.
    struct DryRun: Decodable, Sendable {
        var script: String
        var template: String?
        var site: String?
        var scriptDigest: String?
        /// What it can cost at worst, where that is known.
        var price: Price?
        var advice: Advice?
    }

    /// One file of `GET /api/v1/jobs/ID/outputs`.
    struct Output: Decodable, Sendable {
        var path: String
        var size: Int
        var digest: String?
        var mediaType: String?
    }

    /// One place of `GET /api/v1/sites`.
    struct Site: Decodable, Sendable {
        var name: String
        var kind: String?
        var state: String
        var reason: String?
        var since: Date?
        var observedAt: Date?
        var jobs: Count?
        var login: Login?

        /// How it stands with the login.
        struct Login: Decodable, Sendable {
            var state: String
            var expiresAt: Date?
        }

        /// How many jobs are there.
        struct Count: Decodable, Sendable {
            var active: Int?
        }
    }

    /// `POST /api/v1/sites/NAME/login` and what follows.
    struct LoginStep: Decodable, Sendable {
        var state: String
        var id: String?
        var question: Question?
        var expiresAt: Date?

        /// What the site asks.
        struct Question: Decodable, Sendable {
            var text: String
            var echo: Bool
        }
    }

    /// The answer to a site's question.
    struct LoginAnswer: Encodable, Sendable {
        var answer: String
    }

    /// `POST /api/v1/sites/NAME/check`.
    struct SiteCheck: Decodable, Sendable {
        var site: String
        var ok: Bool
        var checks: [Check]

        /// One thing that was tried.
        struct Check: Decodable, Sendable {
            var name: String
            var state: String
            var detail: String?
            var cure: String?
        }
    }

    /// `GET /api/v1/queue`.
    struct Queue: Decodable, Sendable {
        var kinds: [QueueLine]
        var running: [RunningTask]
    }

    /// How the tasks of one kind stand.
    struct QueueLine: Decodable, Sendable {
        var kind: String
        var waiting: Int
        var due: Int
        var running: Int
        var dead: Int
        var oldestDueSeconds: Int?
    }

    /// A task a worker is busy with.
    struct RunningTask: Decodable, Sendable {
        var id: Int64
        var kind: String
        var key: String?
        var attempt: Int
        var owner: String
        var leaseExpiresAt: Date?
    }

    /// One task of `GET /api/v1/queue/dead`.
    struct DeadLetter: Decodable, Sendable {
        var id: Int64
        var kind: String
        var key: String?
        var attempts: Int
        var error: String
        var diedAt: Date?
    }

    /// One entry of `GET /api/v1/templates`.
    struct Template: Decodable, Sendable {
        var name: String
        var summary: String?
        var digest: String?
    }

    /// States that never change any more.
    static let finalStates: Set<String> = ["completed", "failed", "cancelled", "timedOut"]
    /// All states, in the order of a job's life.
    static let states = [
        "queued", "held", "staging", "pending", "running", "retrieving", "completed", "failed", "cancelled", "timedOut",
    ]
}
