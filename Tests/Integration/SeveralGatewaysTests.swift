import Documents
import Foundation
import Storage
import Testing

/// Several gateways on one PostgreSQL and one home folder: any of them can die, nothing is lost, nothing happens twice.
@Suite("Several gateways", .serialized, .timeLimit(.minutes(5)))
struct SeveralGatewaysTests {
    private static let manifest = "name: several\ncommand: sleep 1\nresources: {memory: 20M, walltime: 2m}"

    private func waitUntilUp(_ gateway: GatewayProcess) async throws {
        try await eventually("the site is up") {
            try await API(gateway).get("/api/v1/sites/a").json["state"] == "up"
        }
    }

    private func expectOne(_ id: String, _ gateway: GatewayProcess) async throws {
        let job = try await API(gateway).wait(id)
        #expect(job["state"] == "completed", "\(job.jsonText)")
        let count = try await TestCluster.count(named: "ff-admin-\(id)-1")
        #expect(count == 1, "\(gateway.log.suffix(20_000))")
    }

    // MARK: - Together

    @Test("started at the same moment on an empty database, both come up and know the same token")
    func startTogether() async throws {
        try await SharedInstallation.with { installation in
            let gateways = try (0..<3).map { _ in try installation.gateway() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for gateway in gateways { group.addTask { try await gateway.start() } }
                try await group.waitForAll()
            }
            let token = try #require(gateways.first).token
            for gateway in gateways {
                #expect(try await API(gateway).get("/api/v1/jobs", token: token).status == 200)
            }
        }
    }

