import Foundation
import Slurm
import Testing

@Suite struct ClusterTests {
    @Test func hostileValuesArriveInARealJob() async throws {
        let cluster = try Cluster()
        let key = cluster.key("hostile")
        var request = BatchScriptRequest(
            key: key,
            command: .words(["/usr/bin/python3", "dump.py", "-rf", "$(touch pwned)", "a\r\nb", "../.."])
        )
        request.title = "a \"title\" with `quotes` \\ and 'more' #hash"
        request.directives.walltimeSeconds = 60
        request.parameters = Hostile.values.enumerated().map { .init("p\($0)", $1) }
        request.environment = Hostile.values.enumerated().map { .init("E\($0)", $1) }
        let script = try Templates.named("cpu").render(request)
        let dump = """
            import os, sys, json
            environment = {k: list(os.fsencode(v)) for k, v in os.environ.items()}
            arguments = [list(os.fsencode(a)) for a in sys.argv[1:]]
            json.dump({'e': environment, 'a': arguments}, open('dump.json', 'w'))
            """
        let id = try await cluster.submit(script, key: key, files: [.init(path: "dump.py", bytes: Array(dump.utf8))])
        let seen = try await cluster.wait(ObservedJob(jobID: id, key: key))
        #expect(seen.state.state == .completed)
        #expect(seen.exitCode == 0)
        let dumped = try JSONDecoder().decode(Dump.self, from: Data(try await cluster.file("dump.json", of: key)))
        #expect(dumped.a == ["-rf", "$(touch pwned)", "a\r\nb", "../.."].map { Array($0.utf8) })
        for (index, value) in Hostile.values.enumerated() {
            #expect(dumped.e["FARFIELD_PARAM_p\(index)"] == Array(value.utf8))
            #expect(dumped.e["E\(index)"] == Array(value.utf8))
        }
        #expect(try await cluster.file("stdout.log", of: key).isEmpty)
        #expect(try await cluster.file("stderr.log", of: key).isEmpty)
    }

    private struct Dump: Decodable {
        var e: [String: [UInt8]]
        var a: [[UInt8]]
    }

    @Test func exitCodeAndSignalAreTold() async throws {
        let cluster = try Cluster()
        for (line, state, code, signal) in [
            ("exit 3", SlurmState.failed, 3, 0), ("kill -SEGV $$", .failed, 0, 11),
        ] {
            let key = cluster.key("exit")
            let script = try Templates.named("cpu").render(BatchScriptRequest(key: key, command: .line(line)))
            let id = try await cluster.submit(script, key: key)
            let seen = try await cluster.wait(ObservedJob(jobID: id, key: key))
            #expect(seen.state.state == state)
            #expect([seen.exitCode, seen.signal] == [code, signal])
            #expect(seen.startTime != nil && seen.endTime != nil && seen.nodes != nil)
        }
    }

    @Test func templatesRun() async throws {
        let cluster = try Cluster()
        var requests: [(String, BatchScriptRequest, String)] = []
        var gpu = BatchScriptRequest(key: "", command: .line("echo \"$SLURM_JOB_GPUS\""))
        gpu.directives.partition = "gpu-a100"
        gpu.directives.gpu = .init(type: "a100", count: 1)
        requests.append(("gpu", gpu, "0\n"))
        var container = BatchScriptRequest(key: "", command: .line("pwd; cat input.txt; echo out >made"))
        container.container = .init(
            image: try Cluster.folder() + "/images/busybox",
            binds: [.init(source: "/tmp", destination: "/home")]
        )
        requests.append(("container", container, "/mnt\nhello\n"))
        var mpi = BatchScriptRequest(key: "", command: .words(["/bin/echo", "-n", "x"]))
        mpi.directives.nodes = 2
        mpi.directives.tasks = 4
        mpi.environment = [.init("GREETING", "x")]
        requests.append(("mpi", mpi, "xxxx"))
        requests.append(("python", BatchScriptRequest(key: "", command: .words(["run.py", "a b"])), "a b\n"))
        requests.append(
            (
                "cpu", BatchScriptRequest(key: "", command: .script(fileName: "user-script", hasInterpreter: false)),
                "script\n"
            )
        )
        for (name, request, output) in requests {
            var request = request
            let key = cluster.key(name)
            request.key = key
            let id = try await cluster.submit(
                Templates.named(name).render(request),
                key: key,
                files: [
                    .init(path: "input.txt", bytes: Array("hello\n".utf8)),
                    .init(path: "run.py", bytes: Array("import sys; print(sys.argv[1])".utf8)),
                    .init(path: "user-script", bytes: Array("echo script\n".utf8), isExecutable: true),
                ]
            )
            let seen = try await cluster.wait(ObservedJob(jobID: id, key: key))
            let errors = String(decoding: try await cluster.file("stderr.log", of: key), as: UTF8.self)
            #expect(seen.state.state == .completed, "\(name): \(errors)")
            #expect(String(decoding: try await cluster.file("stdout.log", of: key), as: UTF8.self) == output)
        }
    }

