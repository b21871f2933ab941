import Attestation
import Documents
import Storage
import TaskQueue
import Testing

@testable import Gateway

@Suite("Inputs that the gateway holds itself")
struct InputResolverTests {
    private static func manifest(_ source: String) throws -> JobManifest {
        try JobManifestReader.read(
            try Document(yaml: "name: x\ncommand: a\noutputs: [o]\ninputs: [{path: in, source: \"\(source)\"}]")
        )
    }

    private static func known(
        _ source: String,
        _ owner: String,
        _ room: ArtifactRoom
    ) async throws -> [String: String]? {
        let manifest = try manifest(source)
        let now = room.clock.keeper.now()
        return try await room.database.read {
            try InputResolver.known(manifest, owner: owner, at: now, on: $0)
        }
    }

    @Test("belong to whom they belong to: for others they are as absent as what never was", arguments: Engine.allCases)
    func ownership(_ engine: Engine) async throws {
        try await ArtifactRoom.with(engine) { room in
            let artifact = try await room.hold(pattern(10), owner: "admin", for: .seconds(100))
            let job = sampleJob()
            let output = JobOutput(path: "out/a.txt", size: 10, digest: artifact.digest, mediaType: "text/plain")
            try await room.database.transaction { connection in
                try SubmissionStore.insert(job, dependencies: [], on: connection)
                try OutputStore.record(output, as: .output, of: job.id, on: connection)
            }
            let text = artifact.digest.description
            #expect(try await Self.known("artifact:\(text)", "admin", room) == ["in": text])
            // The job has not ended: what it will have is not known yet.
            #expect(try await Self.known("job:\(job.id)/out/a.txt", "admin", room) == nil)
            try await room.database.transaction { connection in
                let store = JobStore(tasks: JobTasks(queue: TaskStore()), keeper: room.clock.keeper)
                try store.apply(.looked(JobCache(status: .hit)), to: job.id, on: connection)
            }
            #expect(try await Self.known("job:\(job.id)/out/a.txt", "admin", room) == ["in": text])
            #expect(try await Self.known("job:\(job.id)/out/", "admin", room) == ["in/a.txt": text])
            let never = "sha256:" + String(repeating: "0", count: 64)
            for (theirs, absent) in [
                ("artifact:\(text)", "artifact:\(never)"),
                ("job:\(job.id)/out/a.txt", "job:job_01j00000000000000000000000/out/a.txt"),
            ] {
                let first = await #expect(throws: InputFailure.self) { try await Self.known(theirs, "eve", room) }
                let second = await #expect(throws: InputFailure.self) { try await Self.known(absent, "eve", room) }
                guard case .refused(let one)? = first, case .refused(let other)? = second else {
                    Issue.record("\(String(describing: first)) \(String(describing: second))")
                    continue
                }
                #expect(one.prefix(28) == other.prefix(28))
            }
            // A name that the job has not got, and one whose time is over.
            await #expect(throws: InputFailure.self) { try await Self.known("job:\(job.id)/out/b", "admin", room) }
            room.clock.pass(.seconds(101))
            await #expect(throws: InputFailure.self) { try await Self.known("artifact:\(text)", "admin", room) }
        }
    }
}
