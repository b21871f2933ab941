internal import Attestation

/// How the wait for an answer ended.
enum FlightEnd: Sendable {
    case answer(ModelAnswer)
    case failure(ModelFailure)
    /// Who carried the question left; another caller carries it.
    case abandoned
    /// The caller was cancelled.
    case left
    /// The caller's budget is over.
    case over
}

/// A caller's place at a question that is on its way.
struct Seat: Sendable {
    let number: Int
    /// The question's number.
    let flight: Int
    let end: Handover<FlightEnd>
    /// Whether the caller does the work itself, since nobody else is there to.
    let performs: Bool
}

/// Everything a desk holds, behind one lock; functions on it decide, and nobody waits in them.
struct DeskState {
    /// A question on its way.
    struct Flight {
        let order: Order
        let key: SHA256Digest?
        /// Whether ``ModelDesk/run()`` carries it, and not a caller.
        let isCarried: Bool
        /// Whether a model was asked, and what it says may still become an answer.
        var hasBegun = false
        var seats: [Int: Caller] = [:]
    }

    /// One who waits.
    struct Caller {
        let since: Duration
        let until: Duration
        let end: Handover<FlightEnd>
    }

    /// What asking comes to at first.
    enum Joining {
        case hit(ModelAnswer)
        case refused(ModelFailure)
        case seat(Seat)
    }

    let limits: DeskLimits
    private(set) var flights: [Int: Flight] = [:]
    private var flightsByKey: [SHA256Digest: Int] = [:]
    private var lastNumber = 0
    var models: [ModelRecord]
    var cache: AnswerCache
    /// Hands a question to ``ModelDesk/run()``; nil while that does not run.
    var carrier: AsyncStream<Int>.Continuation?
    var figures = DeskFigures()

    init(endpoints: [ModelEndpoint], limits: DeskLimits) {
        self.limits = limits
        models = endpoints.map(ModelRecord.init)
        cache = AnswerCache(most: limits.cachedAnswers, age: limits.cacheAge)
    }

    /// Finds the answer, or a place at the question; `keys` name its answer in the cache, for each model.
    mutating func join(_ order: Order, keys: [SHA256Digest], since: Duration, until: Duration) -> Joining {
        if order.isKept, let answer = cached(keys, at: since) {
            figures.hits += 1
            return .hit(answer)
        }
        let key = order.isKept ? keys.first : nil
        if let key, let flight = flightsByKey[key] {
            figures.joined += 1
            return .seat(sit(at: flight, since: since, until: until, performs: false))
        }
        guard models.contains(where: { $0.breaker.admits(at: since) }) else {
            return .refused(ModelFailure(.providerUnavailable(.breakerOpen), "no model has answered lately"))
        }
        guard flights.values.count(where: { !$0.hasBegun }) < limits.waiting else {
            let detail = "\(limits.waiting) questions wait for a model already"
            return .refused(ModelFailure(.providerUnavailable(.overloaded), detail))
        }
        lastNumber += 1
        let number = lastNumber
        flights[number] = Flight(order: order, key: key, isCarried: carrier != nil)
        if let key { flightsByKey[key] = number }
        let seat = sit(at: number, since: since, until: until, performs: carrier == nil)
        carrier?.yield(number)
        return .seat(seat)
    }

    /// The answer of the first model that can be asked, or of one before it.
    private mutating func cached(_ keys: [SHA256Digest], at now: Duration) -> ModelAnswer? {
        for (key, model) in zip(keys, models) {
            if let answer = cache.answer(to: key, at: now) { return answer }
            if model.breaker.admits(at: now) { return nil }
        }
        return nil
    }

    private mutating func sit(at flight: Int, since: Duration, until: Duration, performs: Bool) -> Seat {
        lastNumber += 1
        let end = Handover<FlightEnd>()
        flights[flight]?.seats[lastNumber] = Caller(since: since, until: until, end: end)
        return Seat(number: lastNumber, flight: flight, end: end, performs: performs)
    }

    /// A caller goes; a question that nobody waits for is dropped, unless a model works on it.
    mutating func leave(_ seat: Seat) {
        flights[seat.flight]?.seats[seat.number] = nil
        guard let flight = flights[seat.flight], flight.seats.isEmpty, !flight.hasBegun else { return }
        figures.dropped += 1
        remove(seat.flight)
    }

    /// Whether it is worth asking a model: somebody waits, or the answer begun will be kept.
    func isWanted(_ number: Int, at now: Duration) -> Bool {
        guard let flight = flights[number] else { return false }
        guard flight.isCarried else { return patience(number, at: now) > .zero }
        return !flight.seats.isEmpty || (flight.hasBegun && flight.order.isKept)
    }

    /// Notes that a model works on a question now.
    ///
    /// - Returns: false where it is not wanted any more.
    mutating func begin(_ flight: Int, at now: Duration) -> Bool {
        guard isWanted(flight, at: now) else { return false }
        flights[flight]?.hasBegun = true
        return true
    }

    /// Notes that no model works on a question for now; one that nobody waits for is dropped.
    mutating func rest(_ flight: Int) {
        flights[flight]?.hasBegun = false
        guard flights[flight]?.seats.isEmpty == true else { return }
        figures.dropped += 1
        remove(flight)
    }

    /// How long the most patient caller still waits.
    func patience(_ flight: Int, at now: Duration) -> Duration {
        max(.zero, (flights[flight]?.seats.values.map(\.until).max() ?? now) - now)
    }

    /// Since when the newest caller waits; long ago when nobody does.
    func since(_ flight: Int) -> Duration {
        flights[flight]?.seats.values.map(\.since).max() ?? .zero
    }

    /// Takes a question off, and tells its callers.
    mutating func settle(_ flight: Int, _ end: FlightEnd) {
        guard let callers = remove(flight)?.seats.values else { return }
        for caller in callers { caller.end.give(end) }
    }

    @discardableResult
    private mutating func remove(_ number: Int) -> Flight? {
        guard let flight = flights.removeValue(forKey: number) else { return nil }
        if let key = flight.key, flightsByKey[key] == number { flightsByKey[key] = nil }
        for index in models.indices { models[index].line.drop(number) }
        return flight
    }

    /// Gives a model's slot back.
    mutating func freeSlot(_ model: Int) {
        var line = models[model].line
        line.leave(since: { since($0) })
        models[model].line = line
    }

    /// The desk closes: nobody carries questions any more.
    mutating func close(_ failure: ModelFailure) {
        carrier?.finish()
        carrier = nil
        for (number, flight) in flights where flight.isCarried { settle(number, .failure(failure)) }
    }
}
