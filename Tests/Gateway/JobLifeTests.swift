import Foundation
import Slurm
import Testing

@testable import Gateway

/// A job as the tests need it.
func sampleJob(
    retries: JobManifest.Retries = .none,
    arrayCount: Int? = nil,
    name: String = "sample",
    isStagedFirst: Bool = false
) -> Job {
    var random = SystemRandomNumberGenerator()
    let now = Timestamp(seconds: 1_800_000_000)
    return Job(
        id: JobID(at: now, random: &random),
        manifestText: #"{"command":"true","name":"sample"}"#,
        name: name,
        site: "a",
        lane: Lane(site: "a"),
        keyOwner: nil,
        template: "cpu",
        templateDigest: "sha256:0",
        script: "#!/bin/bash\n",
        scriptDigest: "sha256:0",
        owner: "admin",
        priority: 50,
        labels: [:],
        retries: retries,
        createdAt: now,
        arrayCount: arrayCount,
        isStagedFirst: isStagedFirst,
        state: .queued,
        reason: nil,
        attempt: 1,
        submission: .none,
        isStaged: false,
        cache: nil,
        firstTriedAt: nil,
        lastTriedAt: nil,
        slurm: nil,
        ending: nil,
        cancelRequestedAt: nil,
        tasks: [:],
        updatedAt: now,
        observedAt: nil,
        isInSight: false,
        finishedAt: nil,
        version: 1,
        eventCount: 1
    )
}

/// What a site might tell.
func sighting(_ phase: Sighting.Phase, state: String = "RUNNING") -> Sighting {
    var facts = SlurmFacts(jobId: "7")
    facts.state = state
    return Sighting(phase: phase, facts: facts, reason: nil, tasks: [])
}

@Suite("A job's life")
struct JobLifeTests {
    private let now = Timestamp(seconds: 1_800_000_100)

    private func walk(_ inputs: [JobInput], from start: Job? = nil) -> (job: Job, steps: [NextStep]) {
        var job = start ?? sampleJob()
        var steps: [NextStep] = []
        for input in inputs { steps = JobLife.apply(input, to: &job, at: now) }
        return (job, steps)
    }

    private let failed = JobEnding(state: .failed, reason: "exit 3", cause: .failed)
    private let completed = JobEnding(state: .completed, reason: nil, cause: nil)

    @Test("goes its straight way")
    func goesStraight() {
        #expect(walk([.ready]).steps == [.submit])
        #expect(walk([.ready, .submitting]).job.state == .staging)
        #expect(walk([.ready, .submitting, .accepted(slurmID: "7")]).steps == [.follow])
        let running = walk([.ready, .submitting, .accepted(slurmID: "7"), .observed(sighting(.running))]).job
        #expect(running.state == .running)
        let ended = walk([.observed(sighting(.ended(completed)))], from: running)
        #expect(ended.job.state == .retrieving)
        #expect(ended.steps == [.retrieve])
        let final = walk([.retrieved(note: nil)], from: ended.job).job
        #expect(final.state == .completed)
        #expect(final.finishedAt == now)
    }

    @Test("does not end by a cancellation while nobody knows whether Slurm has it")
    func doesNotCancelTheUnknown() {
        let job = walk([.ready, .submitting, .outcomeUnknown(reason: "lost"), .cancelRequested]).job
        #expect(job.state == .staging)
        let found = walk([.accepted(slurmID: "7")], from: job)
        #expect(found.steps == [.cancel, .follow])
        #expect(found.job.state == .pending)
    }

    @Test("ends at once by a cancellation before anything was sent")
    func cancelsTheUnsent() {
        #expect(walk([.cancelRequested]).job.state == .cancelled)
        #expect(walk([.ready, .cancelRequested]).job.state == .cancelled)
        #expect(walk([.ready, .submitting, .cancelRequested, .notSubmitted(reason: "down")]).job.state == .cancelled)
    }

