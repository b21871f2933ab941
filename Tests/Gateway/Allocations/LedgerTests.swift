import Storage
import TaskQueue
import Testing

@testable import Gateway
@testable import Slurm

@Suite("The ledger", .timeLimit(.minutes(4)))
struct LedgerTests {
    private let now = BudgetFixture.now

    /// Accepts a job the way the service does: the job and its claim in one transaction.
    private func accept(
        _ job: Job,
        _ price: JobPrice,
        _ funding: Funding,
        on database: any Database
    ) async throws {
        try await database.transaction { connection in
            try SubmissionStore.insert(job, dependencies: [], on: connection)
            let manifest = try BudgetFixture.manifest("name: x\ncommand: 'true'")
            try Budget.reserve(
                PricedManifest(manifest: manifest, price: price, funding: funding),
                for: job,
                on: connection
            )
        }
    }

    @Test("gives the last unit to one of fifty who want it at once", arguments: Engine.allCases)
    func lastUnit(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let allocation = BudgetFixture.allocation()
            let funding = try await database.transaction {
                try BudgetFixture.grant("7", to: allocation, on: $0)
            }
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        do {
                            try await accept(sampleJob(), BudgetFixture.price(hours: 2), funding, on: database)
                            return true
                        } catch let error as GatewayError where error.kind == .outOfBudget {
                            #expect(error.message.contains("1 SU left") || error.message.contains("too few"))
                            return false
                        }
                    }
                }
                return try await group.reduce(into: 0) { count, isAccepted in count += isAccepted ? 1 : 0 }
            }
            #expect(accepted == 3)
            let (stored, audit) = try await database.read { connection in
                (
                    try AllocationStore.find(allocation.id, on: connection),
                    try LedgerAuditStore.audit(on: connection)
                )
            }
            #expect(stored?.balance.available == BudgetFixture.units("1"))
            #expect(stored?.balance.reserved == BudgetFixture.units("6"))
            #expect(audit.faults.isEmpty && audit.jobs == 3, "\(audit.faults)")
        }
    }

    @Test("gives back at once what a job claimed that ran nowhere, and asks the accounting of others")
    func release() async throws {
        try await Engine.sqlite.withSpine { database, store in
            let allocation = BudgetFixture.allocation(site: "a")
            let funding = try await database.transaction { try BudgetFixture.grant("10", to: allocation, on: $0) }
            let (unsent, sent) = (sampleJob(), sampleJob())
            for job in [unsent, sent] {
                try await accept(job, BudgetFixture.price(hours: 1), funding, on: database)
            }
            try await database.transaction { connection in
                try store.apply(.cancelRequested, to: unsent.id, on: connection)
                for input in [JobInput.ready, .submitting, .accepted(slurmID: "7")] {
                    try store.apply(input, to: sent.id, on: connection)
                }
                try store.apply(.observed(.ended("7")), to: sent.id, on: connection)
                try store.apply(.retrieved(note: nil), to: sent.id, on: connection)
            }
            let (costs, tasks, balance) = try await database.read { connection in
                (
                    try JobCostStore.find([unsent.id, sent.id], on: connection),
                    try TaskStore().counts(on: connection),
                    try AllocationStore.find(allocation.id, on: connection)?.balance
                )
            }
            #expect(costs[unsent.id]?.state == .released)
            #expect(costs[sent.id]?.state == .reserved && costs[sent.id]?.endedAt != nil)
            #expect(tasks.contains { $0.kind == TaskKind.settleLedger })
            #expect(balance?.available == BudgetFixture.units("9") && balance?.reserved == BudgetFixture.units("1"))
        }
    }

    @Test("refuses every change of what was booked", arguments: Engine.allCases)
    func appendOnly(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let allocation = BudgetFixture.allocation()
            _ = try await database.transaction { try BudgetFixture.grant("7", to: allocation, on: $0) }
            for statement in [
                "UPDATE ledger_entries SET amount = 0", "DELETE FROM ledger_entries",
                "UPDATE ledger_transactions SET person = 'me'", "DELETE FROM ledger_transactions",
            ] {
                await #expect(throws: (any Error).self) {
                    try await database.transaction { try $0.execute(statement) }
                }
            }
        }
    }

    @Test("shows a balance that was touched beside its entries")
    func touched() async throws {
        try await Engine.sqlite.withSpine { database, _ in
            let allocation = BudgetFixture.allocation()
            _ = try await database.transaction { try BudgetFixture.grant("7", to: allocation, on: $0) }
            try await database.transaction {
                try $0.execute("UPDATE allocations SET granted = granted + 1, available = available + 1")
            }
            let audit = try await database.read { try LedgerAuditStore.audit(on: $0) }
            #expect(audit.faults.count == 2)
        }
    }

    /// Ten thousand random jobs: claimed, ended, settled by a made-up accounting, each step sometimes broken off
    /// before its commit and done again; every settlement is tried twice.
    @Test("adds up after ten thousand random jobs with kills between all steps")
    func randomWalk() async throws {
        try await Engine.sqlite.withSpine { database, store in
            let allocation = BudgetFixture.allocation(site: "a")
            let funding = try await database.transaction { try BudgetFixture.grant("100000", to: allocation, on: $0) }
            var random = SeededGenerator(seed: 6)
            var truth: Int64 = 0
            for _ in 0..<100 {
                var jobs: [(Job, [CountedRow])] = []
                for _ in 0..<100 {
                    let job = sampleJob()
                    let rows = (0..<Int.random(in: 0...3, using: &random)).map { _ in Self.row(&random) }
                    truth += rows.reduce(0) { $0 + $1.nodeSeconds }
                    jobs.append((job, rows))
                }
                try await walk(jobs, funding, store, kills: Int.random(in: 0..<100, using: &random), on: database)
            }
            let (stored, audit) = try await database.read { connection in
                (
                    try AllocationStore.find(allocation.id, on: connection)?.balance,
                    try LedgerAuditStore.audit(on: connection)
                )
            }
            #expect(stored?.used == ServiceUnits(nodeSeconds: truth, rate: .one))
            #expect(stored?.reserved == .zero)
            #expect(audit.faults.isEmpty && audit.jobs == 10_000 && audit.unsettled == 0, "\(audit.faults.prefix(3))")
        }
    }

    private struct Killed: Error {}

    private func walk(
        _ jobs: [(Job, [CountedRow])],
        _ funding: Funding,
        _ store: JobStore,
        kills: Int,
        on database: any Database
    ) async throws {
        let price = BudgetFixture.price(hours: 1)
        let manifest = try BudgetFixture.manifest("name: x\ncommand: 'true'")
        let now = now
        let steps: [@Sendable (any StorageConnection) throws -> Void] = [
            { connection in
                for (job, _) in jobs {
                    try SubmissionStore.insert(job, dependencies: [], on: connection)
                    let priced = PricedManifest(manifest: manifest, price: price, funding: funding)
                    try Budget.reserve(priced, for: job, on: connection)
                }
            },
            { connection in
                for (job, _) in jobs {
                    for input in [JobInput.ready, .submitting, .accepted(slurmID: "7"), .observed(.ended("7"))] {
                        try store.apply(input, to: job.id, on: connection)
                    }
                    try store.apply(.retrieved(note: nil), to: job.id, on: connection)
                }
            },
            { connection in
                for (job, rows) in jobs {
                    guard let cost = try JobCostStore.find(job.id, on: connection) else { continue }
                    try SettleLedger.settle(cost, rows, 1, nil, ChargeRates(), now, on: connection)
                    try SettleLedger.settle(cost, rows, 1, nil, ChargeRates(), now, on: connection)
                }
            },
        ]
        for (number, step) in steps.enumerated() {
            // A kill before the commit: nothing of the step is left.
            if kills % (number + 2) == 0 {
                await #expect(throws: Killed.self) {
                    try await database.transaction { connection in
                        try step(connection)
                        throw Killed()
                    }
                }
            }
            try await database.transaction(step)
        }
    }

    private static func row(_ random: inout SeededGenerator) -> CountedRow {
        CountedRow(
            attempt: 1,
            slurmID: "7",
            state: "COMPLETED",
            partition: "normal",
            nodes: Int64.random(in: 1...4, using: &random),
            elapsedSeconds: Int64.random(in: 0...7200, using: &random),
            start: nil,
            end: BudgetFixture.now
        )
    }
}

extension Sighting {
    /// A job that has completed.
    static func ended(_ id: String) -> Sighting {
        Sighting(
            phase: .ended(JobEnding(state: .completed, reason: nil, cause: nil)),
            facts: SlurmFacts(jobId: id),
            reason: nil,
            tasks: []
        )
    }
}

/// The same numbers in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
