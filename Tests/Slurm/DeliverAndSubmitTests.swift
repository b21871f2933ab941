import Foundation
import Slurm
import Testing

@Suite struct DeliverAndSubmitTests {
    @Test func submitsOnceAndAnswersTheSameAgain() async throws {
        let toy = try ToySbatch()
        let first = try await toy.submit(toy.entry("ff-1-1"))
        let second = try await toy.submit(toy.entry("ff-1-1", script: "#!/bin/bash\nchanged\n"))
        #expect(acceptedID(first.first) == 101, "\(first)")
        #expect(acceptedID(second.first) == 101)
        #expect(toy.calls == 1)
        #expect(try toy.scratch.text("jobs/ff-1-1/jobid") == "101\n")
        #expect(!toy.scratch.exists("jobs/ff-1-1/submitting"))
        // A job that may be running keeps the files it was submitted with.
        #expect(try toy.scratch.text("jobs/ff-1-1/job.sh") == "#!/bin/bash\ntrue\n")
    }

    @Test func readsTheClusterAndSkipsChatter() async throws {
        let toy = try ToySbatch(answer: "echo 'sbatch: lua: have a nice day'; echo '77;siteb'")
        #expect(
            try await toy.submit(toy.entry("k")) == [.accepted(jobID: try #require(SlurmJobID("77")), cluster: "siteb")]
        )
    }

    @Test func deliversBytesExactly() async throws {
        let toy = try ToySbatch()
        let all = (0...255).map { UInt8($0) }
        var entry = toy.entry("bytes")
        entry.files += [
            .init(path: "a b/'quoted' $(x)\".bin", bytes: Array(repeating: all, count: 900).flatMap { $0 }),
            .init(path: "-rf", bytes: [], isExecutable: true),
        ]
        #expect(acceptedID(try await toy.submit(entry).first) == 101)
        #expect(
            try toy.scratch.bytes("jobs/bytes/a b/'quoted' $(x)\".bin")
                == Array(repeating: all, count: 900).flatMap { $0 }
        )
        #expect(try toy.scratch.bytes("jobs/bytes/-rf").isEmpty)
    }

    @Test func truncatedScriptRunsNothing() async throws {
        let toy = try ToySbatch()
        let command = try toy.command([toy.entry("cut"), toy.entry("cut2")])
        let end = command.input.count - 3
        for cut in Set(stride(from: 1, to: end, by: end / 40)).union([end, end - 1]) {
            var transport = toy.transport
            transport.deliveredBytes = cut
            let results = try await transport.run(command)
            #expect(results.allSatisfy { if case .unknown = $0 { true } else { false } }, "cut at \(cut)")
        }
        #expect(toy.calls == 0)
        #expect(!toy.scratch.exists("jobs"))
    }

    @Test func twoDeliveriesAtOnceSubmitOnce() async throws {
        let toy = try ToySbatch(answer: "sleep 0.3; echo 5")
        async let one = toy.submit(toy.entry("race"))
        async let two = toy.submit(toy.entry("race"))
        #expect(try await acceptedID(one.first) == 5)
        #expect(try await acceptedID(two.first) == 5)
        #expect(toy.calls == 1)
    }

