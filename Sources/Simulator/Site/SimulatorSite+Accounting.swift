package import Gateway
package import Slurm
internal import Storage

/// What simulated jobs used: seconds of simulated time on one node.
extension SimulatorSite: SiteAccounting {
    package var accounting: (any SiteAccounting)? { self }

    package func usage(of keys: [String], since: Timestamp) async -> AccountUsage.Answer {
        do {
            let jobs = try await ground.database.read { connection in
                try keys.compactMap { try SimulatorStore.find($0, on: connection) }
            }
            let rows = jobs.compactMap { UsageRow(columns: Self.columns($0)) }
            return rows.count == jobs.count ? .rows(rows) : .outage("the simulator has a row that cannot be read")
        } catch {
            return .outage(place.failure(error).reason)
        }
    }

    /// As sacct would print it.
    private static func columns(_ job: SimulatedJob) -> [String] {
        [
            "\(job.id)", "\(job.id)", "\(job.id)", job.key, job.state.rawValue, job.request.account,
            job.request.partition, job.startedAt == nil ? "0" : "1", "\((job.ranMilliseconds ?? 0) / 1000)",
            moment(job.submittedAt), moment(job.startedAt), moment(job.endedAt),
        ]
    }

    private static func moment(_ moment: Timestamp?) -> String {
        moment.map { String($0.iso8601.prefix(19)) } ?? "Unknown"
    }

    package func figures(of account: String, since: Timestamp) async throws(SiteFailure) -> AccountFigures {
        AccountFigures(problems: ["a simulated site keeps no accounts of its own"])
    }
}
