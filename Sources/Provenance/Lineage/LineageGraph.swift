package import Attestation
package import Documents
package import Gateway

/// Where a file came from and what became of it: files, the jobs between them, the analyses that show them.
package struct LineageGraph: Sendable {
    /// A file.
    package struct File: Sendable, Hashable {
        /// Its size in bytes; nil when the gateway never had it.
        package var size: Int64?
        /// The names jobs knew it by.
        package var names: Set<String> = []
        /// Whether the digest is that of a folder (`dirHash1`).
        package var isFolder = false
    }

    /// A job.
    package struct Run: Sendable, Hashable {
        /// Its name for people.
        package let name: String
        /// Where it ran.
        package let site: String
        /// How it ended.
        package let state: JobState
        /// When its program began and ended.
        package let started: Moment?
        package let finished: Moment?
        /// The job that computed its result, when it did not run itself.
        package let cachedFrom: JobID?
        /// The job it ran again.
        package let replayOf: JobID?
        /// The analyses that show it.
        package let analyses: [RecordID]
    }

    /// What a job had to do with a file.
    package enum Relation: String, Sendable, CaseIterable {
        case used, generated
    }

    /// A job and a file.
    package struct Edge: Sendable, Hashable {
        /// The job.
        package let job: JobID
        /// The file.
        package let file: SHA256Digest
        /// What it had to do with it.
        package let relation: Relation
        /// The file's path in the job's folder.
        package let path: String
    }

    /// The file that was asked for.
    package let root: SHA256Digest
    /// Files by digest.
    package internal(set) var files: [SHA256Digest: File] = [:]
    /// Jobs.
    package internal(set) var runs: [JobID: Run] = [:]
    /// What they had to do with each other.
    package internal(set) var edges: Set<Edge> = []
    /// Whether there was more than is told.
    package internal(set) var isTruncated = false

    init(root: SHA256Digest) { self.root = root }

    /// Adds what a job had to do with a file.
    mutating func connect(_ edge: Edge, size: Int64?, isFolder: Bool = false) {
        edges.insert(edge)
        var file = files[edge.file] ?? File()
        file.names.insert(edge.path)
        file.size = size ?? file.size
        file.isFolder = file.isFolder || isFolder
        files[edge.file] = file
    }

    var sortedEdges: [Edge] {
        edges.sorted {
            ($0.job.text, $0.relation.rawValue, $0.path, $0.file.description)
                < ($1.job.text, $1.relation.rawValue, $1.path, $1.file.description)
        }
    }

    /// The graph as JSON; the same graph gives the same text.
    package var json: JSONValue {
        [
            "digest": .string(root.description), "truncated": .boolean(isTruncated),
            "artifacts": .array(
                files.sorted { $0.key.description < $1.key.description }.map { digest, file in
                    [
                        "digest": .string(digest.description), "size": file.size.map { .integer($0) } ?? .null,
                        "folder": .boolean(file.isFolder), "names": .array(file.names.sorted().map { .string($0) }),
                    ]
                }
            ),
            "jobs": .array(runs.sorted { $0.key.text < $1.key.text }.map { $0.value.json($0.key) }),
            "edges": .array(
                sortedEdges.map { edge in
                    [
                        "job": .string(edge.job.text), "artifact": .string(edge.file.description),
                        "relation": .string(edge.relation.rawValue), "path": .string(edge.path),
                    ]
                }
            ),
        ]
    }
}

extension LineageGraph.Run {
    fileprivate func json(_ id: JobID) -> JSONValue {
        [
            "id": .string(id.text), "name": .string(name), "site": .string(site), "state": .string(state.rawValue),
            "startedAt": started.map { .string($0.utc) } ?? .null,
            "finishedAt": finished.map { .string($0.utc) } ?? .null,
            "cachedFrom": cachedFrom.map { .string($0.text) } ?? .null,
            "replayOf": replayOf.map { .string($0.text) } ?? .null,
            "analyses": .array(analyses.map { .string($0.text) }),
        ]
    }
}