    /// A command whose connection is gone goes on: that its answers reach nobody must not change what it does.
    @Test func submitsOnceThoughNobodyHearsTheAnswers() async throws {
        let toy = try ToySbatch()
        // The reader hears the beginning, and is gone when the work begins.
        var deaf = toy.transport
        deaf.loginShell = ["/bin/bash", "-c", #"/bin/bash -c "$0" | head -c 1"#]
        try toy.scratch.write("bin/mkdir", "#!/bin/sh\nsleep 0.3; exec /bin/mkdir \"$@\"\n", executable: true)
        let entries = ["heard", "unheard"].map { toy.entry($0) }
        #expect(acceptedID(try await toy.submit(entries[0]).first) == 101)
        for _ in 0..<2 { _ = try await deaf.raw(try toy.command(entries)) }
        #expect(toy.calls == 2)
        #expect(try await toy.submit(entries).map(acceptedID) == [101, 102])
        #expect(toy.calls == 2)
    }

    @Test func worksWithoutFlock() async throws {
        let toy = try ToySbatch(answer: "sleep 0.3; echo 5")
        // A flock that fails as on a file system without locks.
        try toy.scratch.write("bin/flock", "#!/bin/sh\nexit 71\n", executable: true)
        async let one = toy.submit(toy.entry("race"))
        async let two = toy.submit(toy.entry("race"))
        #expect(try await [acceptedID(one.first), acceptedID(two.first)] == [5, 5])
        #expect(toy.calls == 1)
    }

    @Test func markerOfALostTryMakesItUnknownUntilToldToResubmit() async throws {
        let toy = try ToySbatch(answer: "kill -9 $PPID; sleep 0.2; echo 9")
        let lost = try await toy.submit(toy.entry("lost"))
        #expect(acceptedID(lost.first) == nil)
        let again = try await toy.submit(toy.entry("lost"))
        guard case .unknown(let reason) = again.first else {
            Issue.record("\(again)")
            return
        }
        #expect(reason.contains("former try"))
        #expect(toy.calls == 1)
        try toy.scratch.write("bin/sbatch", "#!/bin/sh\necho 10\n", executable: true)
        #expect(acceptedID(try await toy.submit(toy.entry("lost", resubmits: true)).first) == 10)
    }

    @Test func jobThatAnotherCommandWorksOnIsUnknown() async throws {
        let toy = try ToySbatch()
        // A session of a machine without flock counts as alive while its file is young.
        try toy.scratch.write("jobs/.farfield-sessions/other", "age\n")
        try toy.scratch.write("jobs/busy/submitting", "other deliver\n")
        guard case .unknown(let reason) = try await toy.submit(toy.entry("busy"), wait: 0).first else {
            Issue.record("expected unknown")
            return
        }
        #expect(reason.contains("somebody else"))
        #expect(toy.calls == 0)
    }

    @Test(arguments: ["flock", "age"])
    func jobOfADeadDeliveryIsTakenOver(kind: String) async throws {
        let toy = try ToySbatch()
        try toy.scratch.write("jobs/.farfield-sessions/dead", "\(kind)\n")
        _ = try await execute(["/bin/touch", "-d", "-1 hour", "\(toy.scratch.path)/jobs/.farfield-sessions/dead"])
        try toy.scratch.write("jobs/half/submitting", "dead deliver\n")
        #expect(acceptedID(try await toy.submit(toy.entry("half")).first) == 101)
        // The same session had begun to submit this one: nobody knows.
        try toy.scratch.write("jobs/sent/submitting", "dead submit\n")
        guard case .unknown = try await toy.submit(toy.entry("sent")).first else {
            Issue.record("expected unknown")
            return
        }
        #expect(acceptedID(try await toy.submit(toy.entry("sent", resubmits: true)).first) == 102)
    }

    @Test func manyTakersOfOneDeadDeliverySubmitOnce() async throws {
        let toy = try ToySbatch(answer: "sleep 0.2; echo 5")
        try toy.scratch.write("jobs/half/submitting", "gone deliver\n")
        let answers = try await withThrowingTaskGroup(of: UInt32?.self) { group in
            for _ in 0..<8 { group.addTask { acceptedID(try await toy.submit(toy.entry("half")).first) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: 5, count: 8))
        #expect(toy.calls == 1)
    }

    @Test func halfWrittenIdIsNoId() async throws {
        let toy = try ToySbatch()
        try toy.scratch.write("jobs/cut/jobid", "12")
        try toy.scratch.write("jobs/cut/submitting", "gone submit\n")
        guard case .unknown = try await toy.submit(toy.entry("cut")).first else {
            Issue.record("expected unknown")
            return
        }
        #expect(toy.calls == 0)
    }

    @Test(arguments: ["/bin/dash", "/bin/bash"])
    func manyJobsInLanes(shell: String) async throws {
        let toy = try ToySbatch(answer: "echo $$")
        var transport = toy.transport
        transport.loginShell = [shell, "-c"]
        _ = try await execute(["/bin/ln", "-s", shell, "\(toy.scratch.path)/bin/sh"])
        let entries = (0..<23).map { index in
            var entry = toy.entry("many-\(index)", script: "#!/bin/bash\necho '\(index)'\n")
            entry.files.append(
                .init(path: "in put/run", bytes: Array("it's \(index)\n".utf8), isExecutable: index % 2 == 0)
            )
            return entry
        }
        try toy.scratch.write("jobs/many-7/jobid", "777\n")
        let command = try toy.command(entries)
        let results = try await transport.run(command)
        #expect(Set(results.compactMap { acceptedID($0) }).count == 23, "\(results)")
        #expect(acceptedID(results[7]) == 777)
        #expect(toy.calls == 22)
        for index in [0, 1, 22] {
            let file = "jobs/many-\(index)/in put/run"
            #expect(try toy.scratch.text(file) == "it's \(index)\n")
            #expect(FileManager.default.isExecutableFile(atPath: "\(toy.scratch.path)/\(file)") == (index % 2 == 0))
            #expect(!toy.scratch.exists("jobs/many-\(index)/submitting"))
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: "\(toy.scratch.path)/jobs/.farfield-sessions").isEmpty
        )
    }

    @Test(arguments: [
        (
            "sbatch: error: invalid partition specified: nosuch\nFAILED Invalid partition name specified",
            "invalid-partition"
        ),
        (
            "sbatch: error: AssocMaxSubmitJobLimit\nFAILED Job violates accounting/QOS policy (job submit limit, …)",
            "limit-exceeded"
        ),
        (
            "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified",
            "invalid-account"
        ),
        (
            "sbatch: error: Memory specification …\nFAILED Requested node configuration is not available",
            "no-such-nodes"
        ),
        ("sbatch: error: Batch script contains DOS line breaks (\\r\\n)", "unusable-script"),
        ("sbatch: error: Something from next year", "other"),
    ])
    func definiteRefusalRemovesTheMarker(text: String, code: String) async throws {
        let text = text.replacing("FAILED", with: "sbatch: error: Batch job submission failed:")
        let toy = try ToySbatch(answer: "cat >&2 <<'E'\n\(text)\nE\nexit 1")
        guard case .refused(let refusal) = try await toy.submit(toy.entry("no")).first else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == code)
        #expect(refusal.limit == (code == "limit-exceeded" ? "AssocMaxSubmitJobLimit" : nil))
        #expect(!toy.scratch.exists("jobs/no/submitting"))
    }

