import Foundation
import LanguageModels
import Synchronization

/// A clock that stands still while anybody works, and jumps to the next sleeper when nobody does.
///
/// Tasks run one after the other on one thread; when none can go on, they all wait for time or
/// for each other, and time passes at once. So a test of an hour takes milliseconds and ends the same way each time.
final class VirtualTime: DeskClock, TaskExecutor {
    private struct Sleeper {
        let number: Int
        let until: Duration
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now = Duration.zero
        var jobs: [UnownedJob] = []
        /// How many of the jobs were begun.
        var begun = 0
        /// The next one last.
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var lastNumber = 0

        mutating func nextJob() -> UnownedJob? {
            guard begun < jobs.count else {
                jobs.removeAll(keepingCapacity: true)
                begun = 0
                return nil
            }
            begun += 1
            return jobs[begun - 1]
        }

        mutating func add(_ sleeper: Sleeper) {
            let later = sleepers.lastIndex { ($0.until, $0.number) > (sleeper.until, sleeper.number) }
            sleepers.insert(sleeper, at: later.map { $0 + 1 } ?? 0)
        }
    }

    private final class End<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    private let state = Mutex(State())

    var now: Duration { state.withLock { $0.now } }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        state.withLock { $0.jobs.append(unowned) }
    }

    func sleep(until time: Duration) async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let isOver = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return false }
                    if time <= state.now { return true }
                    state.add(Sleeper(number: number, until: time, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(returning: false)
        }
        if !isOver { throw CancellationError() }
    }

    /// Does something, time passing as it must, on a thread of its own.
    ///
    /// - Returns: nil when everybody waits and no time would help.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        let end = End<Value>()
        let task = Task(executorPreference: self) {
            let value: Result<Value, any Error>
            do { value = .success(try await work()) } catch { value = .failure(error) }
            end.result.withLock { $0 = value }
        }
        await withCheckedContinuation { continuation in
            let thread = Thread {
                while end.result.withLock({ $0 == nil }), self.step() {}
                task.cancel()
                continuation.resume()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        return try end.result.withLock { $0 }?.get()
    }

    /// Lets one task go on, or the time.
    private func step() -> Bool {
        if let job = state.withLock({ $0.nextJob() }) {
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            return true
        }
        let sleeper = state.withLock { state -> Sleeper? in
            guard let sleeper = state.sleepers.popLast() else { return nil }
            state.now = max(state.now, sleeper.until)
            return sleeper
        }
        sleeper?.continuation.resume(returning: true)
        return sleeper != nil
    }
}

extension DeskClock {
    /// Sleeps for so long.
    func sleep(_ time: Duration) async throws { try await sleep(until: now + time) }
}
