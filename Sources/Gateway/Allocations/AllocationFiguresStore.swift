internal import FoundationEssentials
internal import Slurm
internal import Storage

/// The table `allocation_figures`: what Slurm said of an allocation's account, the last time.
enum AllocationFiguresStore {
    /// Keeps what was told.
    static func keep(
        _ figures: AccountFigures,
        of allocation: AllocationID,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO allocation_figures (allocation, tried_at, problem, observed_at, figures)
            VALUES ($1, $2, NULL, $2, $3)
            ON CONFLICT (allocation) DO UPDATE SET tried_at = excluded.tried_at, problem = NULL,
                observed_at = excluded.observed_at, figures = excluded.figures
            """,
            [.text(allocation.text), .integer(now.microseconds), .text(JobRow.text(figures))]
        )
    }

    /// Notes that nothing was told now; what was told before stays.
    static func noteProblem(
        _ problem: String,
        of allocation: AllocationID,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO allocation_figures (allocation, tried_at, problem) VALUES ($1, $2, $3)
            ON CONFLICT (allocation) DO UPDATE SET tried_at = excluded.tried_at, problem = excluded.problem
            """,
            [.text(allocation.text), .integer(now.microseconds), .text(problem)]
        )
    }

    static func find(_ allocation: AllocationID, on connection: any StorageConnection) throws -> SlurmView? {
        guard
            let row = try connection.first(
                "SELECT * FROM allocation_figures WHERE allocation = $1",
                [.text(allocation.text)]
            )
        else { return nil }
        let figures = try row.optionalText("figures").map {
            try JSONDecoder().decode(AccountFigures.self, from: Data($0.utf8))
        }
        return SlurmView(
            triedAt: Timestamp(microseconds: try row.integer("tried_at")),
            problem: try row.optionalText("problem"),
            observedAt: try JobRow.moment(row, "observed_at"),
            figures: figures
        )
    }
}