    @Test func timeoutIsUnknownAndSparesTheOthers() async throws {
        let toy = try ToySbatch(
            answer:
                "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1"
        )
        // Each of the four lanes tries one job at most; what it finds spares the rest.
        let results = try await toy.submit(toy.entries(6))
        #expect((1...4).contains(toy.calls))
        var unknown = 0
        for (index, result) in results.enumerated() {
            if case .unknown = result {
                unknown += 1
            } else if case .notSubmitted = result {
            } else {
                Issue.record("\(results)")
            }
            let isUnknown = if case .unknown = result { true } else { false }
            #expect(toy.scratch.exists("jobs/k-\(index)/submitting") == isUnknown)
        }
        #expect(unknown == toy.calls)
    }

    @Test func unreachableControllerMeansNotSubmitted() async throws {
        let toy = try ToySbatch(
            answer:
                """
                error='sbatch: error: Batch job submission failed'
                echo "$error: Unable to contact slurm controller (connect failure)" >&2
                exit 1
                """
        )
        let results = try await toy.submit(toy.entries(6))
        for result in results {
            guard case .notSubmitted = result else {
                Issue.record("\(results)")
                return
            }
        }
        #expect((1...4).contains(toy.calls))
        #expect(!toy.scratch.exists("jobs/k-0/submitting"))
    }

    @Test func oneFailingEntryDoesNotStopTheOthers() async throws {
        let toy = try ToySbatch()
        try toy.scratch.write("jobs/bad", "not a folder")
        let results = try await toy.submit(toy.entry("bad"), toy.entry("good"))
        guard case .notSubmitted(let reason) = results[0] else {
            Issue.record("\(results)")
            return
        }
        #expect(reason.contains("bad"))
        #expect(acceptedID(results[1]) == 101)
    }

