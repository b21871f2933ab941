import Dispatch
import Synchronization

/// Shares the lanes: work goes to a free one, or waits its turn.
final class PostgreSQLPool: Sendable {
    /// Work for a lane, or the news that there will be none.
    typealias Work = @Sendable (Result<PostgreSQLLane, StorageError>) -> Void

    private struct State {
        var free: [PostgreSQLLane]
        var waiting: [Work] = []
        var isClosed = false
    }

    private let lanes: [PostgreSQLLane]
    private let state: Mutex<State>

    init(_ lanes: [PostgreSQLLane]) {
        self.lanes = lanes
        state = Mutex(State(free: lanes))
    }

    /// Runs `work` on a lane's queue as soon as one is free.
    func submit(_ work: @escaping Work) {
        enum Decision {
            case run(PostgreSQLLane)
            case wait
            case refuse
        }
        let decision = state.withLock { state -> Decision in
            guard !state.isClosed else { return .refuse }
            if let lane = state.free.popLast() { return .run(lane) }
            state.waiting.append(work)
            return .wait
        }
        switch decision {
        case .run(let lane): start(work, on: lane)
        case .refuse: work(.failure(.unavailable(detail: "the database was closed")))
        case .wait: return
        }
    }

    private func start(_ work: @escaping Work, on lane: PostgreSQLLane) {
        lane.queue.async {
            work(.success(lane))
            if let next = self.next(after: lane) { self.start(next, on: lane) }
        }
    }

    private func next(after lane: PostgreSQLLane) -> Work? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free.append(lane)
                return nil
            }
            return state.waiting.removeFirst()
        }
    }

    /// Refuses what waits, lets what runs end, and closes the connections.
    func close() async {
        let refused = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for work in refused { work(.failure(.unavailable(detail: "the database was closed"))) }
        for lane in lanes {
            await withCheckedContinuation { continuation in
                lane.queue.async {
                    lane.disconnect()
                    continuation.resume()
                }
            }
        }
    }
}