    @Test("tells the truth when a cancellation comes too late")
    func tellsTheTruth() {
        let job = walk([
            .ready, .submitting, .accepted(slurmID: "7"), .cancelRequested, .observed(sighting(.ended(completed))),
            .retrieved(note: nil),
        ]).job
        #expect(job.state == .completed)
        #expect(job.reason?.contains("completed before") == true)
    }

    @Test("begins a further attempt, under a new key, only for the causes the manifest names")
    func retries() {
        let start = sampleJob(retries: .init(limit: 1, causes: [.failed]))
        let inputs: [JobInput] = [.ready, .submitting, .accepted(slurmID: "7"), .observed(sighting(.ended(failed)))]
        let second = walk(inputs, from: start)
        #expect(second.job.state == .queued)
        #expect(second.job.attempt == 2)
        #expect(second.job.submissionKey.hasSuffix("-2"))
        #expect(second.steps == [.prepare])
        #expect(walk(inputs, from: second.job).job.state == .retrieving)
        let other = JobEnding(state: .failed, reason: nil, cause: .nodeFailure)
        #expect(walk(inputs.dropLast() + [.observed(sighting(.ended(other)))], from: start).job.state == .retrieving)
    }

    @Test("declares nothing when a site does not show it")
    func declaresNothing() {
        let job = walk([
            .ready, .submitting, .accepted(slurmID: "7"), .observed(sighting(.running)),
            .notVisible(reason: "?", isWholeAnswer: true),
        ]).job
        #expect(job.state == .running)
        #expect(job.reason == "?")
    }

    @Test("ends a cancelled job that Slurm knows nowhere, but only after a while and a whole answer")
    func endsTheVanished() {
        var job = walk([.ready, .submitting, .accepted(slurmID: "7"), .cancelRequested]).job
        let later = now + .seconds(121)
        _ = JobLife.apply(.notVisible(reason: "?", isWholeAnswer: true), to: &job, at: now)
        #expect(job.state == .pending)
        _ = JobLife.apply(.notVisible(reason: "?", isWholeAnswer: false), to: &job, at: later)
        #expect(job.state == .pending)
        #expect(JobLife.apply(.notVisible(reason: "?", isWholeAnswer: true), to: &job, at: later) == [.retrieve])
        #expect(job.ending?.state == .cancelled)
    }

    @Test("stages inputs before it is sent, for every attempt anew, and can be cancelled meanwhile")
    func staging() {
        let start = sampleJob(retries: .init(limit: 1, causes: [.failed]), isStagedFirst: true)
        let ready = walk([.ready], from: start)
        #expect(ready.steps == [.stage] && ready.job.submission == .none)
        let staged = walk([.ready, .staging(reason: "s"), .staged], from: start)
        #expect(staged.job.state == .staging && staged.job.submission == .ready && staged.steps == [.submit])
        #expect(walk([.ready, .staging(reason: nil), .cancelRequested], from: start).job.state == .cancelled)
        #expect(walk([.ready, .staging(reason: nil), .inputsRefused(reason: "x")], from: start).job.state == .failed)
        let lost = walk([.submitting, .inputsLost(reason: "gone")], from: staged.job)
        #expect(lost.steps == [.stage] && lost.job.submission == .none && !lost.job.isStaged)
        let second = walk(
            [.submitting, .accepted(slurmID: "7"), .observed(sighting(.ended(failed))), .ready],
            from: staged.job
        )
        #expect(second.steps == [.stage])
    }

    @Test("is completed by a known result, and waits for one that is being computed")
    func knownResults() {
        let hit = walk([.looked(JobCache(status: .hit, reason: "known"))]).job
        #expect(hit.state == .completed && hit.finishedAt != nil && hit.slurm == nil && hit.reason == "known")
        let joined = walk([.looked(JobCache(status: .joined))]).job
        #expect(joined.state == .queued)
        #expect(walk([.ready], from: joined).steps == [.stage])
        let computing = walk([.looked(JobCache(status: .miss)), .staged], from: joined)
        #expect(computing.steps == [.submit])
        // Too late: it was sent.
        #expect(walk([.ready, .submitting, .looked(JobCache(status: .hit))]).job.state == .staging)
    }

