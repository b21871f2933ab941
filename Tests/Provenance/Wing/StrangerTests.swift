import Attestation
import Comparison
import Documents
import Foundation
import Storage
import Testing

@testable import Gateway
@testable import Provenance

/// What others than the owner may run again, compare and read across; and that nothing is half written.
@Suite("Strangers")
struct StrangerTests {
    private static let ada = Gateway.Person(name: "ada", isAdmin: false)
    private static let bob = Gateway.Person(name: "bob", isAdmin: false)

    private static let site = """
        sites: [{name: a, host: 127.0.0.1, port: 9, user: x, privateKey: /none, knownHosts: /none, workFolder: /tmp}]
        """

    private static var templates: String {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appendingPathComponent("templates").path
    }

    /// An installation with one site that is never reached.
    private func with(
        _ engine: TestEngine = .sqlite,
        _ body: @Sendable (ProvenanceWing, Spine) async throws -> Void
    ) async throws {
        let sites = try ConfigurationReader.read(try Document(yaml: Self.site)).sites
        try await TestInstallation.with(engine) { installation in
            installation.configure { ($0.sites, $0.templates) = (sites, Self.templates) }
            try await installation.opened(body)
        }
    }

    private func artifact(_ text: String, _ spine: Spine) async throws -> SHA256Digest {
        let writer = try spine.artifacts.writer()
        try writer.write(Array(text.utf8))
        return try await spine.artifacts.keep(writer).digest
    }

