internal import Gateway
internal import Storage
internal import TaskQueue

/// Plans that witnesses hear of what was added, in the transaction that adds it.
struct CosigningPlan: Sendable {
    /// The kind of the tasks; key: the witness's name.
    static let kind = "log.cosign"
    /// What is added meanwhile travels in the same request.
    static let gathering = Duration.seconds(2)

    /// Names of the witnesses.
    let witnesses: [String]
    /// Where tasks go; nil plans nothing.
    let queue: TaskStore?

    /// Plans one request for each witness; a witness that is away holds nothing up.
    func plan(at now: Timestamp, on connection: any StorageConnection) throws {
        guard let queue else { return }
        for witness in witnesses { try queue.enqueue(Self.request(witness, at: now + Self.gathering), on: connection) }
    }

    static func request(_ witness: String, at moment: Timestamp) -> TaskRequest {
        TaskRequest(
            kind: kind,
            key: witness,
            runAt: moment.microseconds,
            maximumAttempts: 1000,
            timeoutSeconds: 120
        )
    }
}
