/// The slots of one endpoint, and who waits for one.
///
/// A server that says it is busy gets half as many requests at once, at least one; each answer after that adds a part
/// of one, up to the endpoint's slots (additive increase, multiplicative decrease).
struct SlotLine {
    /// How waiting ended.
    enum Turn: Sendable {
        case come
        /// Nobody waits for the answer any more, or the desk closes.
        case leave
    }

    private let most: Double
    private var allowed: Double
    private var taken = 0
    private var line: [(flight: Int, turn: Handover<Turn>)] = []

    init(slots: Int) {
        most = Double(max(1, slots))
        allowed = most
    }

    /// How many may go on at once now.
    var limit: Int { Int(allowed) }

    /// Takes a slot, or a place in the line.
    ///
    /// - Returns: the slot's promise; nil where one is free.
    mutating func enter(_ flight: Int) -> Handover<Turn>? {
        guard taken >= limit || !line.isEmpty else {
            taken += 1
            return nil
        }
        let turn = Handover<Turn>()
        line.append((flight, turn))
        return turn
    }

    /// Gives a slot back, and free ones to those whose callers came last.
    ///
    /// Who has waited long has little time left: served in turn, more questions than a server can answer would all be
    /// answered too late. Served the newest first, as many as it can answer are in time, and the others have their
    /// callers' own answers either way.
    ///
    /// - Parameter since: since when the newest caller of a flight waits.
    mutating func leave(since: (Int) -> Duration) {
        taken -= 1
        while taken < limit,
            let next = line.indices.max(by: { since(line[$0].flight) < since(line[$1].flight) })
        {
            if line.remove(at: next).turn.give(.come) { taken += 1 }
        }
    }

    /// Takes a flight out of the line.
    mutating func drop(_ flight: Int) {
        for place in line where place.flight == flight { place.turn.give(.leave) }
        line.removeAll { $0.flight == flight }
    }

    /// The server was busy.
    mutating func slowDown() { allowed = max(1, allowed / 2) }

    /// The server answered.
    mutating func speedUp() { allowed = min(most, allowed + 1 / allowed) }
}
