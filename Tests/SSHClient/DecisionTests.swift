import Testing

@testable import SSHClient

@Suite("Decisions of the pool")
struct DecisionTests {
    private let error = SSHError.cannotConnect(host: "h", port: 22, reason: "no")

    @Test("pauses double up to their limit")
    func backoff() {
        var backoff = Backoff(initial: .seconds(1), limit: .seconds(5))
        let pauses = (0..<5).map { _ in backoff.advance() }
        #expect(pauses == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
    }

    @Test("a failure is everybody's answer for a while, longer each time, until success")
    func circuit() {
        var circuit = Circuit(Backoff(initial: .seconds(1), limit: .seconds(60)))
        let start = ContinuousClock.now
        #expect(circuit.refusal(at: start) == nil)
        circuit.recordFailure(error, at: start)
        #expect(circuit.refusal(at: start + .milliseconds(999)) == error)
        #expect(circuit.refusal(at: start + .seconds(1)) == nil)
        circuit.recordFailure(error, at: start + .seconds(1))
        #expect(circuit.refusal(at: start + .seconds(2)) == error)
        #expect(circuit.failure?.since == start)
        circuit.recordSuccess()
        #expect(circuit.refusal(at: start + .seconds(2)) == nil)
        circuit.recordFailure(error, at: start + .seconds(9))
        #expect(circuit.failure?.until == start + .seconds(10))
    }

    @Test("callers share one connection up to its limit, in the order of arrival")
    func admission() {
        let admission = Desk(limits: SSHLimits(maxSessions: 2))
        let now = ContinuousClock.now
        for waiter in 1...4 as ClosedRange<UInt64> { admission.arrive(waiter) }
        #expect(admission.advance(at: now) == [.connect(lane: 1)])
        #expect(admission.advance(at: now).isEmpty)
        admission.connected(1)
        #expect(admission.advance(at: now) == [.admit(waiter: 1, lane: 1), .admit(waiter: 2, lane: 1)])
        admission.withdraw(3)
        #expect(admission.retire(1) == false)
        admission.leave(1)
        #expect(admission.advance(at: now) == [.admit(waiter: 4, lane: 1)])
        admission.leave(1)
        admission.leave(1)
        #expect(admission.retire(1))
        #expect(!admission.isConnected)
    }

    @Test("figures tell what is used, who waits, and how connecting went")
    func figures() {
        var admission = Admission(limits: SSHLimits(maxSessions: 2, reconnectDelay: .seconds(1)))
        let now = ContinuousClock.now
        for waiter in 1...3 as ClosedRange<UInt64> { admission.arrive(waiter) }
        _ = admission.advance(at: now)
        admission.failed(1, error, at: now)
        #expect(
            admission.figures(at: now) == SSHFigures(waiting: 3, failures: ["cannot_connect": 1], isCircuitOpen: true)
        )
        _ = admission.advance(at: now + .seconds(2))
        admission.connected(2)
        _ = admission.advance(at: now + .seconds(2))
        let figures = admission.figures(at: now + .seconds(2))
        #expect(
            figures
                == SSHFigures(
                    connections: 1,
                    sessions: 2,
                    waiting: 1,
                    connects: 1,
                    failures: ["cannot_connect": 1],
                    isCircuitOpen: false
                )
        )
    }

    @Test("a failed attempt is told to all who wait, and to newcomers until the pause is over")
    func refusal() {
        let admission = Desk(limits: SSHLimits(reconnectDelay: .seconds(1)))
        let now = ContinuousClock.now
        admission.arrive(1)
        admission.arrive(2)
        #expect(admission.advance(at: now) == [.connect(lane: 1)])
        admission.failed(1, error, at: now)
        #expect(admission.advance(at: now) == [.refuse(waiter: 1, error), .refuse(waiter: 2, error)])
        admission.arrive(3)
        #expect(admission.advance(at: now) == [.refuse(waiter: 3, error)])
        admission.arrive(4)
        #expect(admission.advance(at: now + .seconds(1)) == [.connect(lane: 2)])
    }

    @Test("a lost connection is replaced at once; who is still on it disturbs nobody by leaving")
    func replacement() {
        let admission = Desk(limits: SSHLimits(maxSessions: 1))
        let now = ContinuousClock.now
        admission.arrive(1)
        _ = admission.advance(at: now)
        admission.connected(1)
        #expect(admission.advance(at: now) == [.admit(waiter: 1, lane: 1)])
        admission.arrive(2)
        #expect(admission.advance(at: now).isEmpty)
        admission.lost(1)
        #expect(admission.advance(at: now) == [.connect(lane: 2)])
        admission.leave(1)
        admission.connected(2)
        #expect(admission.advance(at: now) == [.admit(waiter: 2, lane: 2)])
    }

    @Test("a second connection is opened only when the first is full, and its failure hurts nobody on the first")
    func second() {
        let admission = Desk(limits: SSHLimits(maxSessions: 1, maxConnections: 2))
        let now = ContinuousClock.now
        admission.arrive(1)
        _ = admission.advance(at: now)
        admission.connected(1)
        _ = admission.advance(at: now)
        admission.arrive(2)
        #expect(admission.advance(at: now) == [.connect(lane: 2)])
        admission.failed(2, error, at: now)
        #expect(admission.advance(at: now).isEmpty)
        admission.leave(1)
        #expect(admission.advance(at: now) == [.admit(waiter: 2, lane: 1)])
    }
}

/// An admission in a box: an expectation cannot call what changes a value.
private final class Desk {
    private var admission: Admission

    init(limits: SSHLimits) { admission = Admission(limits: limits) }

    var isConnected: Bool { admission.isConnected }
    func arrive(_ waiter: UInt64) { admission.arrive(waiter) }
    func withdraw(_ waiter: UInt64) { admission.withdraw(waiter) }
    func leave(_ lane: UInt64) { admission.leave(lane) }
    func connected(_ lane: UInt64) { admission.connected(lane) }
    func failed(_ lane: UInt64, _ error: SSHError, at now: ContinuousClock.Instant) {
        admission.failed(lane, error, at: now)
    }
    func lost(_ lane: UInt64) { admission.lost(lane) }
    func retire(_ lane: UInt64) -> Bool { admission.retire(lane) }
    func advance(at now: ContinuousClock.Instant) -> [Admission.Action] { admission.advance(at: now) }
}