    @Test func arrayTasksAreSeenOneByOne() async throws {
        let cluster = try Cluster()
        let key = cluster.key("array")
        var request = BatchScriptRequest(key: key, command: .line("exit $(( FARFIELD_TASK_INDEX == 4 ? 7 : 0 ))"))
        request.directives.array = try ArraySpec("0-6:2,9%2")
        let id = try await cluster.submit(Templates.named("array").render(request), key: key)
        let job = ObservedJob(jobID: id, key: key, taskIndices: [0, 2, 4, 6, 9])
        let seen = try await cluster.wait(job)
        #expect(seen.tasks.keys.sorted() == [0, 2, 4, 6, 9])
        #expect(seen.tasks[4]?.exitCode == 7)
        #expect(seen.tasks[6]?.state.state == .completed)
        #expect(seen.state.state == .failed)
        #expect(try await cluster.file("stdout-4.log", of: key).isEmpty)
    }

    @Test func cancelledBeforeItStarts() async throws {
        let cluster = try Cluster()
        let key = cluster.key("cancel")
        var request = BatchScriptRequest(key: key, command: .line("true"))
        request.directives.beginTime = Int(Date().timeIntervalSince1970) + 3600
        request.directives.array = try ArraySpec("1-5")
        let id = try await cluster.submit(Templates.named("array").render(request), key: key)
        let job = ObservedJob(jobID: id, key: key, taskIndices: [1, 2, 3, 4, 5])
        let waiting = try await cluster.wait(job) { $0.state.state == .pending && $0.reason == "BeginTime" }
        #expect(waiting.tasks.count == 5)
        #expect(
            try await cluster.transport.run(Cancel([.init(jobID: id, taskIndex: 3)], shell: cluster.shell())) == [
                .accepted
            ]
        )
        let one = try await cluster.wait(job) { $0.tasks[3]?.state.state == .cancelled }
        #expect(one.state.state == .pending)
        #expect(try await cluster.transport.run(Cancel([.init(jobID: id)], shell: cluster.shell())) == [.accepted])
        let all = try await cluster.wait(job) { $0.state.state == .cancelled }
        #expect(all.tasks.values.allSatisfy { $0.state.state == .cancelled })
        #expect(try await cluster.transport.run(Cancel([.init(jobID: id)], shell: cluster.shell())) == [.accepted])
    }

    @Test func refusalsAndForeignJobs() async throws {
        let cluster = try Cluster()
        let key = cluster.key("refused")
        var request = BatchScriptRequest(key: key, command: .line("true"))
        request.directives.partition = "nosuch"
        let entry = DeliverAndSubmit.Entry(
            key: key,
            files: [.init(path: "job.sh", bytes: Array(try Templates.named("cpu").render(request).utf8))],
            script: "job.sh",
            resubmits: false
        )
        guard
            case .refused(let refusal) = try await cluster.transport.run(
                DeliverAndSubmit([entry], root: cluster.root, shell: cluster.shell())
            ).first
        else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == "invalid-partition")
        let now = Int(Date().timeIntervalSince1970)
        #expect(
            try await cluster.transport.run(FindByName(keys: [key], since: now - 60, shell: cluster.shell())) == [
                .absent
            ]
        )
    }

    @Test func foundByNameAtOnce() async throws {
        let cluster = try Cluster()
        let key = cluster.key("found")
        let now = Int(Date().timeIntervalSince1970)
        let id = try await cluster.submit(
            Templates.named("cpu").render(BatchScriptRequest(key: key, command: .line("true"))),
            key: key
        )
        let found = try await cluster.transport.run(FindByName(keys: [key], since: now - 60, shell: cluster.shell()))
        #expect(found == [.found([id])])
    }

    @Test func foldersWithAwkwardNamesWork() async throws {
        let cluster = try Cluster()
        let key = cluster.key("folder")
        let home = "/home/researcher1/slurm-tests/a \"b\" 'c' #d $e *é"
        var request = BatchScriptRequest(key: key, command: .line("pwd"))
        request.folder = "\(home)/\(key)"
        let entry = DeliverAndSubmit.Entry(
            key: key,
            files: [.init(path: "job.sh", bytes: Array(try Templates.named("cpu").render(request).utf8))],
            script: "job.sh",
            resubmits: false
        )
        let result = try await cluster.transport.run(DeliverAndSubmit([entry], root: home, shell: cluster.shell()))
            .first
        let id = try #require(acceptedID(result).flatMap { SlurmJobID($0) }, "\(String(describing: result))")
        #expect(try await cluster.wait(ObservedJob(jobID: id, key: key)).state.state == .completed)
        let listing = try await cluster.transport.run(
            ListOutputs(folder: "\(home)/\(key)", patterns: [try Glob("*.log")], shell: cluster.shell())
        )
        #expect(listing.files.map(\.name) == ["sbatch.log", "stderr.log", "stdout.log"])
        #expect(listing.files.last?.size == home.utf8.count + key.utf8.count + 2)
    }

    @Test func fiftyJobsTravelTogetherAndASecondTryAddsNone() async throws {
        let cluster = try Cluster()
        let keys = (0..<50).map { cluster.key("batch\($0)") }
        let script = Array(try Templates.named("cpu").render(BatchScriptRequest(command: .words(["true"]))).utf8)
        let entries = keys.map {
            DeliverAndSubmit.Entry(
                key: $0,
                files: [.init(path: "job.sh", bytes: script)],
                script: "job.sh",
                resubmits: false
            )
        }
        let first = try await cluster.transport.run(
            DeliverAndSubmit(entries, root: cluster.root, shell: cluster.shell())
        ).map(acceptedID)
        let second = try await cluster.transport.run(
            DeliverAndSubmit(entries, root: cluster.root, shell: cluster.shell())
        ).map(acceptedID)
        #expect(Set(first.compactMap(\.self)).count == 50)
        #expect(first == second)
        let jobs = try zip(first, keys).map { number, key in
            ObservedJob(jobID: try #require(number.flatMap { SlurmJobID($0) }), key: key)
        }
        let observation = try await cluster.transport.run(Observe(jobs, shell: cluster.shell()))
        let sightings = Sightings.merge(jobs, observation)
        for job in jobs {
            guard case .visible = sightings[job.jobID] else {
                Issue.record("\(job) is not visible")
                continue
            }
        }
    }

    @Test func siteCheckSeesTheSite() async throws {
        let cluster = try Cluster()
        let report = try await cluster.transport.run(CheckSite(root: cluster.root, shell: cluster.shell()))
        #expect(report.missingPrograms.isEmpty)
        #expect(report.slurmVersion?.hasPrefix("slurm") == true)
        #expect(report.controllerProblem == nil)
        #expect(report.accountingProblem == nil)
        #expect(report.folder == "/home/researcher1/slurm-tests")
        #expect((report.freeBytes ?? 0) > 0)
        #expect(
            report.partitions.contains { $0.name == "normal" && $0.timeLimitSeconds == 172_800 && $0.cpusPerNode > 0 }
        )
        #expect(report.partitions.contains { $0.gres.hasPrefix("gpu:a100") })
        #expect(report.associations.contains { $0.account == "tg-bio1" && $0.qos.contains("normal") })
        #expect(report.configuration["ClusterName"] == "sitea")
        #expect(report.profileMilliseconds != nil)
    }
}
