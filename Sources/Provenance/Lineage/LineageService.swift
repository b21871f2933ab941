package import Attestation
package import Documents
package import Gateway
internal import Storage

/// Reading across jobs and analyses.
package struct LineageService: Sendable {
    let spine: Spine
    let identity: GatewayIdentity

    /// The most jobs that one answer tells of.
    static let mostRuns = 200

    /// Where a file came from and what became of it, as far as a person may read.
    ///
    /// What a person may not read is left out with everything behind it, as if it were not there.
    ///
    /// - Parameters:
    ///   - digest: the file.
    ///   - depth: jobs between the file and what is told, in both directions.
    ///   - person: who asks.
    /// - Returns: the graph.
    /// - Throws: `GatewayError` of kind `notFound`, the same for what is not there and for what they may not read.
    package func lineage(
        of digest: SHA256Digest,
        depth: Int,
        for person: Gateway.Person
    ) async throws -> LineageGraph {
        try await spine.database.read { connection in
            var walk = LineageWalk(spine: spine, person: person, root: digest)
            try walk.go(.generated, depth, on: connection)
            try walk.go(.used, depth, on: connection)
            let isKnown = try !walk.graph.edges.isEmpty || spine.artifacts.mayRead(digest, person, on: connection)
            guard isKnown else {
                throw GatewayError(.notFound, "There is no artifact \(digest), or none that you may read.")
            }
            if walk.graph.edges.isEmpty {
                walk.graph.files[digest] = .init(size: try spine.artifacts.find(digest, on: connection)?.size)
            }
            return walk.graph
        }
    }

    /// A graph as W3C PROV-JSON.
    package func provenance(_ graph: LineageGraph) -> JSONValue { ProvenanceRendering(graph, gateway: identity).json }
}

/// One walk through jobs and their files.
private struct LineageWalk {
    let spine: Spine
    let person: Gateway.Person
    var graph: LineageGraph
    private var jobs: [JobID: FinishedJob?] = [:]

    init(spine: Spine, person: Gateway.Person, root: SHA256Digest) {
        (self.spine, self.person) = (spine, person)
        graph = LineageGraph(root: root)
    }

    /// Up through the jobs that made a file, or down through those that read it; width first.
    mutating func go(
        _ relation: LineageGraph.Relation,
        _ depth: Int,
        on connection: any StorageConnection
    ) throws {
        var seen: Set<SHA256Digest> = [graph.root]
        var frontier = [graph.root]
        for _ in 0..<depth where !frontier.isEmpty {
            var next: [SHA256Digest] = []
            for digest in frontier {
                let found =
                    relation == .generated
                    ? try JobDescent.makers(of: digest, on: connection)
                    : try JobDescent.readers(of: digest, on: connection)
                for id in found {
                    guard let job = try visible(id, on: connection) else { continue }
                    note(job, digest, relation)
                    for other in others(job, relation) where seen.insert(other).inserted { next.append(other) }
                }
            }
            frontier = next
        }
    }

    /// The job with the file it was found by, and with what lies beyond it.
    private mutating func note(_ finished: FinishedJob, _ digest: SHA256Digest, _ relation: LineageGraph.Relation) {
        let id = finished.job.id
        for output in finished.outputs where relation == .used || output.digest == digest {
            let edge = LineageGraph.Edge(job: id, file: output.digest, relation: .generated, path: output.path)
            graph.connect(edge, size: output.size)
        }
        for input in finished.inputs where relation == .generated || input.digest == digest {
            let edge = LineageGraph.Edge(job: id, file: input.digest, relation: .used, path: input.path)
            graph.connect(edge, size: input.size, isFolder: input.kind == .siteFolder)
        }
        guard relation == .generated, finished.inputs.isEmpty else { return }
        // What stands in the manifest alone is not staged, and is no artifact; it went in all the same.
        for input in finished.manifest?.inputs ?? [] {
            guard let bytes = input.source.inlineBytes else { continue }
            let edge = LineageGraph.Edge(job: id, file: SHA256Digest(of: bytes), relation: .used, path: input.path)
            graph.connect(edge, size: Int64(bytes.count))
        }
    }

    private func others(_ finished: FinishedJob, _ relation: LineageGraph.Relation) -> [SHA256Digest] {
        relation == .generated ? finished.inputs.map(\.digest) : finished.outputs.map(\.digest)
    }

    /// A job that the person may read: their own, or one that was published.
    private mutating func visible(_ id: JobID, on connection: any StorageConnection) throws -> FinishedJob? {
        if let known = jobs[id] { return known }
        guard graph.runs.count < LineageService.mostRuns else {
            graph.isTruncated = true
            return nil
        }
        let analyses = try AnalysisStore.list(of: id, on: connection).map(\.record)
        var finished = try spine.finished.find(id, on: connection)
        if let owner = finished?.job.owner, analyses.isEmpty, !Rights.allow(.traceArtifact, person, owner: owner) {
            finished = nil
        }
        jobs[id] = .some(finished)
        guard let finished else { return nil }
        let job = finished.job
        let replay = try ReplayStore.find(id, on: connection)
        // Of others' jobs only what leads to something published.
        let isOwn = Rights.allow(.traceArtifact, person, owner: job.owner)
        graph.runs[id] = LineageGraph.Run(
            name: job.name,
            site: job.site,
            state: job.state,
            started: job.slurm?.startTime.map { Moment(microseconds: $0 * 1_000_000) },
            finished: job.finishedAt.map(ManifestCollector.moment),
            cachedFrom: isOwn && job.cache?.status == .hit ? job.cache?.job : nil,
            replayOf: isOwn || replay?.record != nil ? replay?.parent : nil,
            analyses: analyses
        )
        return finished
    }
}
