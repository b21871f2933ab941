internal import CurlClient
internal import Foundation

/// Parts of objects whose writers died: the bucket keeps them, and has them paid for, until somebody gives them up.
extension S3ArtifactStore {
    package func unfinished(before moment: Timestamp) async throws -> [UnfinishedArtifact] {
        let uploads = try await again { try await client.uploads(prefix: prefix) }
        var found: [UnfinishedArtifact] = []
        for (upload, begun) in uploads {
            guard let begun = Self.moment(begun), begun < moment,
                let size = try await size(of: upload)
            else { continue }
            found.append(UnfinishedArtifact(name: "\(upload.identifier) \(upload.key)", size: size))
        }
        return found
    }

    package func abandon(_ unfinished: UnfinishedArtifact) async throws {
        let words = unfinished.name.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return }
        try await again { try await client.abort(S3Upload(key: words[1], identifier: words[0])) }
    }

    /// Nil when it was completed or given up meanwhile.
    private func size(of upload: S3Upload) async throws -> Int64? {
        try await again {
            do throws(S3Error) {
                return Int64(try await client.byteCount(of: upload))
            } catch .noSuchUpload {
                return nil
            }
        }
    }

    /// A time as lists tell it: ISO 8601, in UTC.
    static func moment(_ text: String) -> Timestamp? {
        let forms = [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()]
        let date = forms.lazy.compactMap { try? Date(text, strategy: $0) }.first
        return date.map { Timestamp(microseconds: Int64($0.timeIntervalSince1970 * 1_000_000)) }
    }
}
