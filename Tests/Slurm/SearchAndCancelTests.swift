import Slurm
import Testing

@Suite struct SearchAndCancelTests {
    private let marker = "aMarkerNobodyGuesses1234"

    private func find(
        _ keys: [String] = ["key"],
        squeue: String,
        sacct: String,
        since: Int = 1_795_200_000,
        secondLookAfter: Int? = nil
    ) async throws -> [FindByName.Finding] {
        let scratch = try Scratch()
        for (name, body) in [("squeue", squeue), ("sacct", sacct)] {
            try scratch.write("bin/\(name)", "#!/bin/sh\n\(body)\n", executable: true)
        }
        let transport = LocalTransport(path: ["\(scratch.path)/bin"])
        let command = try FindByName(
            keys: keys,
            since: since,
            secondLookAfter: secondLookAfter,
            shell: RemoteShell(marker: marker)
        )
        return try await transport.run(command)
    }

    private func found(_ numbers: UInt32...) -> [FindByName.Finding] {
        [.found(numbers.compactMap { SlurmJobID($0) })]
    }

    @Test func foundInEither() async throws {
        #expect(try await find(squeue: "echo '7|key'", sacct: "exit 1") == found(7))
        #expect(try await find(squeue: ":", sacct: "echo '9_4|key|COMPLETED|0:0|a-n1'") == found(9))
        #expect(try await find(squeue: "echo '7|key'", sacct: "echo '8|key|RUNNING|0:0|a-n1'") == found(7, 8))
        #expect(try await find(squeue: "echo '7|other'", sacct: ":") == [.absent])
    }

    @Test func absentOnlyWhenBothSaySo() async throws {
        #expect(try await find(squeue: ":", sacct: ":") == [.absent])
        for (squeue, sacct) in [
            ("echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1", ":"),
            (":", "echo 'sacct: error: Problem talking to the database: Connection refused' >&2; exit 1"),
        ] {
            guard case .unknown = try await find(squeue: squeue, sacct: sacct).first else {
                Issue.record("expected unknown")
                continue
            }
        }
    }

    @Test func manyKeysInOneSearch() async throws {
        let findings = try await find(["a", "b", "c"], squeue: "echo '7|c'", sacct: "echo '5|a|FAILED|1:0|n1'")
        #expect(findings == found(5) + [.absent] + found(7))
    }

    @Test func secondLookSeesWhatTheFirstDidNot() async throws {
        let scratch = try Scratch()
        let late = "[ -e \(scratch.path)/asked ] && echo '7|key'; echo >\(scratch.path)/asked"
        #expect(try await find(squeue: late, sacct: ":", secondLookAfter: 0) == found(7))
        // Both looks must have been answered before anything counts as absent.
        let flapping = "[ -e \(scratch.path)/twice ] || { echo >\(scratch.path)/twice; echo no >&2; exit 1; }"
        guard case .unknown = try await find(squeue: flapping, sacct: ":", secondLookAfter: 0).first else {
            Issue.record("expected unknown")
            return
        }
    }

    @Test func recordOfARefusalIsNoJob() async throws {
        #expect(try await find(squeue: ":", sacct: "echo '26|key|FAILED|1:0|None assigned'") == [.absent])
        #expect(try await find(squeue: ":", sacct: "echo '26|key|FAILED|1:0|a-n1'") == found(26))
    }

    @Test func siteWithoutAccountingIsBelievedForAWhile() async throws {
        let disabled = "echo 'Slurm accounting storage is disabled' >&2; exit 1"
        #expect(try await find(squeue: ":", sacct: disabled, since: .max / 2) == [.absent])
        guard case .unknown = try await find(squeue: ":", sacct: disabled, since: 0).first else {
            Issue.record("expected unknown")
            return
        }
    }

    @Test func cancelResults() async throws {
        let scratch = try Scratch()
        try scratch.write(
            "bin/scancel",
            """
            #!/bin/sh
            error='scancel: error: Kill job error on job id'
            case $1 in
            1) exit 0 ;;
            2) echo "$error 2: Access/permission denied" >&2; exit 210 ;;
            3_4) echo "$error 3_4: Job/step already completing or completed" >&2; exit 1 ;;
            *) echo "$error 5: Unable to contact slurm controller (connect failure)" >&2; exit 8 ;;
            esac
            """,
            executable: true
        )
        func id(_ number: UInt32) throws -> SlurmJobID { try #require(SlurmJobID(number)) }
        let command = Cancel(
            try [
                .init(jobID: id(1)), .init(jobID: id(2)), .init(jobID: id(3), taskIndex: 4), .init(jobID: id(5)),
                .init(jobID: id(1)),
            ],
            shell: try RemoteShell(marker: marker)
        )
        let results = try await LocalTransport(path: ["\(scratch.path)/bin"]).run(command)
        #expect(results[0] == .accepted)
        guard case .notPermitted = results[1] else {
            Issue.record("\(results)")
            return
        }
        #expect(results[2] == .accepted)
        // The controller is away: the rest is not even tried.
        for result in results[3...] {
            guard case .unknown = result else {
                Issue.record("\(results)")
                return
            }
        }
    }

    @Test(arguments: [
        "short", "has space and is long", "", "brace}marker1234567890", String(repeating: "a", count: 65),
    ])
    func markersAreChecked(marker: String) {
        #expect(throws: SlurmError.self) { try RemoteShell(marker: marker) }
    }
}
