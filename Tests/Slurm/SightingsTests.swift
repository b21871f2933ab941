import Slurm
import Testing

/// Literal rows of Slurm 22.05.8, in our columns.
@Suite struct SightingsTests {
    private let marker = "aMarkerNobodyGuesses1234"

    /// An answer as it comes from the site.
    private func sight(
        _ job: ObservedJob,
        queue: [String] = [],
        queueStatus: Int = 0,
        accounting: [String] = [],
        accountingStatus: Int = 0,
        positions: [String] = []
    ) throws -> JobSighting? {
        let command = Observe([job], shell: try RemoteShell(marker: marker))
        func rows(_ rows: [String]) -> String {
            rows.joined(separator: "\n").split(separator: "|", omittingEmptySubsequences: false).joined(
                separator: "\u{1F}"
            )
        }
        let output = """
            Welcome to the cluster

            \(marker) begin

            \(marker) time
            1795203500

            \(marker) queue \(queueStatus)
            \(rows(queue))

            \(marker) accounting_rows
            \(rows(accounting))

            \(marker) accounting \(accountingStatus)

            \(marker) positions
            \(positions.joined(separator: "\n"))

            \(marker) end

            """
        let observation = try command.parse(exitStatus: 0, standardOutput: Array(output.utf8), standardError: [])
        #expect(observation.siteTime == 1_795_203_500)
        return Sightings.merge([job], observation)[job.jobID]
    }

