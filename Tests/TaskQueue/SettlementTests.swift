import Testing

@testable import TaskQueue

/// What becomes of a task: the decision alone.
@Suite struct SettlementTests {
    typealias Example = (Settlement.Verdict, Settlement.Standing, Settlement)

    @Test(
        arguments: [
            (.outcome(.done), .init(attempts: 1, maximumAttempts: 3), .remove),
            (
                .outcome(.done), .init(attempts: 2, maximumAttempts: 3, rerunAt: 7),
                .wait(runAt: 7, attempts: 0, error: nil)
            ),
            (
                .outcome(.again(after: .seconds(2))), .init(attempts: 3, maximumAttempts: 3),
                .wait(runAt: 2_000_100, attempts: 0, error: nil)
            ),
            (
                .outcome(.again(after: .seconds(2))), .init(attempts: 1, maximumAttempts: 3, rerunAt: 50),
                .wait(runAt: 50, attempts: 0, error: nil)
            ),
            (
                .outcome(.retry(reason: "r")), .init(attempts: 2, maximumAttempts: 3),
                .wait(runAt: 110, attempts: 2, error: "r")
            ),
            (.failed(reason: "r"), .init(attempts: 3, maximumAttempts: 3), .die(error: "r")),
            (
                .failed(reason: "r"), .init(attempts: 3, maximumAttempts: 3, rerunAt: 7),
                .wait(runAt: 7, attempts: 0, error: "r")
            ),
            (.outcome(.dead(reason: "d")), .init(attempts: 1, maximumAttempts: 3), .die(error: "d")),
            (.released, .init(attempts: 1, maximumAttempts: 1), .wait(runAt: 100, attempts: 0, error: nil)),
            (.failed(reason: "r"), .init(attempts: 1, maximumAttempts: 3, isCancelRequested: true), .remove),
            (
                .released, .init(attempts: 1, maximumAttempts: 3, rerunAt: 7, isCancelRequested: true),
                .wait(runAt: 7, attempts: 0, error: nil)
            ),
        ] as [Example]
    )
    func decisions(_ example: Example) {
        #expect(Settlement(example.0, example.1, now: 100, pause: 10) == example.2)
    }

    @Test(arguments: [(1, 2.0), (2, 4), (3, 8), (8, 256), (9, 300), (60, 300), (100_000, 300)])
    func pausesDoubleUpToTheCap(_ attempt: Int, _ seconds: Double) {
        let policy = RetryPolicy()
        #expect(policy.pause(afterAttempt: attempt, random: 1) == Int64(seconds * 1_000_000))
        #expect(policy.pause(afterAttempt: attempt, random: 0.25) == Int64(seconds * 250_000))
        #expect(policy.pause(afterAttempt: attempt, random: 0) == 0)
        // What a lost worker left goes on at once; a task that kills its workers waits as after failures.
        #expect(policy.pause(afterLossInAttempt: 1, random: 1) == 0)
        #expect(policy.pause(afterLossInAttempt: attempt + 1, random: 1) == Int64(seconds * 1_000_000))
    }
}
