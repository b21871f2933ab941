import FoundationEssentials

extension Wire {
    /// How a job stands with known results.
    struct Cache: Decodable, Sendable {
        var status: String
        var job: String?
        var computedAt: Date?
        var visibleTo: String?
        var reason: String?
    }

    /// `GET /api/v1/cache`.
    struct CacheFigures: Decodable, Sendable {
        /// What known results saved.
        struct Saved: Decodable, Sendable {
            var seconds: Int
            var cpuSeconds: Int
            var bytes: Int
        }

        var lookups: [String: Int]
        var hitRate: Double?
        var saved: Saved
        var results: Int
        var resultBytes: Int
    }

    /// One file of `GET /api/v1/jobs/ID/inputs`.
    struct Input: Decodable, Sendable {
        var path: String
        var source: String
        var digest: String
        var size: Int
    }

    /// One site of `GET /api/v1/storage/sites`.
    struct SiteStorage: Decodable, Sendable {
        /// What is in its cache.
        struct Cache: Decodable, Sendable {
            var files: Int
            var bytes: Int
            var quota: Int?
        }

        /// Folders of ended jobs of an allocation.
        struct Folders: Decodable, Sendable {
            var account: String
            var count: Int
            var bytes: Int
        }

        var site: String
        var cache: Cache
        var folders: [Folders]
    }

    /// How far a transfer is: the data of an event `job.transfer`.
    struct Transfer: Decodable, Sendable {
        var bytes: Int?
        var totalBytes: Int?
        var bytesPerSecond: Int?
        var remainingSeconds: Int?
    }
}
