internal import Logging
internal import Slurm
internal import Storage
internal import TaskQueue

/// Asks Slurm once a day, and when somebody wants it, what it says of the accounts of a site's allocations.
struct ReadAccounts: Sendable {
    private static let interval = Duration.seconds(86_400)
    private static let pause = Duration.seconds(600)

    let world: World

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let name = task.key, let accounting = world.sites[name]?.accounting else { return .done }
        let allocations = try await world.database.read { try AllocationStore.at(site: name, on: $0) }
        var isWhole = true
        for allocation in allocations where allocation.endsAt + .seconds(30 * 86_400) > world.keeper.now() {
            let answer: Result<AccountFigures, SiteFailure>
            do throws(SiteFailure) {
                answer = .success(try await accounting.figures(of: allocation.account, since: allocation.startsAt))
            } catch {
                answer = .failure(error)
                isWhole = false
                world.logger.notice(
                    "an account cannot be read now",
                    metadata: ["site": "\(name)", "reason": "\(error.reason)"]
                )
            }
            try await keep(answer, allocation.id)
        }
        return allocations.isEmpty ? .done : .again(after: isWhole ? Self.interval : Self.pause)
    }

    private func keep(_ answer: Result<AccountFigures, SiteFailure>, _ allocation: AllocationID) async throws {
        let now = world.keeper.now()
        try await world.write { connection in
            switch answer {
            case .success(let figures):
                try AllocationFiguresStore.keep(figures, of: allocation, at: now, on: connection)
            case .failure(let failure):
                try AllocationFiguresStore.noteProblem(failure.reason, of: allocation, at: now, on: connection)
            }
        }
    }
}
