/// Who may use which connection: the pool's decisions as a value, without clock, threads or sockets.
///
/// Callers arrive, wait in order, are admitted to a lane (one connection) and leave it. `advance` says what to do now.
struct Admission: Sendable {
    /// What the pool has to do.
    enum Action: Hashable, Sendable {
        case admit(waiter: UInt64, lane: UInt64)
        case connect(lane: UInt64)
        case refuse(waiter: UInt64, SSHError)
        /// A connection that another one has replaced is free now.
        case close(lane: UInt64)
    }

    private struct Lane {
        var isReady = false
        var busy = 0
        /// Another one has taken its place.
        var isLeaving = false
    }

    private(set) var circuit: Circuit
    /// Connections made, and attempts that failed by ``SSHError/label``, since the pool was made.
    private(set) var connects = 0
    private(set) var failures: [String: Int] = [:]
    private let limits: SSHLimits
    /// The refusal of a line that opens no connection by itself.
    private let standing: SSHError?
    private var lanes: [UInt64: Lane] = [:]
    private var waiting: [UInt64] = []
    private var lastLane: UInt64 = 0

    init(limits: SSHLimits, standing: SSHError? = nil) {
        self.limits = limits
        self.standing = standing
        circuit = Circuit(Backoff(initial: limits.reconnectDelay, limit: limits.reconnectDelayLimit))
    }

    var isConnected: Bool { lanes.values.contains { $0.isReady && !$0.isLeaving } }
    var isConnecting: Bool { lanes.values.contains { !$0.isReady } }

    /// How the pool is used at this moment.
    func figures(at now: ContinuousClock.Instant) -> SSHFigures {
        SSHFigures(
            connections: lanes.values.count(where: \.isReady),
            sessions: lanes.values.reduce(0) { $0 + $1.busy },
            waiting: waiting.count,
            connects: connects,
            failures: failures,
            isCircuitOpen: circuit.refusal(at: now) != nil
        )
    }

    /// Puts a new caller at the end of the line.
    mutating func arrive(_ waiter: UInt64) {
        waiting.append(waiter)
    }

    /// Takes a caller out of the line who no longer wants to wait.
    mutating func withdraw(_ waiter: UInt64) {
        waiting.removeAll { $0 == waiter }
    }

    mutating func leave(_ lane: UInt64) {
        lanes[lane]?.busy -= 1
    }

    mutating func connected(_ lane: UInt64) {
        lanes[lane]?.isReady = true
        connects += 1
        circuit.recordSuccess()
    }

    /// A lane for a connection that somebody opens by hand.
    mutating func begin() -> UInt64 {
        lastLane += 1
        lanes[lastLane] = Lane()
        return lastLane
    }

    /// A connection opened by hand stands: all others are left to those who are on them.
    mutating func renewed(_ lane: UInt64) {
        for other in lanes.keys where other != lane { lanes[other]?.isLeaving = true }
        connected(lane)
    }

    /// An attempt came to nothing; when that is final, nobody tries again by himself.
    mutating func failed(
        _ lane: UInt64,
        _ error: SSHError,
        isFinal: Bool = false,
        at now: ContinuousClock.Instant
    ) {
        lanes[lane] = nil
        failures[error.label, default: 0] += 1
        circuit.recordFailure(error, isFinal: isFinal, at: now)
    }

    /// A connection that was open is gone; the next caller may try a new one at once.
    mutating func lost(_ lane: UInt64) {
        lanes[lane] = nil
    }

    /// Takes an unused lane out of service; false when somebody is on it.
    mutating func retire(_ lane: UInt64) -> Bool {
        guard let found = lanes[lane] else { return true }
        guard found.busy == 0 else { return false }
        lanes[lane] = nil
        return true
    }

    /// Everything that can be decided at this moment.
    mutating func advance(at now: ContinuousClock.Instant) -> [Action] {
        var actions = closings()
        while let waiter = waiting.first {
            if let lane = freestLane() {
                waiting.removeFirst()
                lanes[lane]?.busy += 1
                actions.append(.admit(waiter: waiter, lane: lane))
            } else if let error = standing ?? circuit.refusal(at: now) {
                guard lanes.values.allSatisfy(\.isLeaving) else { break }
                waiting.removeFirst()
                actions.append(.refuse(waiter: waiter, error))
            } else {
                guard !isConnecting, lanes.count < limits.maxConnections else { break }
                lastLane += 1
                lanes[lastLane] = Lane()
                actions.append(.connect(lane: lastLane))
            }
        }
        return actions
    }

    private mutating func closings() -> [Action] {
        let free = lanes.filter { $0.value.isReady && $0.value.isLeaving && $0.value.busy == 0 }.keys.sorted()
        for lane in free { lanes[lane] = nil }
        return free.map { .close(lane: $0) }
    }

    /// Whether a newcomer would be admitted at once.
    var hasFreePlace: Bool { waiting.isEmpty && freestLane() != nil }

    private func freestLane() -> UInt64? {
        lanes.filter { $0.value.isReady && !$0.value.isLeaving && $0.value.busy < limits.maxSessions }
            .min { ($0.value.busy, $0.key) < ($1.value.busy, $1.key) }?.key
    }
}