    @Test("is held before it is sent, and goes on where it was")
    func holding() {
        let held = walk([.ready, .held(reason: "h")]).job
        #expect(held.state == .held && held.submission == .none && held.reason == "h")
        #expect(walk([.ready, .staging(reason: nil), .staged], from: held).job == held)
        let released = walk([.approved], from: held)
        #expect(released.job.state == .queued && released.job.reason == nil && released.steps == [.prepare])
        #expect(walk([.refusedByApprover(reason: "no")], from: held).job.state == .cancelled)
        #expect(walk([.cancelRequested], from: held).job.state == .cancelled)
        let staged = walk([.ready, .staging(reason: nil), .staged], from: sampleJob(isStagedFirst: true)).job
        let again = walk([.held(reason: "h"), .approved, .ready], from: staged)
        #expect(again.job.isStaged && again.steps == [.submit])
        // Too late: Slurm may have it.
        #expect(walk([.ready, .submitting, .held(reason: "h")]).job.state == .staging)
    }

    @Test("keeps its invariants on random walks", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func keepsInvariants(seed: UInt64) {
        var random = SplitMix(state: seed)
        let inputs: [JobInput] = [
            .waits(reason: "w"), .dependencyFailed(reason: "d"), .ready, .submitting, .accepted(slurmID: "7"),
            .refused(reason: "r"), .notSubmitted(reason: "n"), .outcomeUnknown(reason: "u"), .provedAbsent,
            .observed(sighting(.pending)), .observed(sighting(.running)), .observed(sighting(.ended(completed))),
            .observed(sighting(.ended(failed))), .notVisible(reason: "v", isWholeAnswer: true), .retrieved(note: nil),
            .retrievalDelayed(reason: "l"), .cancelRequested, .staging(reason: nil), .staged,
            .inputsRefused(reason: "i"), .inputsLost(reason: "i"), .looked(JobCache(status: .miss)),
            .looked(JobCache(status: .joined)), .looked(JobCache(status: .hit)), .held(reason: "h"), .approved,
            .refusedByApprover(reason: "no"),
        ]
        for _ in 0..<2000 {
            var job = sampleJob(
                retries: .init(limit: 2, causes: [.failed]),
                isStagedFirst: Bool.random(using: &random)
            )
            for _ in 0..<25 {
                let before = job
                _ = JobLife.apply(inputs.randomElement(using: &random) ?? .ready, to: &job, at: now)
                #expect(before.state == job.state || before.state.successors.contains(job.state))
                #expect((job.finishedAt != nil) == job.state.isFinal)
                if job.state == .pending || job.state == .running {
                    #expect(job.submission == .accepted && job.slurm != nil)
                }
                if job.state == .retrieving { #expect(job.ending != nil) }
                if before.state.isFinal { #expect(job == before) }
                // A known result is the answer only while nothing of the attempt was sent.
                if job.cache?.status == .hit, job.state == .completed, before.state != .completed {
                    #expect(before.submission == .none || before.state == .retrieving)
                }
                // Nothing of a held job is sent, and only an approval lets it go on.
                if job.state == .held { #expect(job.submission == .none) }
                if before.state == .held { #expect([.held, .queued, .cancelled].contains(job.state)) }
                // What must be staged first is not sent before.
                if job.submission == .trying, before.submission == .ready { #expect(before.state != .held) }
                // What Slurm may have is never forgotten but by an answer of the site.
                if before.submission == .accepted, job.submission != .accepted {
                    #expect(job.attempt == before.attempt + 1)
                }
            }
        }
    }
}

/// A small generator with a seed (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
