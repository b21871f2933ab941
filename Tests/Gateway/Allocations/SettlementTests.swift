import Testing

@testable import Gateway
@testable import Slurm

@Suite("Settling")
struct SettlementTests {
    private let end = BudgetFixture.now

    private func ended(_ job: Job) -> EndedJob { EndedJob(job, endedAt: end) }

    static func row(_ key: String, _ id: String = "7", state: String = "COMPLETED", nodes: Int = 1, seconds: Int = 60)
        -> UsageRow?
    {
        let isOver = !["RUNNING", "PENDING"].contains(state)
        let moment = isOver ? "2026-11-21T20:31:09" : "Unknown"
        return UsageRow(columns: [
            "", id, id, key, state, "tg", "normal", "\(nodes)", "\(seconds)", "2026-11-21T20:00:00\(seconds)",
            "2026-11-21T20:30:09", moment,
        ])
    }

    private func nodeSeconds(_ verdict: Settlement.Verdict) -> Int64? {
        guard case .settle(let rows, _) = verdict else { return nil }
        return rows.reduce(0) { $0 + $1.nodeSeconds }
    }

    @Test("counts every attempt, every requeue and every array task")
    func counts() throws {
        var job = sampleJob(arrayCount: 2)
        job.attempt = 2
        let (one, two) = (job.submissionKey(attempt: 1), job.submissionKey(attempt: 2))
        let rows = [
            Self.row(one, "7_0", state: "NODE_FAIL", nodes: 2, seconds: 10),
            Self.row(two, "8_0", state: "REQUEUED", seconds: 5), Self.row(two, "8_0", seconds: 7),
            Self.row(two, "8_1", state: "TIMEOUT", seconds: 100), Self.row("ff-other-1", seconds: 1000),
        ].compactMap { $0 }
        #expect(rows.count == 5)
        #expect(nodeSeconds(Settlement.judge(ended(job), rows: rows, at: end)) == 132)
    }

    @Test("waits for what the accounting does not tell yet, and gives up after seven days")
    func waits() throws {
        var job = sampleJob()
        job.attempt = 2
        let (one, two) = (job.submissionKey(attempt: 1), job.submissionKey(attempt: 2))
        let first = try #require(Self.row(one))
        let running = try #require(Self.row(two, state: "RUNNING", seconds: 30))
        let soon = end + .seconds(1)
        for rows in [nil, [], [first], [first, running], [running]] as [[UsageRow]?] {
            #expect(nodeSeconds(Settlement.judge(ended(job), rows: rows, at: soon)) == nil)
        }
        // An attempt that was never seen to run may have no row at all.
        #expect(nodeSeconds(Settlement.judge(ended(job), rows: [first], at: end + Settlement.grace)) == 60)
        // One that was seen to run is waited for, and at last paid by what was seen.
        var facts = SlurmFacts(jobId: "8")
        facts.elapsedSeconds = 40
        facts.tresAllocated = ["node": "3"]
        job.slurm = facts
        #expect(nodeSeconds(Settlement.judge(ended(job), rows: [first], at: end + .seconds(86_400))) == nil)
        let late = Settlement.judge(ended(job), rows: [first], at: end + Settlement.patience)
        #expect(nodeSeconds(late) == 180)
        guard case .settle(_, let note) = late else { return }
        #expect(note != nil)
        #expect(nodeSeconds(Settlement.judge(ended(job), rows: nil, at: end + Settlement.patience)) == 120)
    }

    @Test("charges at the price's rate in its partition, at the site's elsewhere, and never beyond what a sum can hold")
    func rates() throws {
        let price = BudgetFixture.price(hours: 1)
        let rates = ChargeRates(partitions: ["gpu": ChargeRate(thousandths: 4000), "normal": .one])
        func row(_ partition: String, nodes: Int64 = 1) -> CountedRow {
            CountedRow(
                attempt: 1,
                slurmID: "1",
                state: "COMPLETED",
                partition: partition,
                nodes: nodes,
                elapsedSeconds: 3600,
                start: nil,
                end: nil
            )
        }
        #expect(Settlement.cost([row("normal"), row("gpu")], price: price, rates: rates).0 == BudgetFixture.units("5"))
        let absurd = [CountedRow](repeating: row("gpu", nodes: 1_000_000_000_000), count: 9)
        #expect(Settlement.cost(absurd, price: price, rates: rates).0 < ServiceUnits(thousandthNodeSeconds: .max))
    }

    @Test("reads nothing from a hostile accounting that it was not asked for")
    func hostile() throws {
        let marker = String(repeating: "m", count: 24)
        let command = try AccountUsage(keys: ["ff-a-1"], since: 0, shell: try RemoteShell(marker: marker))
        func parse(_ body: String, status: String = "0", isWhole: Bool = true) throws -> AccountUsage.Answer {
            let text =
                "\n\(marker) begin\n\n\(marker) usage_rows\n\(body)\n\n\(marker) usage \(status)\n"
                + (isWhole ? "\n\(marker) end\n" : "")
            return try command.parse(exitStatus: 0, standardOutput: Array(text.utf8), standardError: [])
        }
        func line(_ columns: String...) -> String { columns.joined(separator: "\u{1F}") }
        let good = line("1", "7", "7", "ff-a-1", "COMPLETED", "tg", "normal", "2", "9", "", "", "2026-11-21T20:31:09")
        let other = line("2", "8", "8", "ff-b-1", "COMPLETED", "tg", "normal", "2", "9", "", "", "2026-11-21T20:31:09")
        guard case .rows(let rows) = try parse("sacct: a warning\n\(good)\n\(good)\n\(other)") else {
            Issue.record("the rows were not read")
            return
        }
        #expect(rows.map(\.id) == ["7"] && rows.first?.nodes == 2 && rows.first?.isEnded == true)
        let negative = line("1", "7", "7", "ff-a-1", "COMPLETED", "tg", "normal", "-2", "9", "", "", "")
        let huge = line("1", "7", "7", "ff-a-1", "COMPLETED", "tg", "normal", "2", "99999999999999999", "", "", "")
        for answer in [
            try parse(negative), try parse(huge), try parse(line("1", "7")), try parse(good, status: "1"),
            try parse(good, isWhole: false),
        ] {
            guard case .outage = answer else {
                Issue.record("\(answer) was believed")
                continue
            }
        }
        #expect(throws: SlurmError.self) {
            try AccountUsage(keys: ["a b"], since: 0, shell: try RemoteShell(marker: marker))
        }
    }
}