    @Test("one Idempotency-Key at both at the same moment is one job; a cancellation at the other counts")
    func oneFace() async throws {
        try await SharedInstallation.with { installation in
            let first = try await installation.gateway().start()
            let second = try await installation.gateway().start()
            let apis = [API(first), API(second)]
            var ids: Set<String> = []
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        try await apis[number % 2].submit(Self.manifest, headers: ["Idempotency-Key": "same"])
                    }
                }
                for try await id in group { ids.insert(id) }
            }
            #expect(ids.count == 1)
            try await expectOne(try #require(ids.first), second)

            let long = try await apis[0].submit(
                "name: several\ncommand: sleep 300\nresources: {memory: 20M, walltime: 10m}"
            )
            try await apis[1].wait(long, for: ["running"])
            #expect(try await apis[1].post("/api/v1/jobs/\(long)/cancel", "").status < 300)
            #expect(try await apis[0].wait(long)["state"] == "cancelled")
        }
    }

    @Test("another home folder on the same database is refused, with the way out")
    func otherHome() async throws {
        try await SharedInstallation.with { installation in
            let first = try await installation.gateway().start()
            let other = try SharedInstallation(uri: installation.uri)
            let second = try other.gateway()
            let refusal = await #expect(throws: StartFailure.self) { try await second.start() }
            let log = refusal?.log ?? ""
            #expect(log.contains("share one home folder"), "\(log)")
            // What the message says to do helps.
            let name = try String(contentsOfFile: installation.home + "/installation.key", encoding: .utf8)
            try name.write(toFile: other.home + "/installation.key", atomically: true, encoding: .utf8)
            try await second.start()
            // The key of the log stayed in the old folder: jobs run, and it is told why nothing is certified.
            #expect(second.log.contains("bring it back from a backup"))
            first.stop()
        }
    }

    @Test("two gateways look at a site no more often than one")
    func onePoller() async throws {
        try await SharedInstallation.with { installation in
            let site = TestCluster.site().replacing("fastest: 300ms, slowest: 2s", with: "fastest: 1s, slowest: 1s")
            let first = try await installation.gateway(sites: site).start()
            let id = try await API(first).submit(
                "name: several\ncommand: sleep 300\nresources: {memory: 20M, walltime: 10m}"
            )
            try await API(first).wait(id, for: ["running"])
            let alone = try await looks([first], during: .seconds(10))
            let second = try await installation.gateway(sites: site).start()
            try await eventually("the second gateway looks, too") { try await looks([second]) > 1 }
            let together = try await looks([first, second], during: .seconds(10))
            print("looks in 10 s: \(alone) by one gateway, \(together) by two")
            #expect(together >= 5)
            #expect(together <= alone + 2)
            _ = try await API(second).post("/api/v1/jobs/\(id)/cancel", "")
            try await API(first).wait(id)
        }
    }

    private func looks(_ gateways: [GatewayProcess]) async throws -> Int {
        var sum = 0
        for gateway in gateways {
            let page = try await API(gateway).get("/metrics").text
            let number = page.firstMatch(of: /farfield_site_looks_total\{site="a"\} ([0-9]+)/)?.output.1
            sum += number.flatMap { Int($0) } ?? 0
        }
        return sum
    }

    private func looks(_ gateways: [GatewayProcess], during time: Duration) async throws -> Int {
        let before = try await looks(gateways)
        try await Task.sleep(for: time)
        return try await looks(gateways) - before
    }

    // MARK: - Take-over

    @Test("a killed gateway's submission goes on at another within seconds")
    func killedWhileSubmitting() async throws {
        try await SharedInstallation.with { installation in
            let proxy = try Proxy(before: TestCluster.portA)
            let first = try await installation.gateway(sites: TestCluster.site(port: proxy.port)).start()
            try await waitUntilUp(first)
            proxy.set(.holdUp)
            let id = try await API(first).submit(Self.manifest)
            try await API(first).wait(id, for: ["staging"], within: .seconds(30))
            let second = try await installation.gateway().start()
            first.stop(with: SIGKILL)
            let killed = ContinuousClock.now
            // Well below the half minute that a lease of SQLite's lasts.
            try await API(second).wait(id, for: finalStates.union(["pending", "running"]), within: .seconds(15))
            print("taken over \(ContinuousClock.now - killed) after the kill")
            try await expectOne(id, second)
        }
    }

    @Test("under load one gateway is killed and comes back: every accepted job runs once")
    func killedUnderLoad() async throws {
        try await SharedInstallation.with { installation in
            let gateways = try (0..<2).map { _ in try installation.gateway() }
            for gateway in gateways { try await gateway.start() }
            let clients = SubmittingClients()
            try await clients.submit(4, to: gateways) {
                for gateway in gateways {
                    try await Task.sleep(for: .seconds(1))
                    gateway.stop(with: SIGKILL)
                    try await Task.sleep(for: .seconds(1))
                    try await gateway.start()
                }
            }
            try await clients.expectAllOnce(gateways[0])
        }
    }

    @Test(
        "frozen between 'about to submit' and the site, then woken: the other has submitted, there is one job",
        arguments: [Duration.zero, .milliseconds(500)]
    )
    func frozen(pause: Duration) async throws {
        try await SharedInstallation.with { installation in
            let proxy = try Proxy(before: TestCluster.portA)
            let first = try await installation.gateway(sites: TestCluster.site(port: proxy.port)).start()
            try await waitUntilUp(first)
            proxy.set(.holdUp)
            let id = try await API(first).submit(Self.manifest)
            try await API(first).wait(id, for: ["staging"], within: .seconds(30))
            // At once: the command is not sent yet. Later: it lies in the proxy.
            try await Task.sleep(for: pause)
            first.signal(SIGSTOP)
            let second = try await installation.gateway().start()
            try await API(second).wait(id, for: finalStates.union(["pending", "running"]), within: .seconds(15))
            proxy.set(.pass)
            first.signal(SIGCONT)
            try await eventually("the woken gateway notices") { first.log.contains("lease of a task was lost") }
            try await expectOne(id, second)
            try await expectOne(id, first)
            let events = try await API(first).get("/api/v1/jobs/\(id)/events").json["items"]?.arrayValue ?? []
            let states = events.filter { $0["type"] == "job.state" }.compactMap { $0["state"]?.stringValue }
            #expect(Set(states).count == states.count, "\(states)")
        }
    }

    // MARK: - Events

    @Test("events reach subscribers at the other gateway, once and in order, over lost listeners and resumptions")
    func events() async throws {
        try await SharedInstallation.with { installation in
            let first = try await installation.gateway().start()
            let second = try await installation.gateway().start()
            let (here, there) = (API(first), API(second))
            var ids: [String] = []
            for _ in 0..<4 { ids.append(try await here.submit(Self.manifest)) }
            let sse = ["Accept": "text/event-stream"]
            try await withThrowingTaskGroup(of: (String, [Int]).self) { group in
                for id in ids {
                    group.addTask {
                        (id, Self.numbers(try await there.get("/api/v1/jobs/\(id)/events", headers: sse).text))
                    }
                }
                let cut = try await installation.sql(
                    """
                    SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE 'LISTEN%'
                    """
                )
                #expect(cut.count >= 2)
                for try await (id, numbers) in group {
                    let count = try await here.get("/api/v1/jobs/\(id)/events").json["items"]?.arrayValue?.count
                    #expect(numbers == Array(1...(count ?? 1)))
                }
            }
            let id = try #require(ids.first)
            let all = Self.numbers(try await here.get("/api/v1/jobs/\(id)/events", headers: sse).text)
            let rest = try await there.get(
                "/api/v1/jobs/\(id)/events",
                headers: sse.merging(["Last-Event-ID": "2"]) { $1 }
            )
            #expect(Self.numbers(rest.text) == Array(all.dropFirst(2)))
        }
    }

    private static func numbers(_ stream: String) -> [Int] {
        stream.split(separator: "\n").filter { $0.hasPrefix("id: ") }.compactMap { Int($0.dropFirst(4)) }
    }
}
