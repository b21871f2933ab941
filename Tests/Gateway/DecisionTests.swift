import Documents
import Foundation
import Slurm
import Testing

@testable import Gateway

@Suite("Decisions")
struct DecisionTests {
    @Test(
        "What each of Slurm's ends means",
        arguments: [
            (.completed, .completed, nil), (.failed, .failed, .failed), (.cancelled, .cancelled, nil),
            (.timedOut, .timedOut, .timeout), (.deadlineMissed, .timedOut, .timeout),
            (.outOfMemory, .failed, .outOfMemory), (.nodeFailed, .failed, .nodeFailure),
            (.preempted, .failed, .preempted), (.revoked, .cancelled, nil),
        ] as [(SlurmState.Ending, JobState, JobManifest.Retries.Cause?)]
    )
    func endings(ending: SlurmState.Ending, state: JobState, cause: JobManifest.Retries.Cause?) {
        let result = EndingRules.ending(ending, exitCode: 0, signal: nil, cancelledBy: nil)
        #expect(result.state == state)
        #expect(result.cause == cause)
    }

    @Test("A job waits for the jobs it depends on, and is cancelled when one cannot satisfy it")
    func dependencies() {
        #expect(Prepare.verdict([]) == .ready)
        #expect(Prepare.verdict([("job_a", .afterok, .completed), ("job_b", .afterany, .failed)]) == .ready)
        #expect(
            Prepare.verdict([("job_a", .afterok, .failed)])
                == .dependencyFailed(reason: "It depends on job_a (afterok), which is failed.")
        )
        #expect(
            Prepare.verdict([("job_a", .afterok, .running)]) == .waits(reason: "Waits for job_a, which is running.")
        )
    }

    static func site(_ name: String) -> SiteConfiguration {
        SiteConfiguration(
            name: name,
            host: "h",
            port: 22,
            user: "u",
            privateKey: "k",
            passphraseFile: nil,
            knownHosts: "kh",
            workFolder: "/w",
            maxSessions: 5,
            searchPath: [],
            partition: nil,
            account: nil,
            qos: nil,
            pollFastest: .seconds(1),
            pollSlowest: .seconds(30),
            resubmitAfter: .seconds(60),
            commandDeadline: .seconds(60),
            isChosenByGateway: true
        )
    }

    private static func candidate(_ name: String, _ state: SiteState?, _ partitions: [String], jobs: Int)
        -> Placement.Candidate
    {
        let now = Timestamp(seconds: 1)
        let record = state.map {
            SiteRecord(state: $0, reason: nil, since: now, observedAt: now, partitions: partitions)
        }
        return .init(site: site(name), record: record, activeJobs: jobs)
    }

    @Test("A job without a site goes where the partition is, then where it is up, then where least is going on")
    func placement() {
        let candidates = [
            Self.candidate("down", .down, ["normal"], jobs: 0), Self.candidate("busy", .up, ["normal"], jobs: 9),
            Self.candidate("free", .up, ["normal"], jobs: 1), Self.candidate("gpu", .up, ["gpu"], jobs: 50),
        ]
        #expect(Placement.choose(partition: "normal", among: candidates)?.name == "free")
        #expect(Placement.choose(partition: "gpu", among: candidates)?.name == "gpu")
        #expect(Placement.choose(partition: nil, among: []) == nil)
    }

    @Test("Looks are fast while something changes and slow when nothing does, within the site's limits")
    func intervals() {
        let site = Self.site("a")
        var job = sampleJob()
        func next(after seconds: Int64, changed: Int = 0, cost: Duration = .zero) -> Duration {
            PollInterval.next(
                jobs: [job],
                changed: changed,
                isUp: true,
                cost: cost,
                site: site,
                now: Timestamp(seconds: 1_800_000_000 + seconds)
            )
        }
        #expect(next(after: 1) == .seconds(1))
        #expect(next(after: 60) == .seconds(1))
        #expect(next(after: 600) == .seconds(10))
        #expect(next(after: 1, cost: .milliseconds(700)) == .milliseconds(3500))
        #expect(next(after: 100_000) == .seconds(30))
        #expect(next(after: 100_000, changed: 1) == .seconds(1))
        job.cancelRequestedAt = job.createdAt
        #expect(next(after: 100_000) == .seconds(1))
        #expect(
            PollInterval.next(jobs: [], changed: 0, isUp: true, cost: .zero, site: site, now: job.createdAt)
                == PollInterval.idle
        )
        #expect(
            PollInterval.next(jobs: [], changed: 0, isUp: false, cost: .zero, site: site, now: job.createdAt)
                == .seconds(30)
        )
    }

    @Test("Ids sort by their time and are read back strictly")
    func identifiers() throws {
        var random = SystemRandomNumberGenerator()
        let ids = (0..<50).map { JobID(at: Timestamp(seconds: 1_700_000_000 + $0 * 7), random: &random).text }
        #expect(ids == ids.sorted())
        #expect(JobID(ids[0])?.text == ids[0])
        for bad in ["", "job_", "job_" + String(repeating: "u", count: 26), ids[0].uppercased(), ids[0] + "0"] {
            #expect(JobID(bad) == nil)
        }
    }

    @Test("A configuration's faults are told with their lines")
    func configurationFaults() throws {
        let yaml = """
            listen: nowhere
            colour: red
            sites:
              - name: a
                host: h
                user: u
                privateKey: k
                workFolder: ~/a b
                port: 99999
              - name: b
            """
        var faults: [Fault] = []
        do {
            _ = try ConfigurationReader.read(try Document(yaml: yaml))
        } catch let error as ConfigurationError {
            if case .faults(let found) = error { faults = found }
        }
        #expect(
            Set(faults.map { "\($0.line ?? 0) \($0.path)" })
                == [
                    "2 /colour", "1 /listen", "8 /sites/0/workFolder", "9 /sites/0/port", "10 /sites/1/host",
                    "10 /sites/1/user", "10 /sites/1/privateKey",
                ]
        )
    }

    @Test("The example configuration is one")
    func exampleConfiguration() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("config/farfield.yaml"), encoding: .utf8)
        let configuration = try ConfigurationReader.read(try Document(yaml: text))
        #expect(configuration.sites.map(\.name) == ["local"])
        #expect(configuration.limits == .standard)
    }
}
