package import Gateway
package import SSHClient

/// A site made of agents: jobs are rows of the gateway's database, and their files stand on its machine.
package struct SimulatorSite: Site {
    package let configuration: SiteConfiguration
    let ground: SiteGround

    package func reach() async throws(SiteFailure) {}

    package func submit(_ submissions: [Submission]) async -> [SubmissionAnswer] {
        submissions.map { _ in .notSubmitted(reason: "not yet") }
    }

    package func find(keys: [String], since: Timestamp, isThorough: Bool) async -> [SearchAnswer] {
        keys.map { _ in .absent }
    }

    package func observe(_ jobs: [FollowedJob]) async -> SiteObservation {
        SiteObservation(health: SiteHealth(state: .up, reason: nil), answers: [:], partitions: nil)
    }

    package func cancel(slurmID: String) async throws(SiteFailure) {}

    package func read(
        _ path: String,
        key: String,
        offset: Int64,
        length: Int
    ) async throws(SiteFailure) -> FilePart? { nil }

    package func list(_ globs: [String], key: String) async throws(SiteFailure) -> SiteListing {
        SiteListing(files: [], refused: [:], unmatched: [])
    }

    package func check() async -> [SiteCheck] { [] }
    package func login() -> SiteLoginState? { nil }
    package func beginLogin() -> SSHLogin? { nil }
    package func close() async {}
}