    @Test func fullDiskSubmitsNothing() async throws {
        let toy = try ToySbatch()
        var entry = toy.entry("full")
        // /dev/full takes no byte: the file cannot be written whole.
        try toy.scratch.write("jobs/full/.keep", "")
        _ = try await execute(["/bin/ln", "-s", "/dev/full", "\(toy.scratch.path)/jobs/full/data"])
        entry.files.append(.init(path: "data", bytes: [1, 2, 3]))
        guard case .notSubmitted = try await toy.submit(entry).first else {
            Issue.record("expected notSubmitted")
            return
        }
        #expect(toy.calls == 0)
    }

    @Test func fileThatArrivedShortSubmitsNothing() async throws {
        let toy = try ToySbatch()
        // A decoder that loses bytes and says nothing of it.
        try toy.scratch.write("bin/base64", "#!/bin/sh\n/usr/bin/base64 -d | head -c 3\n", executable: true)
        let script = "#!/bin/bash\necho ключ\n"
        guard case .notSubmitted(let reason) = try await toy.submit(toy.entry("short", script: script)).first else {
            Issue.record("expected notSubmitted")
            return
        }
        #expect(reason.contains("checksum"))
        #expect(toy.calls == 0)
    }

    @Test func jobSeesNothingOfTheLoginShell() async throws {
        let toy = try ToySbatch()
        var transport = toy.transport
        transport.environment = [
            "SBATCH_PARTITION": "other", "SECRET": "profile", "SLURM_CONF": "/etc/x.conf", "LD_PRELOAD": "",
        ]
        _ = try await transport.run(toy.command([toy.entry("clean")]))
        let names = Set(
            try toy.scratch.text("environment").split(separator: "\n").map { String($0.prefix { $0 != "=" }) }
        )
        #expect(
            names.isSubset(of: [
                "HOME", "USER", "LOGNAME", "SHELL", "PATH", "TZ", "SLURM_CONF", "PWD", "OLDPWD", "_", "SHLVL",
            ])
        )
        #expect(names.contains("SLURM_CONF"))
    }

    @Test func profileChatterDoesNotConfuse() async throws {
        let toy = try ToySbatch()
        var transport = toy.transport
        transport.loginShell = ["/bin/sh", "-c", "echo 'Welcome'; printf 'marker begin\\n12;x'; eval \"$0\""]
        #expect(acceptedID(try await transport.run(toy.command([toy.entry("chat")])).first) == 101)
    }

    @Test func missingSbatchIsNotARefusal() async throws {
        let toy = try ToySbatch()
        var transport = toy.transport
        // Only what the script itself needs is on this path.
        _ = try await execute(["/bin/rm", "\(toy.scratch.path)/bin/sbatch"])
        let tools = ["env", "sh", "sed", "id", "base64", "cat", "cksum", "mkdir", "chmod", "rm", "flock", "find"]
        for tool in tools {
            _ = try await execute(["/bin/ln", "-s", "/usr/bin/\(tool)", "\(toy.scratch.path)/bin/\(tool)"])
        }
        transport.onlyOwnPath = true
        guard case .notSubmitted(let reason) = try await transport.run(toy.command([toy.entry("none")])).first else {
            Issue.record("expected notSubmitted")
            return
        }
        #expect(reason.contains("search path"))
    }

    @Test(arguments: ["", "../x", "a b", "-x", "a/b", "ключ", "a\n"])
    func refusesKeysThatCouldEscape(key: String) throws {
        let toy = try ToySbatch()
        #expect(throws: SlurmError.self) { try toy.command([toy.entry(key)]) }
    }

    @Test(arguments: ["../x", "/etc/passwd", "a/../b", "a//b", "", "x\ny", "jobid", ".farfield-jobid"])
    func refusesFilesThatCouldEscape(path: String) throws {
        let toy = try ToySbatch()
        var entry = toy.entry("k")
        entry.files.append(.init(path: path, bytes: []))
        #expect(throws: SlurmError.self) { try toy.command([entry]) }
    }
}
