import FoundationEssentials

/// Documents about artifacts.
extension Wire {
    /// `GET /api/v1/artifacts/DIGEST/metadata`.
    struct Artifact: Decodable, Sendable {
        var digest: String
        var size: Int
        var state: String?
        var createdAt: Date?
        var verifiedAt: Date?
        var references: [ArtifactReference]?
    }

    /// Why an artifact is kept.
    struct ArtifactReference: Decodable, Sendable {
        var kind: String
        var holder: String
        var owner: String?
        var account: String?
        var name: String?
        var createdAt: Date?
        var expiresAt: Date?
    }

    /// `GET /api/v1/uploads/ID`.
    struct Upload: Decodable, Sendable {
        var id: String
        var state: String
        var offset: Int64
        var length: Int64
        var digest: String?
        var failure: String?
    }

    /// `POST /api/v1/artifacts/gc`.
    struct Garbage: Decodable, Sendable {
        /// Things with the same reason and allocation.
        struct Line: Decodable, Sendable {
            var reason: String
            var account: String?
            var count: Int
            var bytes: Int
        }

        var count: Int
        var bytes: Int
        var items: [Line]
    }

    /// One allocation of `GET /api/v1/storage`.
    struct StorageUsage: Decodable, Sendable {
        var account: String
        var artifacts: Int
        var bytes: Int
        var reserved: Int
        var quota: Int?
    }
}
