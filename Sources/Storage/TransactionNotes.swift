/// What a connection remembers about the transaction it is in: the signals to send and the first failure.
struct TransactionNotes {
    private(set) var signals: [Signal] = []
    /// The first statement's failure that no savepoint took back.
    private(set) var failure: StorageError?

    /// A channel and its payload.
    struct Signal: Hashable {
        let channel: String
        let payload: String
    }

    /// Refuses to go on after a failure, as PostgreSQL does.
    func requireSound() throws(StorageError) {
        if let failure { throw .transactionSpoilt(cause: failure.description) }
    }

    /// Remembers the first failure and gives it back to be thrown.
    mutating func failed(_ error: StorageError) -> StorageError {
        failure = failure ?? error
        return error
    }

    /// Remembers a signal once.
    mutating func add(_ signal: Signal) throws(StorageError) {
        guard (1...63).contains(signal.channel.utf8.count), !signal.channel.utf8.contains(0) else {
            throw .unusableValue(parameter: 1, reason: "a channel's name has 1 to 63 bytes")
        }
        guard signal.payload.utf8.count < 8000, !signal.payload.utf8.contains(0) else {
            throw .unusableValue(parameter: 2, reason: "a signal's payload has less than 8,000 bytes")
        }
        if !signals.contains(signal) { signals.append(signal) }
    }
}