    /// A job of ada's that completed with one input and one output, and its record.
    private func completed(_ wing: ProvenanceWing, _ spine: Spine) async throws -> (JobID, SHA256Digest, SHA256Digest) {
        let (input, output) = (try await artifact("in", spine), try await artifact("out", spine))
        let now = spine.keeper.now()
        let upload = ArtifactReference(
            kind: .upload,
            holder: "up_1",
            owner: "ada",
            account: "ada",
            createdAt: now,
            expiresAt: now + .seconds(3600)
        )
        try await spine.database.transaction { try spine.artifacts.refer(upload, to: input, on: $0) }
        let text =
            "name: x\ncommand: 'true'\noutputs: [o]\nenvironment: {TOKEN: none}\ninputs: [{path: i, source: '\(InputSource.artifact(input).text)'}]"
        let answer = try await spine.jobs.submit(
            try Document(yaml: text),
            bodyDigest: input,
            idempotencyKey: nil,
            by: Self.ada
        )
        guard case .accepted(let job) = answer else { throw CocoaError(.featureUnsupported) }
        try await spine.database.transaction { connection in
            let store = spine.finished.store
            let found = try InputResolver.known(try #require(job.manifest), owner: "ada", at: now, on: connection)
            #expect(found?.count == 1)
            let staged = StagedInput(
                position: 0,
                path: "i",
                source: InputSource.artifact(input).text,
                kind: .bytes,
                digest: input,
                size: 2,
                place: nil,
                seen: nil,
                isWritable: false,
                isExecutable: false
            )
            try JobInputStore.write([staged], of: job.id, on: connection)
            try store.apply(.looked(JobCache(status: .hit)), to: job.id, on: connection)
            let file = JobOutput(path: "o", size: 3, digest: output, mediaType: "text/plain")
            try spine.finished.holdings.record([file], as: .output, of: job, on: connection)
        }
        try await certify(job.id, wing, spine)
        return (job.id, input, output)
    }

    private func certify(_ id: JobID, _ wing: ProvenanceWing, _ spine: Spine) async throws {
        let now = spine.keeper.now()
        let signer = try await wing.manifests.keys.signer(.manifest, at: now, in: spine.database)
        let log = wing.manifests.log
        let finished = try #require(try await spine.database.read { try spine.finished.find(id, on: $0) })
        let manifest = ManifestCollector(gateway: wing.manifests.identity)
            .manifest(of: finished, id: RecordID(UUID()), origin: nil)
        let signed = try SignedManifest(manifest, by: signer)
        let added = try await spine.database.transaction { connection in
            let added = try log.append(Array("entry".utf8), at: now, on: connection)
            try EditionStore.insert(signed.edition(0, of: id, added, in: log.origin, at: now), on: connection)
            return added
        }
        try log.remember(added)
    }

    private func publish(_ job: JobID, _ wing: ProvenanceWing) async throws -> RecordID {
        let words = "title: T\nauthors: [{name: Ada}]\nlicence: CC0-1.0\nabstract: A"
        return try await wing.analyses.publish(job, try Document(yaml: words), by: Self.ada).record
    }

    private func refusal(_ body: () async throws -> Void) async -> GatewayError.Kind? {
        await #expect(throws: GatewayError.self) { try await body() }?.kind
    }

    @Test(
        "see nothing of a job before it is published, and may run it again with its inputs afterwards",
        arguments: TestEngine.allCases
    )
    func published(engine: TestEngine) async throws {
        try await with(engine) { wing, spine in
            let (job, input, output) = try await completed(wing, spine)
            let nothing = ReplayChanges()
            #expect(await refusal { _ = try await wing.replays.check(.job(job), nothing, by: Self.bob) } == .notFound)
            #expect(await refusal { _ = try await wing.replays.descent(of: job, for: Self.bob) } == .notFound)
            #expect(
                await refusal { _ = try await wing.comparisons.compare(.job(job), .job(job), for: Self.bob) }
                    == .notFound
            )
            #expect(
                await refusal { _ = try await wing.lineage.lineage(of: output, depth: 3, for: Self.bob) } == .notFound
            )
            #expect(try await wing.lineage.lineage(of: output, depth: 3, for: Self.ada).edges.count == 2)
            let record = try await publish(job, wing)
            #expect(try await wing.lineage.lineage(of: output, depth: 3, for: Self.bob).runs[job]?.analyses == [record])
            #expect(
                try await wing.comparisons.compare(.analysis(record), .analysis(record), for: Self.bob).outcome.verdict
                    == .identical
            )
            // The owner lets go of the file; what is published keeps it.
            _ = try await spine.database.transaction { connection in
                try spine.artifacts.release(.upload, holder: "up_1", on: connection)
            }
            #expect(try await !spine.artifacts.mayRead(input, Self.bob))
            let answer = try await wing.replays.replay(
                .analysis(record),
                nothing,
                bodyDigest: input,
                idempotencyKey: "once",
                by: Self.bob
            )
            guard case .submitted(let child, let report) = answer else { throw CocoaError(.featureUnsupported) }
            #expect(report.lines.contains { $0.code == "input-kept" } && child.owner == "bob")
            #expect(try await spine.artifacts.mayRead(input, Self.bob))
            #expect(try await wing.replays.descent(of: child.id, for: Self.bob).origin?.record == record)
            #expect(try await wing.replays.replays(of: record).map(\.job) == [child.id])
            // The same request again is the same job.
            let again = try await wing.replays.replay(
                .analysis(record),
                nothing,
                bodyDigest: input,
                idempotencyKey: "once",
                by: Self.bob
            )
            guard case .submitted(let same, _) = again else { throw CocoaError(.featureUnsupported) }
            #expect(same.id == child.id)
        }
    }

    @Test("cause no job without its descent: when that cannot be written, nothing is")
    func together() async throws {
        try await with { wing, spine in
            let (job, input, _) = try await completed(wing, spine)
            let count = try await spine.jobs.list(JobQuery(), for: .gateway).items.count
            let rerun = Rerun(templateText: try spine.templates.template("cpu").text, granted: [input]) { _, _ in
                throw CocoaError(.fileWriteUnknown)
            }
            let manifest = try #require(try await spine.jobs.job(job).manifest)
            await #expect(throws: CocoaError.self) {
                _ = try await spine.jobs.submit(
                    Document(manifest.json),
                    bodyDigest: input,
                    idempotencyKey: nil,
                    by: Self.ada,
                    as: rerun
                )
            }
            #expect(try await spine.jobs.list(JobQuery(), for: .gateway).items.count == count)
        }
    }
}
