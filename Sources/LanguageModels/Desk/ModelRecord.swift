/// What a desk knows of one model.
struct ModelRecord {
    let endpoint: ModelEndpoint
    var breaker = Breaker()
    var line: SlotLine
    /// The digest of its weights, as last told.
    private(set) var digest: String?
    /// Whether it is in memory, as last told or found out.
    private(set) var isLoaded: Bool?
    /// Whether an answer may be expected at the pace of a loaded model.
    private(set) var isWarm = false
    private(set) var lookedAt: Duration?
    private var trouble: ModelFailure?
    private var loadTrouble: ModelFailure?
    private var isLoading = false
    private var loadedAt: Duration?

    init(_ endpoint: ModelEndpoint) {
        self.endpoint = endpoint
        line = SlotLine(slots: endpoint.slots)
    }

    /// Takes note of what its server told, or that it did not, where that is trouble.
    mutating func note(_ look: Result<ModelStatus, ModelFailure>, isTrouble: Bool, at now: Duration) {
        lookedAt = now
        switch look {
        case .failure(let failure): if isTrouble { trouble = failure }
        case .success(let status):
            trouble = nil
            digest = status.digest
            isLoaded = status.isLoaded
            if let isLoaded = status.isLoaded { isWarm = isLoaded }
        }
    }

    /// It has answered, so it is in memory.
    mutating func noteAnswer() {
        isWarm = true
        if isLoaded != nil { isLoaded = true }
        loadTrouble = nil
    }

    /// Whether its digest should be asked for before a request.
    func wantsLook(at now: Duration, age: Duration) -> Bool {
        guard let lookedAt else { return true }
        return now - lookedAt >= age
    }

    /// Whether it is to be loaded now: once at first, then where it is found unloaded; if so, it counts as begun.
    mutating func beginLoading(at now: Duration, every: Duration) -> Bool {
        guard !isLoading, trouble == nil, lookedAt != nil else { return false }
        if let loadedAt, isLoaded != false || now - loadedAt < every { return false }
        isLoading = true
        loadedAt = now
        return true
    }

    /// Loading has ended.
    mutating func endLoading(_ failure: ModelFailure?) {
        isLoading = false
        loadTrouble = failure
        if failure == nil { noteAnswer() }
    }

    /// How it does.
    var health: ModelHealth {
        let (state, reason) = condition
        return ModelHealth(
            endpoint: endpoint.name,
            model: endpoint.model,
            state: state,
            isLoaded: isLoaded,
            breaker: breaker.phase,
            reason: reason
        )
    }

    private var condition: (ModelHealth.State, String?) {
        if let trouble { return (.down, trouble.description) }
        switch breaker.phase {
        case .open: return (.down, "it did not answer, and is not asked for a while")
        case .halfOpen: return (.degraded, "it did not answer, and one request finds out whether it does again")
        case .closed: break
        }
        if let loadTrouble { return (.degraded, "it was not loaded: \(loadTrouble)") }
        if isLoaded == false { return (.degraded, "it is not in memory; the first answer takes long") }
        return lookedAt == nil && !isWarm ? (.degraded, "it was not looked at yet") : (.healthy, nil)
    }
}
