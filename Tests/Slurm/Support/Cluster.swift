import Foundation
import Slurm
import Testing

/// The real Slurm cluster that `scripts/cluster` brings up; without it the tests fail, never skip.
struct Cluster {
    let transport: LocalTransport
    let root: String

    init(user: String = "researcher1") throws {
        let environment = ProcessInfo.processInfo.environment
        let key = try #require(
            environment["FARFIELD_CLUSTER_SSH_KEY"],
            "there is no cluster: run ./scripts/test, which starts what the tests need"
        )
        let hosts = try #require(environment["FARFIELD_CLUSTER_KNOWN_HOSTS"])
        transport = LocalTransport(loginShell: [
            "/usr/bin/ssh", "-q", "-i", key, "-o", "UserKnownHostsFile=\(hosts)", "-o", "BatchMode=yes", "-p",
            environment["FARFIELD_CLUSTER_PORT_A"] ?? "2222", "\(user)@127.0.0.1",
        ])
        root = "~/slurm-tests"
    }

    func shell() throws -> RemoteShell {
        try RemoteShell(marker: UUID().uuidString.filter { $0 != "-" })
    }

    /// The state folder of the cluster.
    static func folder() throws -> String {
        try #require(ProcessInfo.processInfo.environment["FARFIELD_CLUSTER"], "run ./scripts/test")
    }

    /// A key nobody used before.
    func key(_ word: String) -> String { "ff-\(word)-\(UUID().uuidString.prefix(8))" }

    func submit(_ script: String, key: String, files: [DeliverAndSubmit.File] = []) async throws -> SlurmJobID {
        let entry = DeliverAndSubmit.Entry(
            key: key,
            files: [.init(path: "job.sh", bytes: Array(script.utf8))] + files,
            script: "job.sh",
            resubmits: false
        )
        let result = try await transport.run(DeliverAndSubmit([entry], root: root, shell: shell())).first
        guard case .accepted(let jobID, _) = result else {
            throw Unexpected(what: "\(String(describing: result))")
        }
        return jobID
    }

    func sight(_ job: ObservedJob) async throws -> JobSighting? {
        let observation = try await transport.run(Observe([job], shell: shell()))
        return Sightings.merge([job], observation)[job.jobID]
    }

    /// Asks until the condition holds, for at most a minute.
    func wait(
        _ job: ObservedJob,
        until isDone: (JobObservation) -> Bool = { $0.state.state.isEnded && !$0.awaitsAccounting }
    ) async throws -> JobObservation {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(60)
        var last: JobSighting?
        while clock.now < end {
            last = try await sight(job)
            if case .visible(let seen) = last, isDone(seen) { return seen }
            try await clock.sleep(for: .milliseconds(200))
        }
        throw Unexpected(what: "still \(String(describing: last))")
    }

    func file(_ path: String, of key: String) async throws -> [UInt8] {
        let ended = try await execute(transport.loginShell + ["cat slurm-tests/\(key)/'\(path)'"])
        return ended.standardOutput
    }
}

/// Something came that the test cannot go on with.
struct Unexpected: Error {
    var what: String
}