    private func job(_ number: UInt32, key: String = "key", tasks: [Int]? = nil) throws -> ObservedJob {
        ObservedJob(jobID: try #require(SlurmJobID(number)), key: key, taskIndices: tasks)
    }

    private func visible(_ sighting: JobSighting?) throws -> JobObservation {
        guard case .visible(let seen) = sighting else { throw Unexpected(what: "\(String(describing: sighting))") }
        return seen
    }

    private func queueRow(
        _ id: String,
        _ state: String,
        reason: String = "None",
        name: String = "key",
        submit: String = "2026-11-20T19:36:05",
        start: String = "N/A"
    ) -> String {
        "\(id)|\(state)|\(reason)|\(name)|normal|tg-bio1|normal|a-n1|\(submit)|\(start)|N/A|0:05|76"
    }

    private func accountingRow(
        _ id: String,
        _ state: String,
        code: String = "0:0",
        name: String = "key",
        submit: String = "2026-11-20T19:36:05",
        start: String = "2026-11-20T19:36:06",
        nodes: String = "a-n1"
    ) -> String {
        "\(id)|1|\(name)|\(state)|\(code)|None|normal|tg-bio1|normal|\(nodes)|\(submit)|2026-11-20T19:36:05|\(start)|"
            + "2026-11-20T19:36:07|1|76|billing=1,cpu=1,mem=1000M,node=1|||00:00.003"
    }

    @Test(arguments: [
        ("COMPLETED", "0:0", SlurmState.Ending.completed, 0, 0), ("FAILED", "3:0", .failed, 3, 0),
        ("FAILED", "127:0", .failed, 127, 0), ("FAILED", "0:11", .failed, 0, 11), ("TIMEOUT", "0:0", .timedOut, 0, 0),
        ("CANCELLED by 20001", "0:0", .cancelled, 0, 0), ("OUT_OF_MEMORY", "0:125", .outOfMemory, 0, 125),
        ("NODE_FAIL", "0:0", .nodeFailed, 0, 0), ("PREEMPTED", "0:0", .preempted, 0, 0),
        ("DEADLINE", "0:0", .deadlineMissed, 0, 0),
        ("BOOT_FAIL", "1:0", .nodeFailed, 1, 0),
    ])
    func endsAreTold(text: String, code: String, ending: SlurmState.Ending, exitCode: Int, signal: Int) throws {
        let seen = try visible(
            sight(
                job(5),
                accounting: [
                    accountingRow("5", text, code: code),
                    accountingRow("5.batch", "CANCELLED", code: "0:15", name: "batch"),
                ]
            )
        )
        #expect(seen.state.state.phase == .ended(ending))
        #expect(seen.state.text == text)
        #expect([seen.exitCode, seen.signal] == [exitCode, signal])
        #expect(seen.allocatedTRES["mem"] == "1000M")
        #expect(seen.endTime == 1_795_203_367)
        #expect(seen.rawRows.count == 2)
    }

    @Test func cancellerIsKnown() {
        #expect(ObservedState(text: "CANCELLED by 20001").cancelledBy == 20001)
        #expect(ObservedState(text: "CANCELLED").cancelledBy == nil)
        #expect(ObservedState(text: "NEW_STATE").state == .unknown)
        #expect(ObservedState(text: "NEW_STATE").text == "NEW_STATE")
    }

    @Test func cancelledWhileHeldNeverStarted() throws {
        let seen = try visible(
            sight(
                job(8),
                accounting: [
                    "8|8|key|CANCELLED by 20001|0:0|JobHeldUser|normal|tg-bio1|normal|None assigned|"
                        + "2026-11-20T19:36:54|Unknown|None|2026-11-20T19:37:18|0|0||||00:00:00"
                ]
            )
        )
        #expect(seen.state.state == .cancelled)
        #expect(seen.startTime == nil && seen.nodes == nil && seen.eligibleTime == nil && seen.endTime != nil)
    }

    @Test func pendingTellsWhyAndWhen() throws {
        let seen = try visible(
            sight(
                job(23),
                queue: [queueRow("23", "PENDING", reason: "Resources", start: "2026-11-20T20:36:55")],
                accounting: [accountingRow("23", "PENDING", start: "Unknown", nodes: "None assigned")],
                positions: ["23|4"]
            )
        )
        #expect(seen.state.state.phase == .pending)
        #expect(seen.reason == "Resources")
        #expect(seen.startTime == nil && seen.exitCode == nil)
        #expect(seen.startEstimate == 1_795_207_015)
        #expect(seen.queuePosition == 4)
    }

    @Test func endedBetweenTheTwoQuestions() throws {
        let seen = try visible(
            sight(
                job(5),
                queue: [queueRow("5", "RUNNING")],
                accounting: [accountingRow("5", "COMPLETED")]
            )
        )
        #expect(seen.state.state == .completed)
        #expect(!seen.awaitsAccounting)
    }

    @Test func endedButAccountingIsDown() throws {
        let seen = try visible(
            sight(
                job(5),
                queue: [queueRow("5", "FAILED")],
                accounting: ["sacct: error: Problem talking to the database: Connection refused"],
                accountingStatus: 1
            )
        )
        #expect(seen.state.state == .failed)
        #expect(seen.exitCode == nil)
        #expect(seen.awaitsAccounting)
    }

    /// Seen when slurmdbd came back from an outage: the state is there, the end and the exit code are not yet.
    @Test(arguments: [true, false])
    func endedButAccountingIsStillCatchingUp(isInQueue: Bool) throws {
        let unfinished = accountingRow("5", "FAILED").replacing("|2026-11-20T19:36:07|", with: "|Unknown|")
        let seen = try visible(
            sight(job(5), queue: isInQueue ? [queueRow("5", "FAILED")] : [], accounting: [unfinished])
        )
        #expect(seen.awaitsAccounting)
    }

    @Test func requeuedJobIsPendingAgain() throws {
        for old in ["NODE_FAIL", "PREEMPTED", "REQUEUED", "FAILED"] {
            let seen = try visible(
                sight(
                    job(13),
                    queue: [queueRow("13", "PENDING", reason: "BeginTime", submit: "2026-11-20T19:37:49")],
                    accounting: [accountingRow("13", old)]
                )
            )
            #expect(seen.state.state == .pending, "\(old)")
            #expect(seen.exitCode == nil)
        }
        let sameSecond = try visible(
            sight(
                job(13),
                queue: [queueRow("13", "PENDING")],
                accounting: [accountingRow("13", "PREEMPTED")]
            )
        )
        #expect(sameSecond.state.state == .pending)
    }

    @Test func nodeFailureWithEmptyStepCode() throws {
        let seen = try visible(
            sight(
                job(12),
                accounting: [
                    accountingRow("12", "NODE_FAIL"), accountingRow("12.batch", "CANCELLED", code: "", name: "batch"),
                ]
            )
        )
        #expect(seen.state.state == .nodeFail)
    }

    @Test func anOlderJobOfTheSameNumberIsNotOurs() throws {
        let sighting = try sight(
            job(7),
            queue: [queueRow("7", "RUNNING", name: "other")],
            accounting: [accountingRow("7", "COMPLETED", name: "a|b"), accountingRow("7", "COMPLETED", name: "other")]
        )
        #expect(sighting == .notVisible(queueAnswered: true, accountingAnswered: true))
    }

    @Test func nobodyAnswersMeansNothingIsKnown() throws {
        let sighting = try sight(
            job(7),
            queue: ["slurm_load_jobs error: Unable to contact slurm controller (connect failure)"],
            queueStatus: 1,
            accounting: ["sacct: error: Problem talking to the database: Connection refused"],
            accountingStatus: 1
        )
        #expect(sighting == .notVisible(queueAnswered: false, accountingAnswered: false))
    }

    @Test func unknownIdIsAnAnswer() throws {
        let sighting = try sight(
            job(7),
            queue: ["slurm_load_jobs error: Invalid job id specified"],
            queueStatus: 1
        )
        #expect(sighting == .notVisible(queueAnswered: true, accountingAnswered: true))
    }

    @Test func arrayTasksAndWaitingRanges() throws {
        let seen = try visible(
            sight(
                job(14, tasks: Array(1...9)),
                queue: [
                    queueRow("14_[5-8%2]", "PENDING", reason: "JobArrayTaskLimit"), queueRow("14_3", "RUNNING"),
                    queueRow("14_9", "COMPLETING"),
                ],
                accounting: [
                    accountingRow("14_1", "COMPLETED"), accountingRow("14_4", "FAILED", code: "7:0"),
                    accountingRow("14_4.batch", "FAILED", code: "7:0", name: "batch"),
                    accountingRow("14_[5-8]", "PENDING"),
                ]
            )
        )
        #expect(seen.state.state == .running)
        #expect(seen.tasks.keys.sorted() == Array(1...9))
        #expect(seen.tasks[4]?.exitCode == 7)
        #expect(seen.tasks[6]?.reason == "JobArrayTaskLimit")
        #expect(seen.tasks[9]?.state.state == .completing)
        // Cancelled before it started: no row anywhere.
        #expect(seen.tasks[2]?.state.state == .cancelled)
    }

    @Test func gapsAreNotFilledWhenTheAnswerIsNotWhole() throws {
        let cut = try visible(sight(job(14, tasks: Array(1...40)), queue: [queueRow("14_[1-3,5,7,3", "PENDING")]))
        #expect(cut.tasks.keys.sorted() == [1, 2, 3, 5, 7])
        let down = try visible(
            sight(
                job(14, tasks: [1, 2]),
                accounting: [accountingRow("14_1", "COMPLETED"), "sacct: error"],
                accountingStatus: 1
            )
        )
        #expect(down.tasks[2] == nil)
    }

    @Test func heterogeneousJobsKeepTheirFirstComponent() throws {
        let seen = try visible(
            sight(
                job(15),
                accounting: [
                    accountingRow("15+0", "COMPLETED"), accountingRow("15+0.batch", "COMPLETED", name: "batch"),
                    accountingRow("15+1", "FAILED", code: "1:0"),
                ]
            )
        )
        #expect(seen.state.state == .completed)
    }

    @Test func cutOffAnswerIsNoAnswer() throws {
        let observed = try job(7)
        let command = Observe([observed], shell: try RemoteShell(marker: marker))
        let output = "\(marker) begin\n\n\(marker) time\n12\n\n\(marker) queue 0\n7\u{1F}RUNN"
        let observation = try command.parse(exitStatus: nil, standardOutput: Array(output.utf8), standardError: [])
        #expect(
            Sightings.merge([observed], observation)[observed.jobID]
                == .notVisible(queueAnswered: false, accountingAnswered: false)
        )
        #expect(throws: SlurmError.self) {
            try command.parse(exitStatus: 255, standardOutput: Array("motd".utf8), standardError: [])
        }
    }

    @Test func thousandsOfIdsTravelInPieces() async throws {
        let jobs = try (1...12_000).map { try job(UInt32($0)) }
        let scratch = try Scratch()
        for program in ["squeue", "sacct"] {
            try scratch.write("bin/\(program)", "#!/bin/sh\necho x >>'\(scratch.path)/\(program)'\n", executable: true)
        }
        let transport = LocalTransport(path: ["\(scratch.path)/bin"])
        let observation = try await transport.run(Observe(jobs, shell: RemoteShell(marker: marker)))
        #expect(observation.queue.outage == nil && observation.accounting.outage == nil)
        #expect(try scratch.text("squeue") == "x\n")
        #expect(try scratch.text("sacct") == "x\nx\n")
    }

    @Test func accountingIsAskedOnlyForWhatDoesNotLive() async throws {
        let scratch = try Scratch()
        let rows = [
            "1|RUNNING|ff-1", "2|COMPLETED|ff-2", "3|PENDING|other", "4_[1-3]|PENDING|ff-4", "6|COMPLETING|ff-6",
        ]
        .map { row in
            let parts = row.split(separator: "|")
            return "\(parts[0])|\(parts[1])|None|\(parts[2])|p|a|q|||||0:00|1"
        }
        let text = rows.joined(separator: "\n").replacing("|", with: "\u{1F}")
        try scratch.write("bin/squeue", "#!/bin/sh\ncat <<'E'\n\(text)\nE\n", executable: true)
        try scratch.write("bin/sacct", "#!/bin/sh\necho \"$@\" >>'\(scratch.path)/sacct'\n", executable: true)
        let transport = LocalTransport(path: ["\(scratch.path)/bin"])
        var jobs = try [1, 2, 3, 5, 6].map { try ObservedJob(jobID: #require(SlurmJobID(UInt32($0))), key: "ff-\($0)") }
        jobs.append(ObservedJob(jobID: try #require(SlurmJobID(4)), key: "ff-4", taskIndices: [1, 2, 3]))
        let observation = try await transport.run(Observe(jobs, shell: RemoteShell(marker: marker)))
        #expect(try scratch.text("sacct").contains("-j 2,3,4,5,6 "))
        let sightings = Sightings.merge(jobs, observation)
        // The number belongs to another living job now: whether ours is gone, the accounting was not fully asked.
        #expect(sightings[jobs[2].jobID] == .notVisible(queueAnswered: true, accountingAnswered: false))
        #expect(sightings[jobs[3].jobID] == .notVisible(queueAnswered: true, accountingAnswered: true))
        _ = try await transport.run(Observe([jobs[0]], shell: RemoteShell(marker: marker)))
        #expect(try scratch.text("sacct").split(separator: "\n").count == 1)
    }
}
