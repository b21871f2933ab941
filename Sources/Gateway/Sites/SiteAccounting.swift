package import Slurm

/// What a site's accounting tells.
package protocol SiteAccounting: Sendable {
    /// What attempts used, every requeue of them included, all in one remote command.
    ///
    /// - Parameters:
    ///   - keys: the attempts' names.
    ///   - since: before the first of them was sent.
    /// - Returns: the rows. Never throws: not knowing is an answer.
    func usage(of keys: [String], since: Timestamp) async -> AccountUsage.Answer

    /// What Slurm itself says of an account: its limits, its use.
    ///
    /// - Parameters:
    ///   - account: the account's name.
    ///   - since: the moment from which on use is summed up.
    /// - Returns: the figures; what one program did not tell is absent and said.
    /// - Throws: ``SiteFailure``.
    func figures(of account: String, since: Timestamp) async throws(SiteFailure) -> AccountFigures
}

extension SlurmSite: SiteAccounting {
    package var accounting: (any SiteAccounting)? { self }

    package func usage(of keys: [String], since: Timestamp) async -> AccountUsage.Answer {
        do {
            let command = try AccountUsage(
                keys: keys,
                since: Self.moment(before: since),
                shell: try shell(),
                deadline: configuration.commandDeadline
            )
            return try await transport.run(command)
        } catch {
            return .outage(SiteFailure(error).reason)
        }
    }

    package func figures(of account: String, since: Timestamp) async throws(SiteFailure) -> AccountFigures {
        do {
            let command = try AccountReport(
                account: account,
                since: Int(since.seconds),
                shell: try shell(),
                deadline: configuration.commandDeadline
            )
            return try await transport.run(command)
        } catch {
            throw SiteFailure(error)
        }
    }

    /// The site's clock may be behind ours.
    private static func moment(before since: Timestamp) -> Int { Int((since + .seconds(-3600)).seconds) }
}
