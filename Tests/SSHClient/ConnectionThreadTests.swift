import Testing

@testable import SSHClient

@Suite("The thread of a connection", .timeLimit(.minutes(1)))
struct ConnectionThreadTests {
    /// Lives on a connection's thread, without a connection.
    private actor Resident {
        nonisolated let thread: ConnectionThread
        private(set) var isWaiting = false

        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

        init() throws { thread = try ConnectionThread() }
        deinit { thread.stop() }

        func wait(_ limit: Duration) async -> Duration {
            let began = ContinuousClock.now
            isWaiting = true
            await withCheckedContinuation { continuation in
                self.thread.register(continuation, since: self.thread.wire.activity, until: began + limit)
            }
            return ContinuousClock.now - began
        }

        func note() { thread.wire.note() }
    }

    private func waiting() async throws -> (Resident, Task<Duration, Never>) {
        let resident = try Resident()
        let wait = Task { await resident.wait(.seconds(50)) }
        while await !resident.isWaiting { await Task.yield() }
        return (resident, wait)
    }

    @Test("what one call reads for another wakes that other, though the socket stays silent")
    func noLostWakeUp() async throws {
        let (resident, wait) = try await waiting()
        await resident.note()
        #expect(await wait.value < .seconds(40))
    }

    @Test("a cancellation wakes whoever waits")
    func interrupt() async throws {
        let (resident, wait) = try await waiting()
        resident.thread.interrupt()
        #expect(await wait.value < .seconds(40))
    }

    @Test("a deadline wakes in time")
    func deadline() async throws {
        let time = try await Resident().wait(.milliseconds(50))
        #expect(time >= .milliseconds(50) && time < .seconds(40))
    }
}
