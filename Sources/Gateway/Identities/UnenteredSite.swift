internal import SSHClient

/// A site where everybody has an account of their own, as it stands in the configuration: nobody is let in through it.
///
/// Whoever forgets to ask for a job's own way meets this, and nothing happens at the site.
struct UnenteredSite: Site {
    let configuration: SiteConfiguration
    let reason: String

    /// A personal site.
    init(configuration: SiteConfiguration) {
        self.init(
            configuration: configuration,
            reason: "Everybody has an account of their own at '\(configuration.name)': the gateway has none there."
        )
    }

    /// A site that nobody can enter, and why.
    init(configuration: SiteConfiguration, reason: String) {
        self.configuration = configuration
        self.reason = reason
    }

    private var failure: SiteFailure { SiteFailure(reason: reason, isTransient: true) }

    func reach() async throws(SiteFailure) { throw failure }

    func submit(_ submissions: [Submission]) async -> [SubmissionAnswer] {
        submissions.map { _ in .notSubmitted(reason: failure.reason) }
    }

    func find(keys: [String], since: Timestamp, isThorough: Bool) async -> [SearchAnswer] {
        keys.map { _ in .unknown(reason: failure.reason) }
    }

    func observe(_ jobs: [FollowedJob]) async -> SiteObservation {
        SiteObservation(health: SiteHealth(state: .unknown, reason: failure.reason), answers: [:], partitions: nil)
    }

    func cancel(slurmID: String) async throws(SiteFailure) { throw failure }

    func read(_ path: String, key: String, offset: Int64, length: Int) async throws(SiteFailure) -> FilePart? {
        throw failure
    }

    func list(_ globs: [String], key: String) async throws(SiteFailure) -> SiteListing { throw failure }

    func check() async -> [SiteCheck] {
        [
            SiteCheck(
                name: "identity",
                state: .skipped,
                detail: "everybody has an account of their own here",
                cure: "Upload your key, then run `farfield sites credential check \(configuration.name)`."
            )
        ]
    }

    func login() -> SiteLoginState? { nil }
    func beginLogin() -> SSHLogin? { nil }
    func close() async {}
}
